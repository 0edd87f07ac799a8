"""Moves knobs of a preset, one after the other, to where the formulas of the engine come nearest to the target."""

from collections.abc import Callable, Sequence

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace
from synthmatch.synths.amsynth.waveforms import NOISE

#: How far a continuous knob is moved either way, as shares of its range. Not tuned.
_MOVES = np.array([0.25, 0.08, 0.025, 0.008])
#: Of some presets, (presets, parameters), how far each is expected to be.
Errors = Callable[[Float64[F64, "presets parameters"]], Float64[F64, " presets"]]


def fitted(
    space: ParamSpace, start: Float64[F64, " parameters"], knobs: Sequence[str], errors: Errors, rounds: int
) -> tuple[Float64[F64, " parameters"], float]:
    """Native values that are nearer than `start`, of which only `knobs` differ, and their error, after so many rounds over all."""
    best, least = start, float(errors(start[None])[0])
    for _ in range(rounds):
        before = least
        for knob in knobs:
            tried = np.repeat(best[None], len(values := _values(space, best, knob)), axis=0)
            tried[:, space.index[knob]] = values
            found = errors(tried)
            place = int(found.argmin())
            if found[place] < least:
                best, least = tried[place], float(found[place])
        if least == before:
            break
    return best, least


def _values(space: ParamSpace, native: Float64[F64, " parameters"], knob: str) -> Float64[F64, " _values"]:
    """Values of a knob that are tried: all of one that is counted, else some either way."""
    known = space[knob]
    if known.choices:
        # noise is a structure of its own
        return np.arange(NOISE if knob.endswith("_waveform") else len(known.choices), dtype=np.float64)
    if known.step:
        return np.arange(known.low, known.high + known.step, known.step)
    now = native[space.index[knob]]
    steps = (known.high - known.low) * _MOVES
    return np.unique(np.clip(np.concatenate([now - steps, now + steps]), known.low, known.high))
