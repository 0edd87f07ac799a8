"""Mel power spectra in Slaney's mel bands, librosa's default: see `features.bands`."""

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.features.bands import slaney_mel_bands
from synthmatch.metrics.stft import powers


def mel_power(
    audio: Float64[F64, "*channels samples"], window: int, hop: int, mels: int
) -> Float64[F64, "*channels frames {mels}"]:
    """Mel power spectra. Shape: (..., samples) -> (..., frames, mels)."""
    return np.asarray(powers(audio, window, hop) @ slaney_mel_bands(window, mels).T)
