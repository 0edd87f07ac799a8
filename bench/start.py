"""Cold starts: ``synthmatch --help``, a whole ``synthmatch match`` on Dexed, and its peak memory.

``python bench/start.py``: each in a new process, median of several; times are of this machine, now.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import synthmatch

BASS = Path(synthmatch.__file__).parent / "data/examples/bass.flac"


def seconds(*arguments: object) -> float:
    """Wall time of one run of the program."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "synthmatch", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    shown = statistics.median(seconds("--help") for _ in range(2 * rounds + 1))
    with tempfile.TemporaryDirectory() as folder:
        run = ("match", BASS, "--synth", "dexed", "--renders", 200, "-q", "-o")
        matched = statistics.median(seconds(*run, Path(folder) / str(i)) for i in range(rounds))
    # of the largest process, workers included: each is counted by itself
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print("| cold start | measured | promised at most |\n|---|---|---|")
    print(f"| `synthmatch --help` | {shown:.2f} s | 0.4 s |")
    print(f"| `synthmatch match` on Dexed, 200 renders | {matched:.1f} s | 8 s |")
    print(f"| memory of its largest process | {peak_mb:.0f} MB | 1024 MB |")


if __name__ == "__main__":
    main()
