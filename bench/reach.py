"""How the reach holds for other notes than the one that it was measured with: own sounds that are called out of it.

``python bench/reach.py``: held-out presets of Dexed as targets, played with each note, searched as `match`
searches, with 200 renders; by the best preset by the search distance, as the shipped data. The line was drawn at 5 % with the first note.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from synthmatch.benchmark.targets import held_out_presets
from synthmatch.calibration.closeness import Closeness
from synthmatch.calibration.in_domain import in_domain_percentile, is_out_of_reach
from synthmatch.library.builtin import libraries_for
from synthmatch.note import Note
from synthmatch.proposers.registry import proposers_for
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.guided import guided_search
from synthmatch.search.objective import Budget
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.registry import get_synth

NOTES = {
    "C4, 4 s": Note(),
    "C4, 0.5 s": Note(60, 100, 0.3, 0.5),
    "C2, 0.6 s": Note(36, 100, 0.3, 0.6),
    "C6, 1.5 s": Note(84, 100, 1.0, 1.5),
}
_RENDERS = 200
_SILENT_RMS = 1e-3


def closest(pool: RenderPool, note: Note, count: int) -> Iterator[float]:
    """How close, in per cent, a search ends to each of the first held-out presets that sound with the note."""
    proposers, surrogate = proposers_for(libraries_for(pool.synth.id)), builtin_surrogates().get(pool.synth.id)
    for number, preset in enumerate(held_out_presets(pool.synth)):
        if number == count:
            break
        (target,) = pool.run([preset], note)
        if isinstance(target, RenderFailure) or np.sqrt(np.mean(np.square(target))) < _SILENT_RMS:
            continue
        rng = np.random.default_rng([0, number])
        found = guided_search(target, note, pool, proposers, surrogate, Budget(_RENDERS), rng)
        yield Closeness(target, pool.synth.id)(found.objective.best()[0].distance)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="four targets")
    options = parser.parse_args()
    count = 4 if options.quick else options.targets
    print("| note, render | targets | median closeness | 95 % above | called out of reach |\n|---|---|---|---|---|")
    with RenderPool(get_synth("dexed")) as pool:
        for name, note in NOTES.items():
            found = list(closest(pool, note, count))
            out = np.mean([is_out_of_reach([in_domain_percentile("dexed", close, _RENDERS)]) for close in found])
            print(
                f"| {name} | {len(found)} | {np.median(found):.0f} % | {np.quantile(found, 0.05):.0f} % | {out:.0%} |"
            )


if __name__ == "__main__":
    main()
