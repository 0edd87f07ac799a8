"""Levels, the mean of channels, and sample rates.

Audio is float32 (channels, samples) at 44.1 kHz. soxr resamples at its best quality.
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F32, Array, Float, Float32, Floats
from synthmatch.note import SAMPLE_RATE_HZ


def resample(audio: Float[Floats, "channels samples"], sample_rate_hz: float) -> Float32[F32, "channels resampled"]:
    """Audio at `sample_rate_hz` brought to 44.1 kHz, shape (channels, samples); the level of every band does not change."""
    import soxr  # noqa: PLC0415

    if sample_rate_hz == SAMPLE_RATE_HZ:
        return np.ascontiguousarray(audio, dtype=np.float32)
    frames = soxr.resample(audio.T.astype(np.float32), sample_rate_hz, SAMPLE_RATE_HZ, quality="VHQ")
    return np.ascontiguousarray(frames.T, dtype=np.float32)


def mono(audio: Float[Floats, "*channels samples"]) -> Array:
    """Mean of the channels, as precise as they are. Shape: (channels, samples) or (samples,) to (samples,)."""
    return audio if audio.ndim == 1 else np.asarray(audio.mean(axis=0))


def decibels(power: npt.ArrayLike, floor_db: float = -120.0) -> Array:
    """10 log10 of a power, the square of an amplitude, never below `floor_db`. Same shape; float32 stays float32."""
    values = np.asarray(power)
    if values.dtype == np.float32:
        # log of float32 is vectorised where log10 is not
        return np.asarray(np.log(np.maximum(values, np.float32(10 ** (floor_db / 10)))) * np.float32(10 / np.log(10)))
    return np.asarray(10.0 * np.log10(np.maximum(values, 10.0 ** (floor_db / 10.0))), dtype=np.float64)


def peak_dbfs(audio: Array) -> float:
    """Largest absolute sample in dB below full scale, at least -120."""
    return float(decibels(np.square(np.abs(audio).max(initial=0.0), dtype=np.float64)))


def rms_dbfs(audio: Array) -> float:
    """Root mean square over all channels and samples in dB; a full-scale sine has -3.01, at least -120."""
    return float(decibels(np.mean(np.square(audio, dtype=np.float64))))
