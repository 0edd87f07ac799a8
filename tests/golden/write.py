"""The only writer of golden values: ``python tests/golden/write.py`` from the root of the repository.

Run it when a definition changes on purpose, look at the difference, and say in the changelog why the numbers moved.
"""

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER.parent / "metrics"), str(FOLDER.parent / "search")]

from golden_presets import SEARCHES, found_presets  # noqa: E402
from metric_signals import golden_pairs  # noqa: E402

from synthmatch.metrics import evaluate, harmonic_percentage  # noqa: E402


def main() -> None:
    """Write the scores of every golden pair, and the presets of every golden search."""
    scores = {
        name: evaluate(reference, estimated) | {"harmonic_percentage": harmonic_percentage(reference)}
        for name, (reference, estimated) in golden_pairs().items()
    }
    _write("metrics.json", scores)
    _write("presets.json", {synth: found_presets(synth) for synth in SEARCHES})


def _write(name: str, values: object) -> None:
    (FOLDER / name).write_text(json.dumps(values, indent=2, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
