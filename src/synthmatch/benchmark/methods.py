"""What the benchmark compares, each under its name: searches, models that answer, and the baselines of every table.

All of them are `search.guided.guided_search` with other proposers, guides and budgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from synthmatch.benchmark.targets import BenchTarget
from synthmatch.calibration.anchors import ANCHORS
from synthmatch.library.library import Library
from synthmatch.params import Preset
from synthmatch.proposers.base import Proposer
from synthmatch.proposers.library import LibraryProposer
from synthmatch.proposers.model import ESTIMATES, ModelProposer, TrainedModel
from synthmatch.proposers.registry import proposers_for
from synthmatch.proposers.user import UserProposer
from synthmatch.render.pool import RenderPool
from synthmatch.search.guided import Search, guided_search
from synthmatch.search.objective import Budget, Evaluate, Objective
from synthmatch.search.registry import GUIDED, SEARCHES, VERSIONS
from synthmatch.surrogate.surrogate import Surrogate

FLOOR, MEDOID, RETRIEVAL = "noise floor", "medoid", "retrieval"
#: What other rows are read by: found by no method. And all rows that need no search and no model.
REFERENCES = frozenset({FLOOR, *ANCHORS})
BASELINES = REFERENCES | {MEDOID, RETRIEVAL}
#: What the surrogate expects to be nearest before anything is rendered: the first, and the best of so many.
UNRENDERED = "guided without renders"
#: Neighbours that are rendered and ranked again by the search distance.
RERANKED = 16
#: What a search is called that a model's estimates join: the model's name and one of these.
SEEDED = tuple(f", {search}" for search in (GUIDED, "population"))
#: Version of the methods that are no search.
BASELINE_VERSION, EARLIER_BASELINE_VERSION = "2", "1"


@dataclass(frozen=True)
class Method:
    """One row of the tables; an anchor's has no proposers. `version`: what its results depend on; `renders`: its budget; `baseline`: see `guided_search`."""

    name: str
    version: str
    renders: int
    proposers: Sequence[Proposer]
    surrogate: Surrogate | None = None
    baseline: Search | None = None
    #: whether its answers are given without a render, and rendered after that
    unrendered: bool = field(default=False)

    def run(
        self, target: BenchTarget, pool: RenderPool, rng: np.random.Generator, evaluate: Evaluate | None = None
    ) -> Objective:
        """Spend the budget on a target. `evaluate`: in place of the pool's renders."""
        proposers, baseline = self.proposers, self.baseline
        if self.unrendered:
            # measured on every synthesizer, also where its answer is not trusted
            found = guided_search(
                target.audio,
                target.note,
                pool,
                proposers,
                self.surrogate,
                Budget(0),
                rng,
                answers=self.renders,
                trusted_cosine=0.0,
            )
            proposers, baseline = [UserProposer(found.presets)], _seeds_alone
        return guided_search(
            target.audio,
            target.note,
            pool,
            proposers,
            None if self.unrendered else self.surrogate,
            Budget(self.renders),
            rng,
            baseline=baseline,
            evaluate=evaluate,
        ).objective


def methods_for(
    target: BenchTarget,
    synth: str,
    library: Library,
    medoid: Preset | None,
    searches: Sequence[str],
    renders: int,
    models: Sequence[TrainedModel],
    surrogate: Surrogate | None,
) -> list[Method]:
    """What is run on a target, in the order of tables. The floor needs a preset of the same synthesizer, a model one that
    knows it. `medoid` may be left out where only names count.
    """
    proposers = proposers_for([library])
    found = []
    if target.preset and target.preset.synth == synth:
        found.append(_baseline(FLOOR, UserProposer([target.preset]), 1))
    found += [Method(name, BASELINE_VERSION, 1, []) for name in ANCHORS]
    found.append(_baseline(MEDOID, UserProposer([medoid] if medoid else []), 1))
    found.append(_baseline(RETRIEVAL, LibraryProposer([library]), RERANKED))
    knowing = [model for model in models if synth in model.synths]
    for model in knowing:
        found.append(Method(model.name, model.fingerprint, ESTIMATES, [ModelProposer(model)], baseline=_seeds_alone))
    found += [Method(name, VERSIONS[name], renders, proposers, baseline=SEARCHES[name]) for name in searches]
    guide = f"{surrogate.fingerprint} {VERSIONS[GUIDED]}" if surrogate else VERSIONS["population"]
    if surrogate:
        found.append(Method(UNRENDERED, guide, RERANKED, proposers, surrogate, unrendered=True))
        found.append(Method(GUIDED, guide, renders, proposers, surrogate))
    for model in knowing:
        name = model.name + SEEDED[0 if surrogate else 1]
        found.append(
            Method(name, f"{model.fingerprint} {guide}", renders, proposers_for([library], model=model), surrogate)
        )
    return found


def _baseline(name: str, proposer: Proposer, renders: int) -> Method:
    return Method(name, BASELINE_VERSION, renders, [proposer], baseline=_seeds_alone)


def _seeds_alone(objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator) -> None:
    """No search: the seeds are rendered in their order."""
    objective(seeds)
