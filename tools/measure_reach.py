"""Measure the reach that the package ships, src/synthmatch/data/reach.json, from the benchmark's records.

Run: python tools/measure_reach.py. Also prints the table of docs/results/reach.md. See `synthmatch.benchmark.in_domain`.
"""

import json
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.benchmark.in_domain import measure_reach, separation
from synthmatch.synths.registry import synth_names

ROOT = Path(__file__).parents[1]
FILE = ROOT / "src/synthmatch/data/reach.json"
RECORDS = ROOT / "docs/results/data/quality"


def text() -> str:
    """The file's contents."""
    found = {synth: marks for synth in synth_names() if (marks := measure_reach(RECORDS, synth))}
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the file and print the table."""
    write_whole(FILE, text().encode(), force=True)
    print(separation(RECORDS, list(synth_names())), end="")


if __name__ == "__main__":
    main()
