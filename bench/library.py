"""How fast a library answers, and whether it finds the preset that really sounds nearest.

``python bench/library.py --synth dexed --targets 24 --presets 1000`` prints a table. Targets are held-out presets
("test" split) of the banks or the generator that the library was made from, at A3, a pitch that no library has. So many
presets of the built-in library are rendered at A3 and scored by the fast score; recall at k is the share of targets
whose best of these is among the k nearest by the index. `loss` is how much worse the best of those k is, in dB.
"""

import argparse
import os
import platform
import statistics
import time
from itertools import chain, islice

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.builtin import builtin_library
from synthmatch.library.library import Library
from synthmatch.library.sources import BANKS, generated, read_presets
from synthmatch.library.split import split_of
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names

NOTE = Note(pitch=57)
NEAREST = (1, 16, 48)
PROMISED_MS = 20.0


def heldout(synth: Synth, count: int) -> list[Preset]:
    """Test presets of the synthesizer's banks, or of its generator."""
    banks = [BANKS[synth.id]] if synth.id in BANKS else []
    source = chain(read_presets(synth, banks).presets, () if banks else generated(synth, 2))
    found = list(islice((p for p in source if split_of(p) == "test"), 20 * count))
    return [found[i] for i in np.random.default_rng(0).permutation(len(found))[:count]]


def query_ms(library: Library, targets: list[Audio]) -> float:
    """Median time of a query, milliseconds, at pitches with and without a shift."""
    times = []
    for pitch in (36, 57, 60, 71, 90):
        for target in targets[:5]:
            start = time.perf_counter()
            library.nearest(target, Note(pitch=pitch), 48)
            times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def row(synth: Synth, library: Library, targets: int, presets: int) -> str:
    """A line of the table."""
    rows = np.random.default_rng(1).permutation(len(library))[:presets]
    with RenderPool(synth) as pool:
        audios = [a for a in pool.run(heldout(synth, targets), NOTE) if not isinstance(a, RenderFailure)]
        audios = [a for a in audios if np.abs(a).max() > 1e-3]
        judges = [SearchDistance(audio) for audio in audios]
        scores = np.full((len(judges), len(rows)), np.inf)
        for i, render in pool.stream((library.preset(int(r)) for r in rows), NOTE):
            if not isinstance(render, RenderFailure):
                scores[:, i] = [judge(render).distance for judge in judges]
    order = [np.argsort(library.index.distances(audio, NOTE)[rows], kind="stable") for audio in audios]
    best = scores.min(axis=1)
    cells = []
    for k in NEAREST:
        found = np.array([scores[i, ranked[:k]].min() for i, ranked in enumerate(order)])
        cells.append(f"{np.mean(found <= best):.2f} | {np.mean(found - best):.3f}")
    ms = query_ms(library, audios)
    return (
        f"| {synth.title} | {len(library)} | {ms:.1f} | {PROMISED_MS:.0f} | {' | '.join(cells)} | {best.mean():.3f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=24, help="held-out presets a synthesizer")
    parser.add_argument("--presets", type=int, default=1000, help="presets of the library to render")
    parser.add_argument("--quick", action="store_true", help="only 4 targets and 60 presets")
    parser.add_argument("--synth", action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    targets, presets = (4, 60) if options.quick else (options.targets, options.presets)
    print(
        f"{targets} targets, {presets} presets rendered, {os.cpu_count()} cores, {platform.machine()}, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n"
    )
    columns = " | ".join(f"recall at {k} | loss" for k in NEAREST)
    print(f"| synth | presets | query ms | promised | {columns} | mean best |")
    print("|" + "---|" * (5 + 2 * len(NEAREST)))
    for name in options.synth or synth_names():
        synth, library = get_synth(name), builtin_library(name)
        if library is None or synth.missing():
            print(f"| {synth.title} | {synth.missing() or 'no built-in library'} |")
        else:
            print(row(synth, library, targets, presets), flush=True)


if __name__ == "__main__":
    main()
