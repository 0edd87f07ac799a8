"""Measure the noise floors, and how far random presets are, that the package ships: src/synthmatch/data/noise_floor.json.

Run: python tools/measure_noise_floor.py [--presets 60] [--synth vital]. Uses the held-out presets of the benchmark, in
one process for each synthesizer. See `synthmatch.benchmark.floor`.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.benchmark.floor import measure_floor, measure_random
from synthmatch.benchmark.recordings import recordings
from synthmatch.benchmark.targets import held_out
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth, synth_names

FILE = Path(__file__).parents[1] / "src/synthmatch/data/noise_floor.json"


def measure(synth_id: str, count: int) -> dict[str, float]:
    """The floor of one synthesizer."""
    synth = get_synth(synth_id)
    with RenderPool(synth) as pool:
        presets = [target.preset for target in held_out(pool, count).targets if target.preset]
        targets = [*held_out(pool, 12).targets, *recordings(6, 6).targets]
        library = builtin_library(synth_id)
        assert library is not None
        random_preset = measure_random(pool, library, targets)
        return {**measure_floor(pool, presets, Note()), "random_preset": random_preset}


def main() -> None:
    """Measure each synthesizer in a process of its own, and put what was found into the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", type=int, default=60, help="presets a synthesizer")
    parser.add_argument("--synth", choices=synth_names(), action="append", help="only this one; may be repeated")
    parser.add_argument("--here", action="store_true", help="measure --synth in this process and print it")
    options = parser.parse_args()
    if options.here:
        found = measure(options.synth[0], options.presets)
        sys.stdout.write("\n" + json.dumps(found) + "\n")
        sys.stdout.flush()
        # without the plug-in's destructors: some crash at exit
        os._exit(0)
    floors = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for name in options.synth or synth_names():
        command = [sys.executable, __file__, "--here", "--synth", name, "--presets", str(options.presets)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        floors[name] = json.loads(output.splitlines()[-1])
        print(name, floors[name])
    write_whole(FILE, (json.dumps(floors, indent=1, sort_keys=True) + "\n").encode(), force=True)


if __name__ == "__main__":
    main()
