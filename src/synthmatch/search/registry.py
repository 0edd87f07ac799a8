"""The searches by name: the command line, the benchmark and the contract tests enumerate them."""

from collections.abc import Sequence

import numpy as np

from synthmatch.params import Preset
from synthmatch.search.cma_es import cma_es
from synthmatch.search.guided import Search
from synthmatch.search.objective import Objective
from synthmatch.search.population import population_search
from synthmatch.search.random_search import random_search

#: The search that users get (`search.guided`), with a surrogate.
GUIDED = "guided"

#: Those that need no surrogate, which the guided one is compared with.
SEARCHES: dict[str, Search] = {
    "population": population_search,
    "cma-es": cma_es,
    "random": random_search,
}

#: Raised when a search finds other presets than before: the benchmark keeps its records by it and runs again.
VERSIONS = {"population": "1", "cma-es": "1", "random": "1", GUIDED: "3"}


def in_order(objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator) -> None:
    """Render the seeds and nothing else: what proposers give by themselves."""
    objective(seeds)
