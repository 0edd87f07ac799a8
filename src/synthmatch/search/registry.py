"""The searches by name: the command line, the benchmark and the contract tests enumerate them."""

from synthmatch.search.cma_es import cma_es
from synthmatch.search.guided import Search
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
VERSIONS = {"population": "3", "cma-es": "3", "random": "2", GUIDED: "5"}
#: Those before, which ranked by a distance in dB: their records stand where the present searches were not measured yet.
EARLIER_VERSIONS = {"population": "1", "cma-es": "1", "random": "1", GUIDED: "3"}
