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

#: Versions of the searches, the newest first: a version is raised when a search finds other presets than before. The benchmark keeps its
#: records by them; where the present searches were not measured yet, the newest that were stand. The last ranked by a distance in dB.
GENERATIONS = (
    {"population": "6", "cma-es": "6", "random": "2", GUIDED: "8"},
    {"population": "5", "cma-es": "5", "random": "2", GUIDED: "7"},
    {"population": "4", "cma-es": "4", "random": "2", GUIDED: "6"},
    {"population": "3", "cma-es": "3", "random": "2", GUIDED: "5"},
    {"population": "2", "cma-es": "2", "random": "2", GUIDED: "4"},
    {"population": "1", "cma-es": "1", "random": "1", GUIDED: "3"},
)
VERSIONS = GENERATIONS[0]
