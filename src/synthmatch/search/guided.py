"""The search that everything runs: proposers give seeds, a surrogate guides where there is one, renders decide.

`match`, the page, the benchmark and the measurements of `bench/` call `guided_search`, so that what is measured is what
users get.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.features.loudness import with_loudness
from synthmatch.features.search_distance import SearchDistance
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.base import Proposer, in_order, propose_all
from synthmatch.render.pool import RenderPool
from synthmatch.search.distinct import distinct
from synthmatch.search.locks import Locks
from synthmatch.search.objective import Budget, Evaluate, Interrupted, Objective, Progress
from synthmatch.search.population import population_search
from synthmatch.search.preselection import Preselection
from synthmatch.search.rendering import rendered_with
from synthmatch.search.surrogate_assisted import (
    children_of,
    propose_without_rendering,
    surrogate_assisted_search,
)
from synthmatch.surrogate.surrogate import Surrogate
from synthmatch.systems.threads import one_thread

#: Spends an objective's budget. Takes presets near the target, nearest first, at least one; what was found is in
#: the objective.
Search = Callable[[Objective, Sequence[Preset], np.random.Generator], None]

#: The least `Surrogate.change_cosine` with which its answer without a render is taken: at 0.74 and 0.77 that is nearer
#: than the library's nearest preset on held-out targets, at 0.60 further away (docs/results/goals.md).
TRUSTED_COSINE = 0.7
#: Loudness of every target in a search, in LKFS: the median of amsynth's presets, between those of Vital, -26, and Dexed, -11.
_LOUDNESS_DB = -20.0


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search found.

    `presets`: the answers, nearest first: rendered ones that differ, or with no render to spend those that should be
    nearest. `objective` has all that was rendered. `complete` is False where the search was interrupted.
    """

    presets: Sequence[Preset]
    objective: Objective
    complete: bool


def guided_search(
    target: Audio,
    note: Note,
    pool: RenderPool,
    proposers: Sequence[Proposer],
    surrogate: Surrogate | None,
    budget: Budget,
    rng: np.random.Generator,
    *,
    answers: int = 1,
    locks: Locks | None = None,
    report: Callable[[Objective, Progress], None] | None = None,
    baseline: Search | None = None,
    evaluate: Evaluate | None = None,
    renders_each: int = 1,
    trusted_cosine: float = TRUSTED_COSINE,
) -> SearchResult:
    """Search for presets that sound like a target, (channels, samples), played with `note`, on the pool's synthesizer.

    `surrogate` guides the search; with None, renders alone do. With a budget of no renders the answer is what the
    surrogate expects to be nearest, where its `change_cosine` is at least `trusted_cosine`; else the first proposals.
    `answers` are given at most. `report` is called after each batch; Ctrl-C, or an `Interrupted` that it raises, ends
    the search and keeps the best so far.

    `evaluate` renders and measures in place of the pool, with `renders_each` renders a preset: a caller keeps the
    failures so, and plays several notes. `baseline` runs in place of the population search, for benchmarks. The same
    generator gives the same presets where the budget is renders.
    """
    # what proposers and predictions find must not depend on how loud a recording is
    target = with_loudness(target, _LOUDNESS_DB)
    measured = evaluate or rendered_with(pool, note, SearchDistance(target))
    objective = Objective(pool.synth.space, measured, budget, locks=locks, renders_each=renders_each)
    if report:
        objective.report = lambda progress: report(objective, progress)
    rendering = objective.most > 0
    found = propose_all(proposers, target, note, pool.synth, rng, rendering=rendering)
    known = [proposal for _, proposals in found for proposal in proposals if proposal.levels is not None]
    predicting = not baseline and (not rendering or children_of(pool.synth.id) > 0)
    preselection = Preselection(surrogate, target, note) if surrogate and predicting else None
    if preselection and known:
        preselection.add_prior(known)
    seeds = in_order(found)
    if locks:
        seeds = list({held.key(): held for held in map(locks.hold, seeds)}.values())
    objective.began = {seed.key() for seed in seeds}
    complete = True
    try:
        if rendering:
            with one_thread():
                if baseline:
                    baseline(objective, seeds, rng)
                elif preselection:
                    surrogate_assisted_search(objective, seeds, rng, preselection, children_of(pool.synth.id))
                else:
                    population_search(objective, seeds, rng)
        elif preselection and known and surrogate and surrogate.change_cosine >= trusted_cosine:
            seeds = propose_without_rendering(objective, seeds, rng, preselection, answers)
    except (KeyboardInterrupt, Interrupted):
        complete = False
        objective.report = None
    # what was begun when time was up, or by a search that was interrupted, is on its way
    while objective.under_way:
        objective.collect()
    # without a render, or where none succeeded, the seeds are the answer
    return SearchResult(distinct(objective, answers) or seeds[:answers], objective, complete)
