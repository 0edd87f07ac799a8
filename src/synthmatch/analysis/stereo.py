"""What the two channels of a sound differ in."""

import numpy as np
from scipy.signal.windows import blackmanharris

from synthmatch.analysis.harmonics import harmonic_bins
from synthmatch.arrays import F64, Audio, Float64

#: The channels' difference is below their sum by so much, in dB, where a sound is heard as one in the middle. Not tuned.
_WIDE_DB = -30.0


def is_wide(sound: Audio) -> bool:
    """Whether two channels differ so much that one would not do. Shape: (channels, samples)."""
    if len(sound) < 2:
        return False
    left, right = sound.astype(np.float64)
    return bool(np.square(left - right).sum() > np.square(left + right).sum() * 10 ** (_WIDE_DB / 10))


def channel_level(sound: Audio) -> Float64[F64, " samples"]:
    """A sound as loud at each sample as the channels are in the mean of their powers: opposite phases do not cancel."""
    return np.sqrt(np.square(sound.astype(np.float64)).mean(axis=0))


def phases_between(
    left: Float64[F64, " samples"],
    right: Float64[F64, " samples"],
    fundamental_hz: float,
    count: int,
) -> Float64[F64, " {count}"]:
    """By how many radians each of `count` harmonics on the right is ahead of the left, in the mean over time by power."""
    window, size, harmonic = harmonic_bins(fundamental_hz, count)
    shape = blackmanharris(window, sym=False)
    cross = np.zeros(size // 2 + 1, np.complex128)
    padded = np.pad(np.stack([left, right]), ((0, 0), (window // 2, window)))
    for begin in range(0, padded.shape[1] - window + 1, window // 2):
        first, second = np.fft.rfft(padded[:, begin : begin + window] * shape, size)
        cross += second * np.conj(first)
    summed = np.bincount(harmonic, cross.real, count + 1) + 1j * np.bincount(harmonic, cross.imag, count + 1)
    return np.angle(summed[1:])
