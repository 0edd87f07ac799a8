"""Which targets are drawn: those that fall while they are held and are little but a few partials, as what is struck or plucked."""

import numpy as np

from synthmatch.analysis.level import fall_db_per_second
from synthmatch.arrays import F32, F64, Float32, Float64
from synthmatch.features.loudness_distance import loudness_of
from synthmatch.note import SAMPLE_RATE_HZ

#: The least fall in dB a second. Set on recordings: the slowest that were nearer when drawn fall by 5, and held basses by 3.
_FALL_DB_PER_SECOND = 4.0
#: The least time in seconds over which the fall is measured: a note that was stopped sooner rings on. Not tuned.
_LEAST_SECONDS = 0.5
#: The least share of the loudness that the loudest partials have. Set on recordings: snares, wood and a chime of noise have 0.2 to
#: 0.4, struck keys, bars and bells 0.6 to 1.
_SHARE = 0.6


def falls(sound: Float64[F64, " samples"], hold_seconds: float) -> bool:
    """Whether a sound falls from the middle of its hold on."""
    hold = min(hold_seconds, len(sound) / SAMPLE_RATE_HZ)
    end = max(hold, hold / 2 + _LEAST_SECONDS)
    return fall_db_per_second(sound, hold / 2, end) >= _FALL_DB_PER_SECOND


def tonal(
    frames: Float64[F64, " frames"], power: Float32[F32, "frames bands"], of_partials: Float32[F32, "frames bands"]
) -> bool:
    """Whether partials have most of a sound's loudness: its power in bands at the times of frames, and theirs."""
    spans = np.gradient(frames) if len(frames) > 1 else np.ones(1)
    whole, theirs = ((spans[:, None] * loudness_of(part)).sum() for part in (power, np.minimum(power, of_partials)))
    return bool(theirs >= _SHARE * whole > 0)
