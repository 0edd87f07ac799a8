"""The searches by name: the command line, the benchmark and the contract tests enumerate them."""

from collections.abc import Callable, Sequence

import numpy as np

from synthmatch.params import Preset
from synthmatch.search.cma_es import cma_es
from synthmatch.search.objective import Objective
from synthmatch.search.population import population_search
from synthmatch.search.random_search import random_search

#: Spends an objective's budget. Takes presets near the target, nearest first, at least one; what was found is in
#: the objective.
Search = Callable[[Objective, Sequence[Preset], np.random.Generator], None]

SEARCHES: dict[str, Search] = {
    "population": population_search,
    "cma-es": cma_es,
    "random": random_search,
}

#: Raised when a search finds other presets than before: the benchmark keeps its records by it and runs again. `screened`
#: is the population search with a surrogate, `imagined` the answer of a surrogate.
VERSIONS = {"population": "1", "cma-es": "1", "random": "1", "screened": "3", "imagined": "3"}
