"""Mel power spectra in Slaney's mel bands, librosa's default: see `features.bands`."""

import numpy as np
import numpy.typing as npt

from synthmatch.features.bands import slaney_mel_bands
from synthmatch.metrics.stft import powers

Floats = npt.NDArray[np.float64]


def mel_power(audio: Floats, window: int, hop: int, mels: int) -> Floats:
    """Mel power spectra. Shape: (..., samples) -> (..., frames, mels)."""
    return np.asarray(powers(audio, window, hop) @ slaney_mel_bands(window, mels).T)
