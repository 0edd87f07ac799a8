"""Which parameters of a preset are active: a switched-off oscillator's settings are not.

A synthesizer's rules are exact and cautious. What they call inaudible can all be changed at once without a change of the
sound; what they do not know counts as audible. Of two parameters that silence each other, one stays audible: the switch.
"""

import numpy as np

from synthmatch.arrays import F64, Bool, Bools, Float64
from synthmatch.params import ParamSpace


class ActiveParameters:
    """The mask of N presets, (N, P), all True at first. Rules silence parameters where a condition, (N,), holds."""

    def __init__(self, space: ParamSpace, native: Float64[F64, "presets parameters"]) -> None:
        self._space, self._native = space, native
        self.mask = np.ones(native.shape, np.bool_)

    def __getitem__(self, name: str) -> Float64[F64, " presets"]:
        """Native values of a parameter. Shape: (N,)."""
        return self._native[:, self._space.index[name]]

    def silence(self, where: Bool[Bools, " presets"], *names: str) -> None:
        """These parameters are inactive in those presets."""
        self.mask[np.ix_(where, np.array([self._space.index[name] for name in names]))] = False

    def silence_part(self, where: Bool[Bools, " presets"], prefix: str, *switches: str) -> None:
        """All parameters whose names begin so are inactive in those presets, but for the switches."""
        self.silence(
            where, *(p.name for p in self._space.parameters if p.name.startswith(prefix) and p.name not in switches)
        )
