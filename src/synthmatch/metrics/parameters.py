"""Distances of presets, for the few cases where the reference's own preset is known.

Arguments are (reference, estimated, space, used): native values of two presets, shape (P,), their `ParamSpace`, and
which parameters the reference uses, shape (P,) bool; without `used`, all of them. A knob of an oscillator that is
switched off is not used: it has no right value.

Source: Le Vaillant, Dutoit, Dekeyser, "Improving synthesizer programming from variational autoencoders latent space",
DAFx 2021.
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Bool, Bools, Float64
from synthmatch.errors import InputError
from synthmatch.params.space import ParamSpace


def param_mae(
    reference: npt.ArrayLike, estimated: npt.ArrayLike, space: ParamSpace, used: npt.ArrayLike | None = None
) -> float:
    """Mean absolute error of the continuous parameters in unit values, 0..1; lower is better.

    Raises `InputError` for another number of parameters, NaN, or where no continuous parameter is used.
    """
    mask = _used(space, used) & ~space.categorical
    if not mask.any():
        raise InputError(f"no continuous parameter of {space.synth} is used, expected at least one; check the mask")
    first, second = _unit(reference, space, "reference"), _unit(estimated, space, "estimated")
    return float(np.abs(first - second)[mask].mean())


def param_accuracy(
    reference: npt.ArrayLike, estimated: npt.ArrayLike, space: ParamSpace, used: npt.ArrayLike | None = None
) -> float:
    """Share of the categorical parameters that have the reference's class, 0..1; higher is better.

    Raises `InputError` for another number of parameters, NaN, or where no categorical parameter is used.
    """
    mask = _used(space, used) & space.categorical
    if not mask.any():
        raise InputError(f"no categorical parameter of {space.synth} is used, expected at least one; check the mask")
    first, second = _unit(reference, space, "reference"), _unit(estimated, space, "estimated")
    # unit values of classes lie on the space's grid: equal classes are equal bits
    return float((first == second)[mask].mean())


def _unit(native: npt.ArrayLike, space: ParamSpace, side: str) -> Float64[F64, " parameters"]:
    values = np.asarray(native, np.float64)
    if values.shape != (len(space),):
        raise InputError(f"{side} preset has shape {values.shape}, expected ({len(space)},) as {space.synth} has knobs")
    if not np.isfinite(values).all():
        raise InputError(f"{side} preset has NaN or infinite values, expected native values of {space.synth}")
    return space.to_unit(values)


def _used(space: ParamSpace, used: npt.ArrayLike | None) -> Bool[Bools, " parameters"]:
    if used is None:
        return np.ones(len(space), np.bool_)
    mask = np.asarray(used)
    if mask.shape != (len(space),) or mask.dtype != np.bool_:
        raise InputError(f"used is {mask.dtype} of shape {mask.shape}, expected bool ({len(space)},), one a parameter")
    return mask
