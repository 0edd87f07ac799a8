"""Whether a match is an instrument: a drawn preset that is not searched on, beside one that is searched without drawing.

``python bench/playability.py``: the instruments of the benchmark's set ``playability``, Vital; the search has 200 renders and a
surrogate. Both presets are set to the target's level and played otherwise. ``mss`` does not hear level.
"""

import argparse
import statistics
from collections import defaultdict

import numpy as np

from synthmatch.benchmark.playability import INSTRUMENTS, METRIC, playability, played_otherwise
from synthmatch.benchmark.targets import BenchTarget
from synthmatch.library.builtin import builtin_library
from synthmatch.metrics import evaluate
from synthmatch.params import Preset
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.proposers.library import LibraryProposer
from synthmatch.render.pool import RenderPool
from synthmatch.search.guided import guided_search
from synthmatch.search.objective import Budget
from synthmatch.search.preset_level import levelled
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.registry import get_synth

_RENDERS = 200


def matches(pool: RenderPool, target: BenchTarget, seed: int, searched: bool) -> dict[str, Preset]:
    """The presets that are played."""
    found = {"drawn": draw_vital(pool.synth.space, target.audio, target.note)[0]}
    library = builtin_library(pool.synth.id)
    if searched and library:
        result = guided_search(
            target.audio,
            target.note,
            pool,
            [LibraryProposer([library])],
            builtin_surrogates().get(pool.synth.id),
            Budget(_RENDERS),
            np.random.default_rng([0, seed]),
        )
        found["searched, not drawn"] = result.objective.best()[0].preset
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=len(INSTRUMENTS))
    parser.add_argument("--drawn-only", action="store_true")
    parser.add_argument("--quick", action="store_true", help="two instruments")
    options = parser.parse_args()
    scores = defaultdict[str, dict[str, list[float]]](lambda: defaultdict(list))
    with RenderPool(get_synth("vital")) as pool:
        for seed, target in enumerate(playability(2 if options.quick else options.instruments).targets):
            found = matches(pool, target, seed, not options.drawn_only)
            at_level = levelled(pool, target.note, list(found.values()), target.audio)
            for name, (preset, audio) in zip(found, at_level, strict=True):
                assert isinstance(audio, np.ndarray), audio
                own = {f"{METRIC}, as matched": evaluate(target.audio, audio, (METRIC,))[METRIC]}
                for axis, score in (own | played_otherwise(pool, preset, target)).items():
                    scores[axis][name].append(score)
    names = list(next(iter(scores.values())))
    print(f"| played | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
    for axis, by_name in scores.items():
        print(f"| {axis} | {' | '.join(f'{statistics.fmean(by_name[name]):.2f}' for name in names)} |")


if __name__ == "__main__":
    main()
