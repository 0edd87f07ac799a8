"""Spectra around some times of a sound, in which little of a partial leaks to others."""

from collections.abc import Iterator

import numpy as np
from scipy.signal.windows import blackmanharris

from synthmatch.arrays import F64, Float64
from synthmatch.note import SAMPLE_RATE_HZ


def spectra(
    sound: Float64[F64, " samples"], seconds: Float64[F64, " times"], window: int, size: int
) -> Iterator[tuple[Float64[F64, " bins"], float]]:
    """Power in bins of a transform of `size` samples around each time, and by what a partial's power is divided.

    A sine of amplitude a has a²/4 of that quotient, over the bins around its frequency. The window is one of Blackman and
    Harris of `window` samples: what leaks is 92 dB lower. Shape: (times,) -> pairs of (size // 2 + 1,) and a number.
    """
    shape = blackmanharris(window, sym=False)
    padded = np.pad(sound, window)
    for time in seconds:
        begin = round(time * SAMPLE_RATE_HZ) + window - window // 2
        power = np.square(np.abs(np.fft.rfft(padded[begin : begin + window] * shape, size)))
        # a window that reaches before the onset has only a part of its energy in the sound
        inside = shape[max(0, window - begin) :]
        yield power, size * max(float(np.square(inside).sum()), 1e-9 * window)
