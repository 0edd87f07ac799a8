"""Which parameters of this preset are active: learned from mutations whose distance did or did not change."""

import numpy as np

from synthmatch.arrays import I64, Bool, Bools, Int64
from synthmatch.params import ParamSpace

#: How far a weight moves towards 1 or 0 with a change that is or is not audible, and the least weight; not tuned.
_FORGET = 0.4
_LEAST = 0.03


class Audibility:
    """A weight for each parameter, shape (P,): how likely a change of it is audible.

    `locked` parameters, shape (P,), are in no group. Starts at 1 for all. A parameter whose change left the distance as
    it was (the level of a modulator that is off) is tried less and less; one whose change was audible is tried more again.
    """

    def __init__(self, space: ParamSpace, locked: Bool[Bools, " parameters"] | None = None) -> None:
        self.weights = np.ones(len(space))
        groups: dict[str, list[int]] = {}
        for i, parameter in enumerate(space.parameters):
            if locked is None or not locked[i]:
                groups.setdefault(parameter.group, []).append(i)
        self._groups = {name: np.array(indices) for name, indices in groups.items()}

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups that have parameters."""
        return tuple(self._groups)

    def of_group(self, group: str) -> Int64[I64, " members"]:
        """Indices of a group's parameters."""
        return self._groups[group]

    def learn(self, changed: Bool[Bools, " parameters"], before_db: float, after_db: float) -> None:
        """Take note of a render that differs from another in the parameters `changed`, shape (P,)."""
        audible = abs(after_db - before_db) > 1e-4
        if audible:
            self.weights[changed] += _FORGET * (1.0 - self.weights[changed])
        else:
            self.weights[changed] = np.maximum(self.weights[changed] * (1 - _FORGET), _LEAST)
