"""The search operators: how a new preset is made from those that a search has. The search and the surrogate's training
data draw from this one list.

Every operator takes the parent's unit values, shape (P,), and gives new ones; the caller rounds them to legal values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from synthmatch.arrays import F64, Float, Float64, Floats
from synthmatch.params import ParamSpace
from synthmatch.search.audibility import Audibility
from synthmatch.search.jacobian import Jacobian


@dataclass(frozen=True)
class Context:
    """What an operator may look at.

    `members`: the population's unit values, best first, shape (M, P). `donors`: those of all seeds, rendered or not,
    shape (D, P). `last_step`: what the parent's own last improvement changed, or None. `difference`: how the parent's
    sound differs from the target's (`RenderFeatures.difference`). `most_changed`: how many parameters a mutation
    changes at most: few at first, more as evidence grows.
    """

    space: ParamSpace
    members: Float64[F64, "members parameters"]
    donors: Float64[F64, "donors parameters"]
    audibility: Audibility
    jacobian: Jacobian
    last_step: Float64[F64, " parameters"] | None
    difference: Float[Floats, " cells"]
    most_changed: int


Change = Callable[[F64, Context, np.random.Generator], F64]


@dataclass(frozen=True)
class Operator:
    """An operator by name.

    `searched`: whether a search uses it; `training_weight`: its share of the changes that a surrogate is trained on
    (`surrogate.training.neighbourhoods`), where what needs a search's history has none.
    """

    name: str
    change: Change
    searched: bool
    training_weight: float


def operators(groups: Sequence[str]) -> tuple[Operator, ...]:
    """All operators, for a space with these groups of parameters (`params.GROUPS`) that may change."""
    # the chances, sizes and training weights here are not tuned; docs/decisions/0005-search.md has how often each improved
    mutations = (Operator(f"mutation of {group}", mutation(group), True, 0.55 / len(groups)) for group in groups)
    return (
        *mutations,
        Operator("module_crossover", module_crossover, True, 0.1),
        Operator("crossover", crossover, True, 0.1),
        Operator("differential_evolution", differential_evolution, True, 0.1),
        Operator("momentum", momentum, True, 0.0),
        Operator("gauss_newton", gauss_newton, True, 0.0),
        Operator("drift", drift, False, 0.15),
    )


def mutation(group: str) -> Change:
    """Change one to `most_changed` parameters of a group, small steps more often than large ones."""

    def change(
        parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator
    ) -> Float64[F64, " parameters"]:
        indices = context.audibility.of_group(group)
        weights = context.audibility.weights[indices]
        count = min(int(rng.geometric(0.6)), context.most_changed, len(indices))
        child = parent.copy()
        for i in rng.choice(indices, count, replace=False, p=weights / weights.sum()):
            child[i] = _mutated(i, parent, context, rng)
        return child

    return change


def _mutated(i: int, parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator) -> float:
    space = context.space
    # what a neighbour has is often right; half of the time for a class, where there is no small step
    if rng.random() < (0.5 if space.categorical[i] else 0.15):
        return float(context.donors[rng.integers(len(context.donors)), i])
    if space.categorical[i]:
        return float(rng.integers(space.widths[i]) / max(space.widths[i] - 1, 1))
    size = 10.0 ** rng.uniform(-2.2, -0.3)
    step = rng.choice([-1.0, 1.0]) * max(size, space.unit_step[i])
    return float(np.clip(parent[i] + step, 0.0, 1.0))


def module_crossover(
    parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator
) -> Float64[F64, " parameters"]:
    """Take one or two whole modules (an operator, the filter) over from a donor."""
    donor = context.donors[rng.integers(len(context.donors))]
    modules = list(context.space.modules.values())
    child = parent.copy()
    for k in rng.choice(len(modules), min(len(modules), int(rng.integers(1, 3))), replace=False):
        child[modules[k]] = donor[modules[k]]
    return child


def crossover(
    parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator
) -> Float64[F64, " parameters"]:
    """Take a random share of what differs over from another member."""
    other = context.members[rng.integers(len(context.members))]
    differing = np.flatnonzero(other != parent)
    child = parent.copy()
    if len(differing):
        taken = differing[rng.random(len(differing)) < rng.uniform(0.1, 0.6)]
        child[taken] = other[taken]
    return child


def differential_evolution(
    parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator
) -> Float64[F64, " parameters"]:
    """Add a share of the difference of two members to the continuous parameters of one module (Storn and Price 1997)."""
    a, b = (context.members[rng.integers(len(context.members))] for _ in range(2))
    modules = list(context.space.modules.values())
    indices = modules[rng.integers(len(modules))]
    indices = indices[~context.space.categorical[indices]]
    child = parent.copy()
    child[indices] += rng.uniform(0.3, 0.9) * (a - b)[indices]
    return child


def momentum(
    parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator
) -> Float64[F64, " parameters"]:
    """Go further the way that made the parent better."""
    if context.last_step is None:
        return parent
    return parent + rng.uniform(0.4, 1.6) * np.where(context.space.categorical, 0.0, context.last_step)


def gauss_newton(
    parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator
) -> Float64[F64, " parameters"]:
    """Step where the Jacobian learned so far says that the difference to the target shrinks."""
    return parent + context.jacobian.step(context.difference, rng)


def drift(
    parent: Float64[F64, " parameters"], context: Context, rng: np.random.Generator
) -> Float64[F64, " parameters"]:
    """Small steps of many continuous parameters at once: stands for `gauss_newton` where there is no history."""
    moved = (rng.random(len(parent)) < rng.uniform(0.05, 0.5)) & ~context.space.categorical
    return parent + np.where(moved, rng.normal(0.0, 10.0 ** rng.uniform(-2.0, -0.8), len(parent)), 0.0)
