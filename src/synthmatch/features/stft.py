"""Short-time spectra in dB of full scale, the ground under the fast score and the library's features.

Audio is (channels, samples) or (samples,) float32 at 44.1 kHz; channels are averaged. Frames start at 0, are not
centred, and the last one is filled with silence. Levels are those of METRIC `lsd`: a full-scale sine reads 0 dBFS.
"""

from functools import cache

import numpy as np
from scipy.fft import rfft

from synthmatch.arrays import F32, Float32
from synthmatch.audio import mono

#: Below this a spectrum counts as silent, in dBFS: the floor of the metric `lsd`.
FLOOR_DB = -90.0


@cache
def _window(size: int) -> Float32[F32, " {size}"]:
    """Periodic Hann window, scaled so that a full-scale sine has magnitude 1."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return (hann * 2 / hann.sum()).astype(np.float32)


def frame_count(samples: int, window: int, hop: int) -> int:
    """Frames of so many samples."""
    return max(1, -(-max(samples - window, 0) // hop) + 1)


def power_frames(
    audio: Float32[F32, "*channels samples"], window: int, hop: int
) -> Float32[F32, "frames {window}//2+1"]:
    """Power of each frame and bin, full-scale sine = 1. Shape: (samples,) -> (frames, window // 2 + 1)."""
    signal = audio if audio.ndim == 1 else mono(audio)
    frames = frame_count(signal.size, window, hop)
    padded = np.zeros((frames - 1) * hop + window, np.float32)
    padded[: signal.size] = signal[: padded.size]
    rows = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop] * _window(window)
    spectrum = rfft(rows, axis=1)
    return spectrum.real**2 + spectrum.imag**2


def decibels(power: Float32[F32, " *shape"], floor_db: float = FLOOR_DB) -> Float32[F32, " *shape"]:
    """10 log10 of a power, held at the floor. Same shape."""
    # log of float32 is vectorised where log10 is not
    return np.log(np.maximum(power, np.float32(10 ** (floor_db / 10)))) * np.float32(10 / np.log(10))
