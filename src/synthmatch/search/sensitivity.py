"""What the sound of a preset depends on: each parameter is changed by itself, and the change is rendered.

A continuous parameter moves by a fifth of its travel, towards the farther end; a categorical one to the next class. How
far the sound then is from before, by the loudness distance (0..1), is its weight. This is the view from one preset: the level
of an operator that is off weighs little here and may weigh much elsewhere.
"""

from collections.abc import Callable

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace, Preset
from synthmatch.search.objective import Evaluate

#: Change of a continuous parameter, in unit values; not tuned.
_STEP = 0.2
#: Presets between two reports of progress.
_BATCH = 16


def sensitivity(
    space: ParamSpace,
    preset: Preset,
    evaluate: Evaluate,
    report: Callable[[int, int], None] | None = None,
) -> Float64[F64, " parameters"]:
    """How much of the sound changes with each parameter, as loudness distances 0..1. Shape: (P,).

    It is 0, up to rounding, where the sound does not change, and where the render failed. `evaluate` measures presets
    against the sound of `preset` itself. `report(done, all)` is called after each batch.
    """
    probes = probed(space, preset)
    weights = np.zeros(len(space))
    for begin in range(0, len(probes), _BATCH):
        rendered = evaluate(probes[begin : begin + _BATCH])()
        weights[begin : begin + len(rendered)] = [r.distance if r else 0.0 for r in rendered]
        if report:
            report(begin + len(rendered), len(probes))
    return weights


def probed(space: ParamSpace, preset: Preset) -> list[Preset]:
    """The preset with each parameter changed in turn, in the order of the space."""
    unit = space.to_unit(preset.native)
    towards = np.where(unit < 0.5, 1.0, -1.0)
    moved = unit + towards * np.where(space.categorical, space.unit_step, np.maximum(_STEP, space.unit_step))
    rows = np.where(np.eye(len(space), dtype=np.bool_), moved, unit)
    return [preset.with_native(native) for native in space.to_native(rows)]
