"""The power of a partial in the bands of a frame: bands evenly spaced in mel, of a Hann window of 46 ms.

A partial fills its band and, as the window leaks, a little of the others. In these bands an expected spectrum has the
resolution, and nearly the very levels, of a measured one.
"""

from functools import cache

import numpy as np
from scipy.sparse import csc_array

from synthmatch.arrays import F32, F64, Float32, Float64
from synthmatch.features.bands import mel_edges_hz, mel_of, triangles
from synthmatch.features.sketch import MELS, WINDOW
from synthmatch.note import SAMPLE_RATE_HZ

#: Bands, and bins of a frame, are those that sketches are made of.
BANDS, BINS = MELS, WINDOW // 2 + 1
_BIN_HZ = SAMPLE_RATE_HZ / WINDOW
#: Places in the table of partials for each bin of a frame.
_FINE = 4
#: Power of the bins of a full-scale sine together.
_SPREAD = 1.5
_EDGES_HZ = mel_edges_hz(BANDS)
CENTRES_HZ = _EDGES_HZ[1:-1]
#: Half the width of a band's triangle.
WIDTHS_HZ = (_EDGES_HZ[2:] - _EDGES_HZ[:-2]) / 2


@cache
def _triangles() -> Float64[F64, "bins bands"]:
    return triangles(_EDGES_HZ, WINDOW)


@cache
def _powers() -> Float32[F32, "places bands"]:
    """Power of a full-scale sine in each band, by its frequency in quarters of a bin. Shape: (places, BANDS)."""
    away = np.arange(BINS * _FINE)[:, None] / _FINE - np.arange(BINS)
    beside = np.abs(np.abs(away) - 1) < 1e-6
    lobe = np.where(beside, 0.5, np.sinc(away) / np.where(beside, 1.0, 1.0 - np.square(away)))
    # a product with a sparse matrix adds up in one order on every machine
    return np.asarray(np.square(lobe) @ csc_array(_triangles()) / _SPREAD, np.float32)


@cache
def _powers_around(octaves: float) -> Float32[F32, "places bands"]:
    """The same of power spread over so many octaves around a frequency."""
    total = np.cumsum(np.pad(_powers().astype(np.float64), ((1, 0), (0, 0))), axis=0)
    place = np.arange(len(total) - 1)
    low = np.floor(place * 2.0 ** (-octaves / 2)).astype(np.int64)
    high = np.minimum(np.ceil(place * 2.0 ** (octaves / 2)).astype(np.int64) + 1, len(place))
    return np.asarray((total[high] - total[low]) / (high - low)[:, None], np.float32)


def shares(
    frequency_hz: Float64[F64, "presets partials"], single: int, octaves: float = 0.25
) -> Float32[F32, "presets partials bands"]:
    """Share of a partial's power in each band; from the column `single` on, of power spread over `octaves` around it.

    Shape: (N, H) -> (N, H, BANDS).
    """
    place = np.rint(np.minimum(frequency_hz / _BIN_HZ, BINS - 1) * _FINE).astype(np.int64)
    return np.concatenate([_powers()[place[:, :single]], _powers_around(octaves)[place[:, single:]]], axis=1)


def place_of(frequency_hz: Float64[F64, " *shape"]) -> Float64[F64, " *shape"]:
    """Number of the band whose centre a frequency is, with decimals. Same shape."""
    return mel_of(frequency_hz) / mel_of(SAMPLE_RATE_HZ / 2) * (BANDS + 1) - 1


def mean_power(bands: Float32[F32, "presets bands times"]) -> Float32[F32, "presets bands times"]:
    """Mean power of the bins of each band from the power in it. Shape: (N, BANDS, T)."""
    return np.asarray(bands * (_SPREAD / _triangles().sum(axis=0)).astype(np.float32)[:, None])
