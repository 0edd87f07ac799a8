"""How near presets that are drawn from the target come, without a search, beside the library's nearest preset.

``python bench/drawn.py``: Vital, on the benchmark's recordings, other notes of 8 s, and held-out presets; ``--synth amsynth``: the same of amsynth; ``--synth
dexed``: Dexed, and on struck notes of FluidR3, too, as they are and at -20 LKFS. Each preset is set to its target's
level (two renders as a rule), and scored. Targets for which nothing is drawn are left out.
"""

import argparse
import statistics
import time
from collections.abc import Iterator

import numpy as np

from struck import at_one_loudness, struck_notes
from synthmatch.benchmark.recordings import recordings
from synthmatch.benchmark.targets import BenchTarget, held_out
from synthmatch.calibration.closeness import Closeness
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.builtin import libraries_for
from synthmatch.metrics import evaluate
from synthmatch.params import Preset
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.proposers.library import LibraryProposer
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.registry import get_synth, synth_names

#: Programs and pitches of FluidR3 that are held: vibraphone, organs, strings, voices, brass, reeds, pipes, pads; and two that fall.
LONG = (
    *((11, 60), (11, 72), (16, 60), (18, 60), (19, 60), (40, 69), (44, 60), (48, 60), (52, 60), (54, 60)),
    *((56, 67), (65, 60), (68, 72), (71, 67), (73, 72), (75, 72), (78, 76), (89, 60), (4, 60), (12, 60)),
)
METRICS = ("lsd", "mss", "wmfcc", "envelope_error", "loudness_error")


def best_scores(pool: RenderPool, target: BenchTarget, presets: list[Preset]) -> list[float]:
    """Closeness and metrics of the nearest of presets at the target's level."""
    distance = SearchDistance(target.audio)
    sounds = [audio for _, audio in levelled(pool, target.note, presets, target.audio) if isinstance(audio, np.ndarray)]
    audio = min(sounds, key=distance.at_its_level)
    closeness = Closeness(target.audio, pool.synth.id)(distance.at_its_level(audio))
    return [closeness, *evaluate(target.audio, audio, METRICS).values()]


def target_sets(pool: RenderPool, count: int) -> Iterator[tuple[str, list[BenchTarget]]]:
    """Sets of targets by name."""
    half = max(1, count // 2)
    if pool.synth.id != "dexed":
        yield "one-shots", recordings(half, 0).targets
        yield "notes", recordings(0, half).targets
        yield "notes of 8 s", recordings(0, half, LONG, 8.0).targets
        yield "held-out presets", held_out(pool, half).targets
    else:
        yield "recordings", recordings(half, half).targets
        struck = struck_notes(count)
        yield "struck notes", struck
        yield "struck notes, -20 LKFS", at_one_loudness(struck)


def row(name: str, of: str, part: list[list[float]]) -> str:
    """A row of the table: means."""
    closeness, lsd, mss, wmfcc, envelope, loudness = np.transpose(part)
    means = [f"{closeness.mean():.0f} %", *(f"{values.mean():.2f}" for values in (lsd, mss, wmfcc, envelope))]
    return f"| {name} | {len(part)} | {of} | {' | '.join(means)} | {(loudness <= 1).mean():.0%} |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=60, help="of each set, at most")
    parser.add_argument("--synth", choices=synth_names(), default="vital")
    parser.add_argument("--quick", action="store_true", help="four targets of each set")
    options = parser.parse_args()
    synth, rng, seconds = get_synth(options.synth), np.random.default_rng(0), list[float]()
    library = LibraryProposer(libraries_for(synth.id))
    print("| targets | number | preset | closeness | `lsd` | `mss` | `wmfcc` | `envelope_error` | within 1 dB |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with RenderPool(synth) as pool:
        for name, targets in target_sets(pool, 4 if options.quick else options.targets):
            nearest, best = list[list[float]](), list[list[float]]()
            for target in targets:
                start = time.perf_counter()
                drawn = DrawnProposer().propose(target.audio, target.note, synth, rng)
                if not drawn:
                    continue
                seconds.append(time.perf_counter() - start)
                first = library.propose(target.audio, target.note, synth, rng)[:1]
                nearest.append(best_scores(pool, target, [proposal.preset for proposal in first]))
                best.append(best_scores(pool, target, [proposal.preset for proposal in drawn]))
            if best:
                print(row(name, "library's nearest", nearest))
                print(row(name, "drawn", best), flush=True)
    print(f"\nDrawing takes {statistics.median(seconds):.2f} s (median), without renders.")


if __name__ == "__main__":
    main()
