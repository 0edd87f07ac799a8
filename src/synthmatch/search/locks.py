"""Parameters that a search may not move: they keep the values of one preset."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Bool, Bools, Float64
from synthmatch.errors import InputError
from synthmatch.params import GROUPS, ParamSpace, Preset


@dataclass(frozen=True, eq=False)
class Locks:
    """`locked`: which parameters keep their value, shape (P,). `native`: the values, shape (P,)."""

    locked: Bool[Bools, " parameters"]
    native: Float64[F64, " parameters"]

    def hold(self, preset: Preset) -> Preset:
        """The preset with the locked parameters at their values."""
        return preset.with_native(np.where(self.locked, self.native, preset.native))


def lock(space: ParamSpace, names: Sequence[str], native: npt.ArrayLike) -> Locks | None:
    """Lock the parameters, groups and parts (``op1``, ``filter_1``) of these names that the space has, at `native`.

    None where it has none of them: a name may be of another synthesizer. Raises `InputError` where nothing is left
    to move.
    """
    chosen = space.named_by(names)
    locked = np.array([parameter.name in chosen for parameter in space.parameters], np.bool_)
    if not locked.any():
        return None
    if locked.all():
        raise InputError(f"all parameters of {space.synth} are locked, expected some that a search may change")
    return Locks(locked, np.array(space.snap(native)))


def check_names(spaces: Sequence[ParamSpace], names: Sequence[str]) -> None:
    """Raises `InputError` for a name that is no parameter, group or part of any of the spaces."""
    for name in names:
        if name not in GROUPS and not any(space.named_by([name]) for space in spaces):
            synths = ", ".join(space.synth for space in spaces)
            raise InputError(
                f"locked is {name!r}, expected a parameter or part of {synths}, or a group: {', '.join(GROUPS)}"
            )
