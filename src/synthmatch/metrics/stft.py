"""Framing and short-time Fourier magnitudes, with the conventions of librosa's defaults.

Frames are centred: the signal is padded with ``window // 2`` zeros at both ends, so that frame t is around sample
``t * hop``, and there are ``1 + (samples + 2 * (window // 2) - window) // hop`` of them; a signal of one sample has
one. The window is a periodic Hann. Windows and hops are in samples at 44.1 kHz.
"""

from functools import cache

import numpy as np
from scipy.fft import rfft

from synthmatch.arrays import F64, Float64


def samples(milliseconds: float, sample_rate_hz: int = 44_100) -> int:
    """Whole samples in a time, rounded down as in the published definitions: 25 ms are 1102."""
    return int(milliseconds * sample_rate_hz / 1000)


@cache
def hann(window: int) -> Float64[F64, " {window}"]:
    """Periodic Hann window, read-only. Shape: (window,)."""
    shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    shape.setflags(write=False)
    return shape


def frames(
    audio: Float64[F64, "*channels samples"], window: int, hop: int
) -> Float64[F64, "*channels frames {window}"]:
    """Centred frames, a read-only view. Shape: (..., samples) -> (..., frames, window)."""
    half = window // 2
    padded = np.pad(audio, [(0, 0)] * (audio.ndim - 1) + [(half, half)])
    return np.lib.stride_tricks.sliding_window_view(padded, window, axis=-1)[..., ::hop, :]


def powers(
    audio: Float64[F64, "*channels samples"], window: int, hop: int
) -> Float64[F64, "*channels frames {window}//2+1"]:
    """Squared magnitudes, not scaled. Shape: (..., samples) -> (..., frames, window // 2 + 1)."""
    spectrum = rfft(frames(audio, window, hop) * hann(window), axis=-1)
    # twice as fast as the square of np.abs, whose care for overflow float32 samples do not need
    return np.asarray(spectrum.real**2 + spectrum.imag**2)


def magnitudes(
    audio: Float64[F64, "*channels samples"], window: int, hop: int
) -> Float64[F64, "*channels frames {window}//2+1"]:
    """Magnitudes, not scaled. Shape: (..., samples) -> (..., frames, window // 2 + 1)."""
    return np.sqrt(powers(audio, window, hop))
