"""Presets from presets: variations of one, and the way from one to another."""

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.errors import InputError
from synthmatch.params.preset import Preset
from synthmatch.params.space import ParamSpace

#: Parameters that a variation changes on average at amount 1; a fresh choice in each is another sound altogether.
_MOST_SHARE = 0.6
#: A parameter on which nothing of the sound depends moves at most so many times as far as one on which a mean share does.
_FURTHEST = 4.0


def vary(
    space: ParamSpace,
    preset: Preset,
    names: frozenset[str],
    amount: float,
    rng: np.random.Generator,
    weights: Float64[F64, " parameters"] | None = None,
) -> Preset:
    """Change some of the parameters `names`: at least one, more and further with `amount`, above 0 to 1.

    A continuous one moves by a normal step with a standard deviation of a third of `amount`, a categorical one gets
    another class. `weights` are what the sound depends on (`search.sensitivity`): the more of it depends on a parameter, the less
    that one moves, and the less often. From one state of `rng` a larger amount goes on in the same directions. The name
    and extra stay. Raises `InputError` for no or unknown names, or another amount.
    """
    # a categorical of one class has no other
    able = np.array([i for i, p in enumerate(space.parameters) if p.name in names and p.classes != 1], dtype=np.int64)
    if not len(able) or not names <= space.index.keys():
        raise InputError(f"got no or unknown parameters of {space.synth} to vary; expected names of its table")
    if not 0.0 < amount <= 1.0:
        raise InputError(f"amount is {amount}, expected above 0 and at most 1")
    unit = space.to_unit(preset.native)
    # all is drawn for every parameter, so that how many are chosen changes nothing in what is drawn
    draws, steps, others = rng.random(len(able)), rng.normal(size=len(able)), rng.random(len(able))
    reach = np.ones(len(able)) if weights is None else _reach(weights[able])
    first = int(np.argmin(draws / reach))
    for k, i in enumerate(able):
        if draws[k] >= _MOST_SHARE * amount * reach[k] and k != first:
            continue
        if space.categorical[i]:
            last = space.widths[i] - 1
            classes = [c for c in range(last + 1) if c != round(unit[i] * last)]
            unit[i] = classes[int(others[k] * len(classes))] / last
        else:
            step = steps[k] * amount / 3 * reach[k]
            # a step of less than the knob's own would be no change
            unit[i] += np.sign(step) * max(abs(step), space.unit_step[i])
    return preset.with_native(space.to_native(unit))


def _reach(weights: Float64[F64, " able"]) -> Float64[F64, " able"]:
    """How far each parameter moves, 1 for one with the mean weight."""
    mean = float(weights.mean())
    return mean / np.maximum(weights, mean / _FURTHEST) if mean > 0.0 else np.ones_like(weights)


def morph(space: ParamSpace, first: Preset, second: Preset, steps: int) -> list[Preset]:
    """`steps` presets from `first` to `second`, both included: continuous parameters on straight lines of knob positions.

    Categorical parameters, and what the space leaves out (`Preset.extra`), change over halfway. Raises `InputError` for
    presets of other synthesizers or fewer than two steps.
    """
    if {first.synth, second.synth} != {space.synth}:
        raise InputError(
            f"presets are of {first.synth} and {second.synth}; expected two of one synthesizer, whose knobs are the same"
        )
    if steps < 2:
        raise InputError(f"steps is {steps}, expected 2 or more")
    start, stop = space.to_unit(first.native), space.to_unit(second.native)
    return [_between(space, first, second, start, stop, share) for share in np.linspace(0.0, 1.0, steps)]


def _between(
    space: ParamSpace,
    first: Preset,
    second: Preset,
    start: Float64[F64, " parameters"],
    stop: Float64[F64, " parameters"],
    share: float,
) -> Preset:
    nearer = first if share < 0.5 else second
    classes = start if share < 0.5 else stop
    unit = np.where(space.categorical, classes, (1.0 - share) * start + share * stop)
    return nearer.with_native(space.to_native(unit))
