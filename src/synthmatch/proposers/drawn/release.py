"""How a sound dies away after its note ends, as Vital's envelope."""

from typing import NamedTuple

import numpy as np

from synthmatch.analytic.vital.modulation import bent
from synthmatch.arrays import F64, Float64
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

#: Samples of a frame whose level counts.
_FRAME = 441
#: Levels that count, below the one at the note's end, in dB. A sound that is as far below its loudest has no release to measure.
_RANGE_DB = 50.0
#: What is tried: seconds from a click to what rings on, and curves from a straight line to steep.
_SECONDS = np.geomspace(0.01, 16.0, 48)
_POWERS = np.array([0.0, -2.0, -4.0, -8.0])


class Release(NamedTuple):
    """An envelope's release. `power` bends it: 0 is a straight line, below 0 falls faster at first."""

    seconds: float = 0.3
    power: float = -2.0


def fitted_release(sound: Float64[F64, " samples"], hold_seconds: float) -> Release | None:
    """The release whose levels are nearest to the sound's after its hold; None where too little of it is left to tell."""
    frames = np.square(sound[: len(sound) // _FRAME * _FRAME]).reshape(-1, _FRAME).mean(axis=1)
    end = round(hold_seconds * SAMPLE_RATE_HZ / _FRAME)
    before, after = frames[max(0, end - 5) : end], frames[end:]
    if len(after) < 3 or len(before) == 0 or before.mean() <= frames.max() * 10 ** (-_RANGE_DB / 10):
        return None
    levels = decibels(after / before.mean(), -_RANGE_DB)
    seconds = (np.arange(len(after)) + 0.5) * _FRAME / SAMPLE_RATE_HZ
    share = np.clip(seconds / _SECONDS[:, None, None], 0.0, 1.0)
    # the square of envelope 1 is the amplitude
    falling = decibels((1.0 - bent(share, _POWERS[:, None])) ** 4, -_RANGE_DB)
    time, power = np.unravel_index(np.abs(falling - levels).mean(axis=2).argmin(), (len(_SECONDS), len(_POWERS)))
    return Release(float(_SECONDS[time]), float(_POWERS[power]))
