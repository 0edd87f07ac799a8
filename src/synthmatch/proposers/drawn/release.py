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

    def gain(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        """Amplitude at times after the note's end, 1 before it: Vital's is the square of envelope 1."""
        share = np.clip(seconds / self.seconds, 0.0, 1.0)
        return np.square(1.0 - bent(share, np.array(self.power)))


def fitted_release(
    sound: Float64[F64, " samples"], hold_seconds: float, fall_db_per_second: float = 0.0
) -> Release | None:
    """The release whose levels are nearest to the sound's after its hold; None where too little of it is left to tell.

    `fall_db_per_second`: how fast the sound falls while it is held, which goes on after that.
    """
    frames = np.square(sound[: len(sound) // _FRAME * _FRAME]).reshape(-1, _FRAME).mean(axis=1)
    end = round(hold_seconds * SAMPLE_RATE_HZ / _FRAME)
    before, after = frames[max(0, end - 5) : end], frames[end:]
    if len(after) < 3 or len(before) == 0 or before.mean() <= frames.max() * 10 ** (-_RANGE_DB / 10):
        return None
    seconds = (np.arange(len(after)) + 0.5) * _FRAME / SAMPLE_RATE_HZ
    levels = decibels(after / before.mean(), -_RANGE_DB)
    share = np.clip(seconds / _SECONDS[:, None, None], 0.0, 1.0)
    falling = decibels((1.0 - bent(share, _POWERS[:, None])) ** 4, -_RANGE_DB) - fall_db_per_second * seconds
    errors = np.abs(np.maximum(falling, -_RANGE_DB) - levels).mean(axis=2)
    time, power = np.unravel_index(errors.argmin(), errors.shape)
    return Release(float(_SECONDS[time]), float(_POWERS[power]))
