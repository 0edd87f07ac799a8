"""Compress the records of experiments: ``python tools/pack_records.py docs/results/data/quality``, after a run has ended.

Every ``.jsonl`` of the folder becomes ``.jsonl.gz``, or joins the one that is there; both are read alike.
"""

import argparse
from pathlib import Path

from synthmatch.benchmark.json_lines import pack


def main() -> None:
    """Pack one folder or several."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    for folder in parser.parse_args().folders:
        for path in sorted(folder.glob("*.jsonl")):
            pack(path)


if __name__ == "__main__":
    main()
