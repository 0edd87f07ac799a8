"""The part of a sound that is steady for a while: its partials, without breath, bow, hammer or drum skin."""

import numpy as np
from scipy.signal import istft, stft

from synthmatch.arrays import F64, Float64
from synthmatch.features.separation import harmonic_mask

_WINDOW, _HOP = 2048, 512


def tonal_part(sound: Float64[F64, " samples"]) -> Float64[F64, " samples"]:
    """The steady part, by median filters; the sound less it is the residual. Same shape."""
    padded = np.pad(sound, (0, max(0, _WINDOW - len(sound))))
    spectrum = stft(padded, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[2]
    mask = harmonic_mask(np.abs(spectrum).T, 1.0).T
    tonal = np.asarray(istft(spectrum * mask, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[1], np.float64)[: len(sound)]
    return np.pad(tonal, (0, len(sound) - len(tonal)))
