"""How loud each harmonic is over time."""

import numpy as np
from scipy.signal.windows import blackmanharris

from synthmatch.arrays import F64, Float64
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
    window = 2 * round(_PERIODS * SAMPLE_RATE_HZ / fundamental_hz / 2)
    shape = blackmanharris(window, sym=False)
    size = 1 << int(np.ceil(np.log2(2 * window)))
    harmonic = np.rint(np.arange(size // 2 + 1) * SAMPLE_RATE_HZ / size / fundamental_hz).astype(np.int64)
    harmonic = np.where(harmonic <= harmonics, harmonic, 0)
    padded = np.pad(sound, window)
    amplitudes = np.empty((len(seconds), harmonics))
    for place, time in enumerate(seconds):
        begin = round(time * SAMPLE_RATE_HZ) + window - window // 2
        power = np.square(np.abs(np.fft.rfft(padded[begin : begin + window] * shape, size)))
        # a window that reaches before the onset has only a part of its energy in the sound
        inside = shape[max(0, window - begin) :]
        energy = max(float(inside @ inside), 1e-9 * window)
        # a sine of amplitude a has a²/4 of power times the energy of the window, over all bins of either sign
        amplitudes[place] = 2 * np.sqrt(np.bincount(harmonic, power, harmonics + 1)[1:] / (size * energy))
    return amplitudes
