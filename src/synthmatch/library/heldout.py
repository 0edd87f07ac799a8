"""What must stay out of a library so that a test on held-out presets is honest: they, and all that is nearly they."""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import I64, Float, Floats, Int64
from synthmatch.library.split import split_of
from synthmatch.params import ParamSpace, Preset

#: Two presets do not differ in a parameter whose values are nearer than this, in unit values; not tuned.
_NOTICED = 0.02
#: A preset that differs from another in no larger share of its parameters is a near-duplicate, common in banks: 8 of a
#: DX7 voice's 145, 2 of amsynth's 41.
NEAR_SHARE = 0.056


def tolerated(space: ParamSpace) -> int:
    """In how many parameters near-duplicates may differ."""
    return int(NEAR_SHARE * len(space))


def differing(space: ParamSpace, presets: Sequence[Preset], others: Sequence[Preset]) -> Int64[I64, " presets"]:
    """How many parameters tell a preset from the nearest of `others`: those over 0.02 unit apart. Shape: (presets,).

    Without others every preset differs in all parameters.
    """
    nearest = np.full(len(presets), len(space), np.int64)
    if not presets:
        return nearest
    unit = space.to_unit(np.array([preset.native for preset in presets]))
    for other in others:
        np.minimum(nearest, differing_from(unit, space.to_unit(other.native)), out=nearest)
    return nearest


def differing_from(
    unit: Float[Floats, "presets parameters"], other: Float[Floats, " parameters"]
) -> Int64[I64, " presets"]:
    """How many parameters tell each preset from one other, as knob positions. Shape: (presets, P), (P,) -> (presets,)."""
    return (np.abs(unit - other) > _NOTICED).sum(axis=-1)


def trainable(space: ParamSpace, presets: Sequence[Preset], heldout: Sequence[Preset], tolerated: int) -> list[Preset]:
    """Those of the training split that differ from each held-out preset in more than `tolerated` parameters."""
    train = [preset for preset in presets if split_of(preset) == "train"]
    apart = differing(space, train, heldout)
    return [preset for preset, count in zip(train, apart, strict=True) if count > tolerated]
