"""How the population search makes a new preset from those it has: the moves, one function each.

Every move takes the parent's knob positions, shape (P,), and gives new ones; the search rounds them to legal values.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthmatch.params import ParamSpace
from synthmatch.search.audibility import Audibility
from synthmatch.search.slopes import Slopes

Unit = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """What a move may look at.

    `members`: the population's knob positions, best first, shape (M, P). `donors`: all seeds, rendered or not, shape
    (D, P). `last_step`: what the parent's own last improvement changed, or None. `difference`: how the
    parent's sound differs from the target's (`Scored.difference`). `reach`: how many parameters a tweak
    touches at most: few at first, more as evidence grows.
    """

    space: ParamSpace
    members: Unit
    donors: Unit
    audibility: Audibility
    slopes: Slopes
    last_step: Unit | None
    difference: npt.NDArray[np.float32]
    reach: int


Move = Callable[[Unit, Context, np.random.Generator], Unit]


def tweak(group: str) -> Move:
    """Change one to `reach` parameters of a group, small steps more often than large ones."""

    def move(parent: Unit, context: Context, rng: np.random.Generator) -> Unit:
        indices = context.audibility.of_group(group)
        weights = context.audibility.weights[indices]
        count = min(int(rng.geometric(0.6)), context.reach, len(indices))
        child = parent.copy()
        for i in rng.choice(indices, count, replace=False, p=weights / weights.sum()):
            child[i] = _changed(i, parent, context, rng)
        return child

    return move


def _changed(i: int, parent: Unit, context: Context, rng: np.random.Generator) -> float:
    space = context.space
    # what a neighbour has is often right; half of the time for a class, where there is no small step
    if rng.random() < (0.5 if space.categorical[i] else 0.15):
        return float(context.donors[rng.integers(len(context.donors)), i])
    if space.categorical[i]:
        return float(rng.integers(space.widths[i]) / max(space.widths[i] - 1, 1))
    size = 10.0 ** rng.uniform(-2.2, -0.3)
    step = rng.choice([-1.0, 1.0]) * max(size, space.unit_step[i])
    return float(np.clip(parent[i] + step, 0.0, 1.0))


def part(parent: Unit, context: Context, rng: np.random.Generator) -> Unit:
    """Take one or two whole parts (an operator, the filter) over from a donor."""
    donor = context.donors[rng.integers(len(context.donors))]
    parts = list(context.space.modules.values())
    child = parent.copy()
    for k in rng.choice(len(parts), min(len(parts), int(rng.integers(1, 3))), replace=False):
        child[parts[k]] = donor[parts[k]]
    return child


def mate(parent: Unit, context: Context, rng: np.random.Generator) -> Unit:
    """Take a random share of what differs over from another member."""
    other = context.members[rng.integers(len(context.members))]
    differing = np.flatnonzero(other != parent)
    child = parent.copy()
    if len(differing):
        taken = differing[rng.random(len(differing)) < rng.uniform(0.1, 0.6)]
        child[taken] = other[taken]
    return child


def difference(parent: Unit, context: Context, rng: np.random.Generator) -> Unit:
    """Add a share of the difference of two members to the continuous parameters of one part (differential evolution)."""
    a, b = (context.members[rng.integers(len(context.members))] for _ in range(2))
    parts = list(context.space.modules.values())
    indices = parts[rng.integers(len(parts))]
    indices = indices[~context.space.categorical[indices]]
    child = parent.copy()
    child[indices] += rng.uniform(0.3, 0.9) * (a - b)[indices]
    return child


def again(parent: Unit, context: Context, rng: np.random.Generator) -> Unit:
    """Go further the way that made the parent better."""
    if context.last_step is None:
        return parent
    return parent + rng.uniform(0.4, 1.6) * np.where(context.space.categorical, 0.0, context.last_step)


def slope(parent: Unit, context: Context, rng: np.random.Generator) -> Unit:
    """Step where the slopes learned so far say that the difference to the target shrinks (Gauss-Newton)."""
    return parent + context.slopes.step(context.difference, rng)
