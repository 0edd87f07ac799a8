"""Renders a second of the pool against plain loops, as ratios of the same run.

``python bench/pool.py`` prints a table. Rounds of the loops and the pool alternate, so that
another load on the machine meets both; a ratio is the median over the rounds. The plain loop calls the binding with
everything prepared beforehand: one instance for Dexed and Vital (whose renders then differ from run to run), a fresh
instance a render for amsynth, the only other way to get the same audio twice.
"""

import argparse
import contextlib
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from synthmatch.library.builtin import builtin_library
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import Measure, RenderPool
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names

NOTE = Note()
ROUNDS = 5
QUICK_RENDERS = 10

#: renders a synthesizer and column: some seconds of each
RENDERS = {"dexed": 1000, "vital": 80, "amsynth": 80}

#: least ratios that the project promises with two workers
PROMISED = {"dexed": 1.7, "vital": 1.7, "amsynth": 4.0}


def presets_of(synth: Synth, count: int) -> list[Preset]:
    """What a search renders: presets of the built-in library."""
    library = builtin_library(synth.id)
    assert library is not None
    return [library.preset(int(row)) for row in np.random.default_rng(0).choice(len(library), count, replace=False)]


def plain_loop(synth: Any, presets: Sequence[Preset]) -> Callable[[slice], object]:
    """A function that renders a slice of the presets with the bare binding."""
    if synth.id == "dexed":
        import dexed  # noqa: PLC0415 - one binding a table row

        from synthmatch.synths.dexed.synth import voice_of  # noqa: PLC0415

        patches = [dexed.Patch.from_sysex(voice_of(p).tobytes()) for p in presets]
        player = dexed.DexedSynth(SAMPLE_RATE_HZ)

        def dexed_loop(part: slice) -> None:
            for patch in patches[part]:
                player.load_patch(patch)
                player.render(NOTE.pitch, NOTE.velocity, NOTE.hold_seconds, NOTE.render_seconds)

        return dexed_loop
    if synth.id == "vital":
        import vita  # noqa: PLC0415

        documents = [synth.builder.lean(p) for p in presets]
        vital = vita.Synth()

        def vital_loop(part: slice) -> None:
            for document in documents[part]:
                vital.load_json(document)
                vital.render(NOTE.pitch, NOTE.velocity / 127, NOTE.hold_seconds, NOTE.render_seconds)

        return vital_loop
    return lambda part: [synth.engine().render(preset, NOTE) for preset in presets[part]]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Plug-ins in this process write to stderr at each load."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def seconds(run: Callable[..., object], *arguments: object) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    run(*arguments)
    return time.perf_counter() - start


def row(synth: Synth, renders: int, workers: int) -> str:
    """A line of the table. Every render must succeed."""
    presets = presets_of(synth, renders)
    parts = [slice(len(presets) * i // ROUNDS, len(presets) * (i + 1) // ROUNDS) for i in range(ROUNDS)]
    loop = plain_loop(synth, presets)
    times: list[tuple[float, float, float]] = []
    failed: list[RenderFailure] = []
    with quiet(), RenderPool(synth, workers) as pool:

        def pool_run(part: slice, measure: Measure | None) -> None:
            results = pool.run(presets[part], NOTE, measure)
            failed.extend(result for result in results if isinstance(result, RenderFailure))

        pool_run(slice(0, 4 * workers), None)
        loop(slice(0, 1))
        for part in parts:
            plain = seconds(loop, part)
            # the mean is nearly free: what is left is the cost of the render and of the pool
            times.append((plain, seconds(pool_run, part, None), seconds(pool_run, part, np.mean)))
    if failed:
        raise SystemExit(f"{len(failed)} renders failed, the first: {failed[0]}")
    each = [1000 * sum(t) / renders for t in zip(*times, strict=True)]
    audio_ratio = statistics.median(plain / audio for plain, audio, _ in times)
    measure_ratio = statistics.median(plain / measured for plain, _, measured in times)
    return (
        f"| {synth.title} | {renders} | {each[0]:.1f} | {each[1]:.1f} | {each[2]:.1f} "
        f"| {audio_ratio:.2f} | {measure_ratio:.2f} | {PROMISED.get(synth.id, 0):.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renders", type=int, help=f"renders a synthesizer and column; default: {RENDERS}")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help=f"only {QUICK_RENDERS} renders")
    parser.add_argument("--synth", action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    print(
        f"Renders of {NOTE.render_seconds:g} s, {options.workers} workers, {os.cpu_count()} cores, "
        f"{platform.machine()}, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n"
    )
    print(
        "| synth | renders | plain loop ms | pool, audio ms | pool, measured ms | ratio, audio | ratio, measured | promised |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in options.synth or synth_names():
        synth = get_synth(name)
        if missing := synth.missing():
            print(f"| {synth.title} | {missing} |")
        else:
            renders = QUICK_RENDERS if options.quick else options.renders or RENDERS[name]
            print(row(synth, renders, options.workers), flush=True)


if __name__ == "__main__":
    main()
