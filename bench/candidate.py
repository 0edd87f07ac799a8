"""What a search pays for a candidate: render and fast score in a worker, against the render alone, as a ratio.

``python bench/candidate.py``: one worker, the same presets and note, rounds of both kinds in turn, median of the rounds'
ratios. Both kinds leave the audio in the worker (the plain one measures its number of dimensions), so that only the score differs.
"""

import argparse
import statistics
import time
from collections.abc import Sequence

import numpy as np

from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import Measure, RenderPool
from synthmatch.synths.registry import get_synth, synth_names

#: What the project promises, as a multiple of the render.
PROMISED = {"vital": 1.3, "amsynth": 1.3, "dexed": 2.0}


def seconds(pool: RenderPool, presets: Sequence[Preset], measure: Measure) -> float:
    """Time of a round."""
    start = time.perf_counter()
    pool.run(presets, Note(), measure)
    return time.perf_counter() - start


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--renders", type=int, default=16)
    parser.add_argument("--quick", action="store_true", help="3 rounds of 6 renders")
    options = parser.parse_args()
    rounds, renders = (3, 6) if options.quick else (options.rounds, options.renders)
    print("| synth | candidate / render | promised at most |\n|---|---|---|")
    for name in synth_names():
        synth, library = get_synth(name), builtin_library(name)
        assert library is not None
        presets = [library.preset(int(row)) for row in np.random.default_rng(0).choice(len(library), renders)]
        with RenderPool(synth, workers=1) as pool:
            target = pool.run(presets[:1], Note())[0]
            assert not isinstance(target, RenderFailure), target
            score = SearchDistance(target)
            ratios = []
            for _ in range(rounds + 1):
                plain = seconds(pool, presets, np.ndim)
                ratios.append(seconds(pool, presets, score) / plain)
        # the first round warms up
        print(f"| {name} | {statistics.median(ratios[1:]):.2f} | {PROMISED[name]} |", flush=True)


if __name__ == "__main__":
    main()
