"""The only writer of golden values: ``python tests/golden/write.py`` from the root of the repository.

Run it when a definition changes on purpose, look at the difference, and say in the changelog why the numbers moved.
"""

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "metrics"))

from metric_signals import golden_pairs  # noqa: E402

from synthmatch.metrics import evaluate, harmonic_percentage  # noqa: E402


def main() -> None:
    """Score every golden pair and write the scores."""
    scores = {
        name: evaluate(reference, estimated) | {"harmonic_percentage": harmonic_percentage(reference)}
        for name, (reference, estimated) in golden_pairs().items()
    }
    (FOLDER / "metrics.json").write_text(json.dumps(scores, indent=2, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
