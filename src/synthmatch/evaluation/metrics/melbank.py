"""Mel filters and mel power spectra: Slaney's mel scale and area normalisation, librosa's default.

Below 1 kHz a mel is 200/3 Hz; above, 27 mels multiply the frequency by 6.4. Filters are triangles from 0 Hz to
22.05 kHz whose corners are evenly spaced in mel, each divided by half its width in Hz.
Source: M. Slaney, Auditory Toolbox, Interval Research report 1998-010.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from synthmatch.evaluation.metrics.stft import powers
from synthmatch.note import SAMPLE_RATE_HZ

Floats = npt.NDArray[np.float64]

_LINEAR_HZ_PER_MEL = 200 / 3
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _LINEAR_HZ_PER_MEL
_LOG_PER_MEL = np.log(6.4) / 27


@cache
def filters(window: int, mels: int) -> Floats:
    """Mel filters for spectra of a window of that many samples, read-only. Shape: (mels, window // 2 + 1)."""
    top_mel = _KNEE_MEL + np.log(SAMPLE_RATE_HZ / 2 / _KNEE_HZ) / _LOG_PER_MEL
    corner_mel = np.linspace(0, top_mel, mels + 2)
    corner_hz = np.where(
        corner_mel < _KNEE_MEL,
        corner_mel * _LINEAR_HZ_PER_MEL,
        _KNEE_HZ * np.exp(_LOG_PER_MEL * (corner_mel - _KNEE_MEL)),
    )
    bin_hz = np.arange(window // 2 + 1) * SAMPLE_RATE_HZ / window
    low, centre, high = corner_hz[:-2, None], corner_hz[1:-1, None], corner_hz[2:, None]
    rising, falling = (bin_hz - low) / (centre - low), (high - bin_hz) / (high - centre)
    bank = np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)
    bank.setflags(write=False)
    return np.asarray(bank)


def mel_power(audio: Floats, window: int, hop: int, mels: int) -> Floats:
    """Mel power spectra. Shape: (..., samples) -> (..., frames, mels)."""
    return np.asarray(powers(audio, window, hop) @ filters(window, mels).T)
