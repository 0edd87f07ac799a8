"""Plain CMA-ES over every parameter at once: the search that sound matching usually means, and a baseline here.

Hansen and Ostermeier 2001, as the package `cma` has it, with its own settings but for the start. The variables are the
knob positions in [0, 1] of all parameters, categorical ones among them: they are rounded to the nearest class. The
start is the nearest neighbour, the first step size `SIGMA`. Where it stops by itself before the budget, it starts again
at the best preset with the first step size.
"""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import F64
from synthmatch.params import Preset
from synthmatch.search.objective import Exhausted, Objective

#: First step size in unit values. On six DX7 voices the mean search distance after 200 renders was 5.03 with 0.05, 5.22 with
#: 0.1 and 5.42 with 0.2, from 5.60 at the start.
SIGMA = 0.05
#: Rank of a failed render: behind every distance, which cma wants finite.
_FAILED = 1e6


def cma_es(objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator) -> None:
    """Spend the objective's budget. `seeds`: the first is where it starts, the others are not used."""
    try:
        objective(seeds[:1])
        start = seeds[0]
        while True:
            _descend(objective, start, rng)
            start = objective.best()[0].preset if objective.best() else seeds[0]
    except Exhausted:
        return


def _descend(objective: Objective, start: Preset, rng: np.random.Generator) -> None:
    """Run until CMA-ES itself sees no way on."""
    import cma  # noqa: PLC0415 - a baseline's dependency

    def normal(*shape: int) -> F64:
        return rng.standard_normal(shape)

    space = objective.space
    # no seed, no files: randomness comes from `rng`, and a benchmark must leave nothing in the working folder
    options = {"bounds": [0, 1], "randn": normal, "seed": np.nan, "verbose": -10, "verb_log": 0}
    strategy = cma.CMAEvolutionStrategy(space.to_unit(start.native), SIGMA, options)
    while not strategy.stop():
        asked = strategy.ask()
        scored = objective([start.with_native(space.to_native(unit)) for unit in asked])
        if None in scored:
            raise Exhausted
        strategy.tell(asked, [min(s.distance, _FAILED) for s in scored if s])
