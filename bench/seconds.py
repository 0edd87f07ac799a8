"""Searches at equal seconds: the default, without a guide, and from the library alone, on the same targets in one run.

``python bench/seconds.py --synth dexed --set people --voices FILE --seconds 2 15``: a row a method and time, with the means over the
targets of the best answer's closeness, `mss` and `wmfcc`, its renders, and the processor seconds of program and workers.
``--before CHECKOUT`` adds the default of another revision of the project. Workers, library and surrogate are loaded before
the clock starts. Nothing else may run.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from synthmatch.benchmark.recordings import recordings
from synthmatch.benchmark.targets import BenchTarget, cross, held_out, people
from synthmatch.errors import SynthmatchError
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth, synth_names
from synthmatch.systems.scratch import temporary_folder

METRICS = ("mss", "wmfcc")
#: Arguments of `match` by method.
METHODS: dict[str, dict[str, Any]] = {
    "default": {},
    "plain": {"surrogate": "none"},
    "library alone": {"sources": ["library"], "surrogate": "none"},
}
_RENDERS = 1_000_000


def targets_of(name: str, synth: str, count: int, voices: Path | None) -> list[BenchTarget]:
    """The first targets of a set of the benchmark; of recordings so many, spread over the list."""
    if name == "recordings":
        every = recordings().targets
        return [every[i] for i in np.linspace(0, len(every) - 1, count).round().astype(int)]
    if name == "cross":
        return cross(get_synth(synth), each=-(-count // 2)).targets[:count]
    with RenderPool(get_synth(synth)) as pool:
        if name == "people":
            assert voices, "--voices names the file of packed DX7 voices"
            return people(pool, voices, count).targets
        return held_out(pool, count).targets


def searched(folder: Path, synth: str, arguments: Mapping[str, Any], seconds: float) -> Iterator[dict[str, float]]:
    """What `match` finds for each target of a folder, with workers that are warm."""
    from synthmatch import load_target, match  # noqa: PLC0415 - of this revision or another
    from synthmatch.note import Note  # noqa: PLC0415

    pool = RenderPool(get_synth(synth))
    lend = _Lent(pool)
    for path in [None, *sorted(folder.glob("*.json"))]:
        told = json.loads((path or min(folder.glob("*.json"))).read_text())
        audio, _ = soundfile.read(folder / told["file"], dtype="float32", always_2d=True)
        sound, note = np.ascontiguousarray(audio.T), Note(**told["note"])
        # the note is known; what else a target has differs between revisions
        target = replace(load_target(sound, whole=True), audio=sound, note=note)
        before, start = _processor_seconds(pool), time.monotonic()
        asked = {"renders": _RENDERS, "seconds": 0.5 if path is None else seconds, **arguments}
        found = match(target, synths=[synth], candidates=1, metrics=METRICS, pools=lend, **asked)
        spent = _processor_seconds(pool) - before
        if path is not None:
            best = found.best
            yield {
                "closeness": best.closeness,
                **{name: best.scores[name] for name in METRICS},
                "renders": found.renders[synth],
                "seconds": time.monotonic() - start,
                "processor seconds": spent,
            }
    pool.close()


class _Lent:
    """Lends one pool, which stays open."""

    def __init__(self, pool: RenderPool) -> None:
        self._pool = pool

    def __call__(self, _: object) -> "_Lent":
        return self

    def __enter__(self) -> RenderPool:
        return self._pool

    def __exit__(self, *_: object) -> None:
        pass


def _processor_seconds(pool: RenderPool) -> float:
    """Of this process and of the pool's workers so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = time.process_time()
    for worker in pool._processes:
        fields = Path(f"/proc/{worker._process.pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) / ticks
    return total


def write_targets(folder: Path, targets: Sequence[BenchTarget]) -> None:
    """As another revision reads them too."""
    for number, target in enumerate(targets):
        name = f"{number:03d}"
        soundfile.write(folder / f"{name}.wav", target.audio.T, SAMPLE_RATE_HZ, subtype="FLOAT")
        note = {field: getattr(target.note, field) for field in ("pitch", "velocity", "hold_seconds", "render_seconds")}
        (folder / f"{name}.json").write_text(json.dumps({"file": f"{name}.wav", "note": note}))


def rows_of(
    folder: Path, synth: str, arguments: Mapping[str, Any], seconds: float, checkout: Path
) -> list[dict[str, float]]:
    """`searched` in a process of its own, with the modules of a checkout."""
    command = [sys.executable, __file__, "--child", str(folder), "--synth", synth, "--seconds", str(seconds)]
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    done = subprocess.run(
        [*command, "--arguments", json.dumps(dict(arguments))], env=environment, stdout=subprocess.PIPE, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--synth", default="dexed", choices=synth_names())
    parser.add_argument("--set", default="recordings", choices=("held-out", "people", "cross", "recordings"))
    parser.add_argument("--voices", type=Path)
    parser.add_argument("--targets", type=int, default=16)
    parser.add_argument("--seconds", type=float, nargs="+", default=[2.0, 5.0, 15.0])
    parser.add_argument("--before", type=Path, help="a checkout of another revision")
    parser.add_argument("--quick", action="store_true", help="2 targets, 1 s")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--arguments", default="{}", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        for row in searched(options.child, options.synth, json.loads(options.arguments), options.seconds[0]):
            print(json.dumps(row), flush=True)
        return
    count, times = (2, [1.0]) if options.quick else (options.targets, options.seconds)
    here = Path(__file__).parent.parent
    methods = [(name, arguments, here) for name, arguments in METHODS.items()]
    if options.before:
        methods.append(("default, before", {}, options.before))
    heads = ("closeness", *METRICS, "renders", "seconds", "processor seconds")
    print(f"| {options.set}, {options.synth} | s | {' | '.join(heads)} |\n| --- | ---: |{' ---: |' * len(heads)}")
    with temporary_folder() as folder:
        write_targets(folder, targets_of(options.set, options.synth, count, options.voices))
        for seconds in times:
            for name, arguments, checkout in methods:
                rows = rows_of(folder, options.synth, arguments, seconds, checkout)
                cells = [f"{np.mean([row[head] for row in rows]):.3g}" for head in heads]
                print(f"| {name} | {seconds:g} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except SynthmatchError as error:
        sys.exit(str(error))
