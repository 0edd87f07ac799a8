"""The part of a sound that is steady for a while: its partials, without breath, bow, hammer or drum skin."""

from typing import NamedTuple

import numpy as np
from scipy.signal import istft, stft

from synthmatch.arrays import F64, Float64
from synthmatch.features.separation import harmonic_and_percussive

_WINDOW, _HOP = 4096, 1024
#: How many times louder over time than over frequency a partial is: the best of 1 to 16 (docs/results/tried.md, "Drawing presets").
_MARGIN = 8.0


class Parts(NamedTuple):
    """A sound's steady part and its residual, which add up to it, and the residual's share of its energy, 0 to 1."""

    tonal: Float64[F64, " samples"]
    residual: Float64[F64, " samples"]
    share: float


def tonal_and_residual(sound: Float64[F64, " samples"], most_residual: float) -> Parts:
    """The steady part, by median filters, and what is left, which has at most a share `most_residual` of the energy.

    Each bin belongs to one of them: halves of a partial would beat with each other. Where more than that share is not steady,
    the least steady bins are left.
    """
    padded = np.pad(sound, (0, max(0, _WINDOW - len(sound))))
    spectrum = stft(padded, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[2]
    magnitudes = np.abs(spectrum)
    harmonic, percussive = (part.T for part in harmonic_and_percussive(magnitudes.T))
    steadiness = harmonic / np.maximum(percussive, np.finfo(np.float64).tiny)
    least_first = np.argsort(steadiness, axis=None)
    energies = np.cumsum(np.square(magnitudes).ravel()[least_first])
    last = least_first[min(np.searchsorted(energies, most_residual * energies[-1]), len(energies) - 1)]
    steady = steadiness > min(_MARGIN, steadiness.flat[last])
    tonal = np.asarray(istft(spectrum * steady, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[1], np.float64)
    tonal = np.pad(tonal[: len(sound)], (0, max(0, len(sound) - len(tonal))))
    residual = sound - tonal
    share = float(np.square(residual).sum() / max(np.square(sound).sum(), np.finfo(np.float64).tiny))
    if share > most_residual:
        residual = residual * np.sqrt(most_residual / share)
        tonal, share = sound - residual, most_residual
    return Parts(tonal, residual, share)
