"""How loud each harmonic is over time."""

import numpy as np

from synthmatch.analysis.spectra import spectra
from synthmatch.arrays import F64, I64, Float64, Int64
from synthmatch.note import SAMPLE_RATE_HZ

#: Periods of the fundamental in a window: one of Blackman and Harris of eight has its zeros half-way between two harmonics,
#: and what a harmonic leaks to others is 92 dB below it. With a Hann window of four a square wave had even harmonics.
_PERIODS = 8


def harmonic_amplitudes(
    sound: Float64[F64, " samples"], fundamental_hz: float, seconds: Float64[F64, " times"], most: int
) -> Float64[F64, "times harmonics"]:
    """Amplitude of each harmonic at some times, of the fundamental first; a full-scale sine has 1.

    All power between half a harmonic below and half above counts to it. Harmonics below 22.05 kHz, `most` of them at most.
    Shape: (times,) -> (times, harmonics).
    """
    harmonics = max(1, min(most, int(SAMPLE_RATE_HZ / 2 / fundamental_hz)))
    window, size, harmonic = harmonic_bins(fundamental_hz, harmonics)
    # no window begins before the onset or ends after the end: a cut leaks to all harmonics
    half_s = window / 2 / SAMPLE_RATE_HZ
    seconds = np.maximum(np.minimum(seconds, len(sound) / SAMPLE_RATE_HZ - half_s), half_s)
    amplitudes = np.empty((len(seconds), harmonics))
    for row, (power, whole) in zip(amplitudes, spectra(sound, seconds, window, size), strict=True):
        row[:] = 2 * np.sqrt(np.bincount(harmonic, power, harmonics + 1)[1:] / whole)
    return amplitudes


def harmonic_bins(fundamental_hz: float, most: int) -> tuple[int, int, Int64[I64, " bins"]]:
    """Samples of a window that tells harmonics apart and of its transform, and the harmonic of each bin, 0 for none of `most`."""
    window = 2 * round(_PERIODS * SAMPLE_RATE_HZ / fundamental_hz / 2)
    size = 1 << int(np.ceil(np.log2(2 * window)))
    harmonic = np.rint(np.arange(size // 2 + 1) * SAMPLE_RATE_HZ / size / fundamental_hz).astype(np.int64)
    return window, size, np.where(harmonic <= most, harmonic, 0)
