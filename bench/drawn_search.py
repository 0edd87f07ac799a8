"""What drawn presets bring a whole search: the same searches with the library's presets alone, and with drawn ones beside them.

Of a plug-in, ``--synth PATH``, there is no library: random presets are in its place, and drawn ones in theirs.

``python bench/drawn_search.py --synth amsynth``: recordings of the benchmark, spread over its lists, ``--sounds
others``: held-out presets of the other synthesizers, ``struck``: struck notes at -20 LKFS. Each search is the one that
`match` runs, with 200 renders, or with ``--renders 1000 --seconds 8`` as long; of its three answers, at the target's level, the nearest is scored. Targets for
which nothing is drawn are left out. A row a target, then means, and on how many targets drawing comes nearer.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from struck import at_one_loudness, struck_notes
from synthmatch.benchmark.recordings import FLUID, SONIC_PI, recordings
from synthmatch.benchmark.targets import BenchTarget, cross
from synthmatch.calibration.closeness import Closeness
from synthmatch.features.loudness import played_db
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.builtin import libraries_for
from synthmatch.metrics import evaluate
from synthmatch.proposers.base import Proposer
from synthmatch.proposers.registry import proposers_for
from synthmatch.render.pool import RenderPool
from synthmatch.search.guided import guided_search
from synthmatch.search.objective import Budget
from synthmatch.search.preset_level import levelled, with_level_error
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth

METRICS = ("lsd", "mss", "wmfcc")
_ANSWERS = 3


def searched(pool: RenderPool, target: BenchTarget, proposers: Sequence[Proposer], budget: Budget) -> list[float]:
    """Closeness and metrics of the nearest answer of a search."""
    surrogate = builtin_surrogates().get(pool.synth.id)
    rng = np.random.default_rng(0)
    found = guided_search(target.audio, target.note, pool, proposers, surrogate, budget, rng, answers=_ANSWERS)
    distance, level_db = SearchDistance(target.audio), played_db(target.audio)
    sounds = levelled(pool, target.note, found.presets, target.audio)
    audio = min(
        (audio for _, audio in sounds if isinstance(audio, np.ndarray)),
        key=lambda audio: with_level_error(distance.at_its_level(audio), played_db(audio) - level_db),
    )
    closeness = Closeness(target.audio, pool.synth.id)(distance.at_its_level(audio))
    return [closeness, *evaluate(target.audio, audio, METRICS).values()]


def targets_of(synth: Synth, sounds: str, count: int) -> list[BenchTarget]:
    """So many targets, spread over the lists."""
    if sounds == "struck":
        return at_one_loudness(struck_notes(count))
    if sounds == "others":
        return cross(synth, each=max(1, count // 2)).targets
    both = recordings().targets
    half = max(1, count // 2)
    places = [np.rint(np.linspace(0, len(names) - 1, half)).astype(int) for names in (SONIC_PI, FLUID)]
    return [both[place] for place in (*places[0], *(len(SONIC_PI) + places[1]))]


def cells(scores: Sequence[float]) -> str:
    """Of one search."""
    closeness, *others = scores
    return " | ".join([f"{closeness:.0f} %", *(f"{score:.2f}" for score in others)])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--synth", default="vital", help="vital, dexed, amsynth, or a plug-in's path or LV2 URI")
    parser.add_argument("--sounds", choices=("recordings", "others", "struck"), default="recordings")
    parser.add_argument("--targets", type=int, default=16)
    parser.add_argument("--renders", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="most of them a search, drawing included")
    parser.add_argument("--quick", action="store_true", help="two targets, 20 renders")
    options = parser.parse_args()
    count, renders = (2, 20) if options.quick else (options.targets, options.renders)
    budget = Budget(renders, options.seconds)
    synth = get_synth(options.synth)
    libraries = libraries_for(synth.id)
    library, both = proposers_for(libraries, sources=("library",)), proposers_for(libraries)
    drawn = [proposer for proposer in both if proposer.name == "drawn"]
    without, beside = list[list[float]](), list[list[float]]()
    heads = " | ".join(f"{name}, {which}" for which in ("library", "and drawn") for name in ("closeness", *METRICS))
    print(f"| target | {heads} |\n| --- |{' ---: |' * 2 * (1 + len(METRICS))}")
    with RenderPool(synth) as pool:
        for target in targets_of(synth, options.sounds, count):
            rng = np.random.default_rng(0)
            if not any(proposer.propose(target.audio, target.note, synth, rng) for proposer in drawn):
                continue
            without.append(searched(pool, target, library, budget))
            beside.append(searched(pool, target, both, budget))
            print(f"| {target.name} | {cells(without[-1])} | {cells(beside[-1])} |", flush=True)
    if without:
        print(f"| mean of {len(without)} | {cells(np.mean(without, axis=0))} | {cells(np.mean(beside, axis=0))} |")
        nearer = (np.array(beside) - without) * np.array([-1, 1, 1, 1]) < 0
        counts = ", ".join(
            f"{name} {count}" for name, count in zip(("closeness", *METRICS), nearer.sum(axis=0), strict=True)
        )
        print(f"\nNearer with drawn presets, of {len(without)}: {counts}.")


if __name__ == "__main__":
    main()
