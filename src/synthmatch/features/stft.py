"""Framing, one Hann window, and the power of short-time spectra.

Two conventions of framing, each with its scale. Frames that begin at 0 (`power_frames`) serve the search: the last one is
filled with silence, and a full-scale sine reads 0 dBFS. Centred frames (`powers`) serve published metrics and models and
follow librosa's defaults: the signal is padded with ``window // 2`` zeros at both ends, so that frame t is around sample
``t * hop``, there are ``1 + (samples + 2 * (window // 2) - window) // hop`` of them, and nothing is scaled.

Windows and hops are in samples at 44.1 kHz; windows are periodic Hann. Spectra are as precise as the audio.
"""

from functools import cache

import numpy as np
from scipy.fft import rfft

from synthmatch.arrays import F32, F64, Array, Float, Float32, Float64, Floats
from synthmatch.audio import mono

#: Below this a spectrum counts as silent, in dBFS: the floor of the metric `lsd`.
FLOOR_DB = -90.0
#: Samples of frames that are transformed at a time: what fits a processor's cache takes two thirds of the time.
_TOGETHER = 1 << 16


@cache
def hann(window: int) -> Float64[F64, " {window}"]:
    """Periodic Hann window, read-only. Shape: (window,)."""
    shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    shape.setflags(write=False)
    return shape


@cache
def full_scale_hann(window: int) -> Float32[F32, " {window}"]:
    """The same, scaled so that a full-scale sine has magnitude 1. Shape: (window,)."""
    shape = (hann(window) * 2 / hann(window).sum()).astype(np.float32)
    shape.setflags(write=False)
    return shape


def frame_count(samples: int, window: int, hop: int) -> int:
    """Frames of so many samples, the first of which begins at 0."""
    return max(1, -(-max(samples - window, 0) // hop) + 1)


def power_frames(audio: Float[Floats, "*channels samples"], window: int, hop: int) -> Array:
    """Power of each frame and bin, as precise as the audio, full-scale sine = 1. Channels are averaged.

    Shape: (samples,) or (channels, samples) -> (frames, window // 2 + 1).
    """
    return channel_power(np.atleast_2d(mono(audio)), window, hop)


def channel_power(audio: Float[Floats, "channels samples"], window: int, hop: int) -> Array:
    """The same, but the mean of the channels' powers, which those of opposite phase do not cancel.

    Shape: (channels, samples) -> (frames, window // 2 + 1).
    """
    channels, samples = audio.shape
    frames, whole = frame_count(samples, window, hop), max(0, (samples - window) // hop + 1)
    ends = np.zeros((channels, frames - whole, window), audio.dtype)
    for end in range(whole, frames):
        rest = audio[:, end * hop : end * hop + window]
        ends[:, end - whole, : rest.shape[1]] = rest
    cut, shape = _frames(audio, window, hop) if whole else ends[:, :0], full_scale_hann(window)
    power = np.empty((frames, window // 2 + 1), np.result_type(audio, shape))
    together = max(1, _TOGETHER // (channels * window))
    for first in range(0, whole, together):
        _mean_power(cut[:, first : min(first + together, whole)] * shape, power[first:whole])
    _mean_power(ends * shape, power[whole:])
    return power


def _mean_power(windowed: Float[Floats, "channels frames samples"], out: Floats) -> None:
    """Power of windowed frames, the mean of the channels, into the first rows of `out`, (frames, bins)."""
    spectrum = rfft(windowed, axis=-1, overwrite_x=True)
    # squared in place: real and imaginary parts lie beside each other
    parts = spectrum.view(windowed.dtype)
    parts *= parts
    total = parts.sum(axis=0) if len(parts) > 1 else parts[0]
    power = np.add(total[:, ::2], total[:, 1::2], out=out[: len(total)])
    if len(parts) > 1:
        power /= power.dtype.type(len(parts))


def centred_frames(
    audio: Float[Floats, "*channels samples"], window: int, hop: int
) -> Float[Floats, "*channels frames {window}"]:
    """Centred frames, a read-only view. Shape: (..., samples) -> (..., frames, window)."""
    half = window // 2
    return _frames(np.pad(audio, [(0, 0)] * (audio.ndim - 1) + [(half, half)]), window, hop)


def powers(
    audio: Float[Floats, "*channels samples"], window: int, hop: int
) -> Float[Floats, "*channels frames {window}//2+1"]:
    """Squared magnitudes of centred frames, not scaled. Shape: (..., samples) -> (..., frames, window // 2 + 1)."""
    return _power(centred_frames(audio, window, hop) * hann(window).astype(audio.dtype, copy=False))


def magnitudes(
    audio: Float[Floats, "*channels samples"], window: int, hop: int
) -> Float[Floats, "*channels frames {window}//2+1"]:
    """Magnitudes of centred frames, not scaled. Shape: (..., samples) -> (..., frames, window // 2 + 1)."""
    return np.asarray(np.sqrt(powers(audio, window, hop)))


def _frames(padded: Floats, window: int, hop: int) -> Floats:
    return np.lib.stride_tricks.sliding_window_view(padded, window, axis=-1)[..., ::hop, :]


def _power(frames: Floats) -> Floats:
    spectrum = rfft(frames, axis=-1)
    # twice as fast as the square of np.abs, whose care for overflow float32 samples do not need
    return np.asarray(spectrum.real**2 + spectrum.imag**2)
