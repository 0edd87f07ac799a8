"""Peaks of spectra: the one finder of partials, for the lines that meet them and for the strongest of them."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.signal import find_peaks

from synthmatch.arrays import F64, Float64, Indices, Int
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

#: Lower than any key of a piano.
_LOWEST_HZ = 25.0
#: What is so far below the highest bin has no level, in dB: more than what rounding leaves.
_FLOOR_DB = -240.0


class Peaks(NamedTuple):
    """Partials of a spectrum, the lowest first: their frequencies, and their levels in dB below the highest bin."""

    hz: Float64[F64, " peaks"]
    levels_db: Float64[F64, " peaks"]


def peak_bins(
    power: Float64[F64, " bins"], range_db: float, prominence_db: float = 0.0, apart_bins: int = 1
) -> Int[Indices, " _peaks"]:
    """Bins of a power spectrum that are higher than both neighbours, and at most `range_db` below the highest, in rising order.

    Each stands out from what is beside it by `prominence_db`, and is the highest of the bins up to `apart_bins` beside it. None
    where all is silent.
    """
    return _peak_bins(_levels_db(power), range_db, prominence_db, apart_bins)


def partial_peaks(
    power: Float64[F64, " bins"], size: int, range_db: float, prominence_db: float = 0.0, apart_bins: int = 1
) -> Peaks:
    """Partials of a power spectrum of a transform of `size` samples, from 25 Hz on; see `peak_bins`.

    Frequencies are finer than bins, by a parabola through three levels. Of what is lower the part from 25 Hz on may be a peak there.
    """
    bin_hz = SAMPLE_RATE_HZ / size
    lowest = round(_LOWEST_HZ / bin_hz)
    heard = np.where(np.arange(len(power)) < lowest, 0.0, power)
    levels_db = _levels_db(heard)
    bins = _peak_bins(levels_db, range_db, prominence_db, apart_bins)
    left, middle, right = levels_db[bins - 1], levels_db[bins], levels_db[bins + 1]
    shift = 0.5 * (left - right) / np.minimum(left - 2 * middle + right, -1e-9)
    return Peaks((bins + shift) * bin_hz, middle)


def _levels_db(power: Float64[F64, " bins"]) -> Float64[F64, " bins"]:
    """Levels of bins below the highest."""
    return np.asarray(decibels(power / max(float(power.max()), np.finfo(np.float64).tiny), _FLOOR_DB))


def _peak_bins(
    levels_db: Float64[F64, " bins"], range_db: float, prominence_db: float, apart_bins: int
) -> Int[Indices, " _peaks"]:
    """`peak_bins`, of levels."""
    found = find_peaks(levels_db, height=-range_db, prominence=prominence_db or None)[0]
    return np.asarray(found[levels_db[found] == maximum_filter1d(levels_db, 2 * apart_bins + 1)[found]], np.intp)
