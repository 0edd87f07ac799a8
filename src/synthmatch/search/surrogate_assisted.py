"""The population search with a surrogate: it makes many children, and renders those with the largest expected improvement.

Preselection predicts the scores of children (`search.preselection`), acquisition their expected improvement
(`search.acquisition`). Tuned constants were chosen in the tables of docs/results/tried.md.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from synthmatch.arrays import Float, Floats
from synthmatch.features.search_distance import RenderFeatures
from synthmatch.params import Preset
from synthmatch.search.acquisition import expected_improvement
from synthmatch.search.objective import Exhausted, Objective, Scored
from synthmatch.search.population import MEMBERS, Child, Member, Population, Start
from synthmatch.search.preselection import Preselection

#: Presets a generation: a share of the budget, for a small one has to learn early, but within limits
#: (docs/results/tried.md, "Predicted gains and expected improvement": 8, 16 and 32; with 16 renders 16, 8 and 4).
_BATCH_SHARE, _LEAST_BATCH, _MOST_BATCH = 1 / 12, 4, 16
#: Of a round's children so many, the best, are parents of the next (docs/results/tried.md, "Whole searches").
_BEST = 24
#: Children for each render: on how many a prediction pays follows from what it costs beside a render (docs/results/tried.md,
#: "A guide by price"). Where it is 0, the search goes on without predictions.
_CHILDREN = {"dexed": 0, "amsynth": 16, "vital": 16}
#: Of a plug-in with a surrogate of the user's own.
_CHILDREN_OF_OTHERS = 16
#: The same before any render: children a round, rounds, and how many of all are predicted bin by bin (docs/results/tried.md,
#: "Answers without a render, and few renders" and "The places of partials").
_UNRENDERED, _UNRENDERED_ROUNDS, _UNRENDERED_PER_BIN = 96, 4, 96
#: Standard deviation of a predicted distance: so much, and so much for each dB of the predicted change (docs/results/tried.md,
#: "The loudness distance, predicted").
_DEVIATION, _DEVIATION_OF_CHANGE = 0.0002, 0.008

#: By what children are sorted: the best lowest, (N,).
_Order = Callable[[Sequence[Child]], Floats]


def children_of(synth: str) -> int:
    """How many children of a synthesizer, by its id, are predicted for each that is rendered."""
    return _CHILDREN.get(synth, _CHILDREN_OF_OTHERS)


def surrogate_assisted_search(
    objective: Objective,
    seeds: Sequence[Preset],
    rng: np.random.Generator,
    preselection: Preselection,
    children_each: int = _CHILDREN_OF_OTHERS,
) -> None:
    """Spend the objective's budget. `seeds`: presets near the target, nearest first; at least one.

    `children_each`: how many children are predicted for each that is rendered, at least one.
    """
    population = Population(objective, seeds, rng)
    batch = int(np.clip(objective.planned * _BATCH_SHARE, _LEAST_BATCH, _MOST_BATCH))
    order = _by_improvement(population, preselection)
    try:
        born = population.render_seeds()
        while population.members and objective.left:
            if born:
                preselection.learn([member.scored for member in born])
            children = _bred(population, 1, batch * children_each, order, {})[:batch]
            if not children:
                # a small space may have nothing left that was not rendered
                return
            born = population.tell(children, objective([child.preset for child in children]))
    except Exhausted:
        return


def propose_without_rendering(
    objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator, preselection: Preselection, count: int
) -> list[Preset]:
    """`count` of the seeds and their children that should be nearest, nearest first: nothing is rendered.

    Each comes from another seed, so that they err in different ways.
    """
    population = Population(objective, seeds, rng)
    distances = preselection.predict_distance(population.seeds)
    members = [
        Member(unit, Scored(preset, RenderFeatures(float(distance))))
        for unit, preset, distance in zip(population.donors, population.seeds, distances, strict=True)
    ]
    population.members = sorted(members, key=lambda m: m.distance)[:MEMBERS]
    themselves = {m.preset.key(): Child("", m, m.preset) for m in population.members}
    bred = _bred(population, _UNRENDERED_ROUNDS, _UNRENDERED, _by_distance(preselection), themselves)
    best = bred[:_UNRENDERED_PER_BIN]
    per_bin = preselection.predict_distance_per_bin([c.preset for c in best], [c.parent.preset for c in best])
    if per_bin is not None:
        bred = [*(best[i] for i in np.argsort(per_bin, kind="stable")), *bred[_UNRENDERED_PER_BIN:]]
    found: dict[bytes, Preset] = {}
    for child in bred:
        found.setdefault(child.parent.preset.key(), child.preset)
    return list(found.values())[:count]


def _by_distance(preselection: Preselection) -> _Order:
    """The one answer that is given without a render should be near by itself."""

    def order(children: Sequence[Child]) -> Float[Floats, " presets"]:
        expected = preselection.expect([c.preset for c in children], [c.parent.preset for c in children])
        return np.array([c.parent.distance for c in children]) - expected.gains

    return order


def _by_improvement(population: Population, preselection: Preselection) -> _Order:
    """Of several renders the best counts."""

    def order(children: Sequence[Child]) -> Float[Floats, " presets"]:
        presets, parents = [c.preset for c in children], [c.parent.preset for c in children]
        distances = np.array([c.parent.distance for c in children])
        expected = preselection.expect(presets, parents)
        deviation = _DEVIATION + _DEVIATION_OF_CHANGE * expected.changes
        nearest = population.best_distance
        return -expected_improvement(nearest - distances + expected.gains, deviation)

    return order


def _bred(population: Population, rounds: int, count: int, order: _Order, known: Mapping[bytes, Child]) -> list[Child]:
    """Children of the members, and of the best of these, each round `count`: the best first.

    `known` are members that are among them.
    """
    children = dict(known)
    places = order([*known.values()]) if known else np.zeros(0)
    starts = None
    best = list(children.values())
    for _ in range(rounds):
        made = population.ask(count, starts)
        new = {key: child for key, child in made.items() if key not in children}
        if not new:
            break
        places = np.append(places, order([*new.values()]))
        children |= new
        every = list(children.values())
        best = [every[place] for place in np.argsort(places, kind="stable")]
        units = population.space.to_unit(np.stack([child.preset.native for child in best[:_BEST]]))
        starts = [Start(unit, child.parent) for unit, child in zip(units, best[:_BEST], strict=True)]
    return best
