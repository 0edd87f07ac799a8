"""The log-mel spectrogram that models hear: 128 Slaney mel bands, each value in 0..1, and its 8-bit form.

Audio is (channels, samples) or (samples,) float32 at 44.1 kHz; channels are averaged. Frames of 2,048 samples, hop 512,
periodic Hann, centred: the signal is padded with 1,024 zeros at both ends, so 5 seconds give 431 frames. Band powers
are in dB re the largest of the spectrogram, held above -80 dB, and scaled so that -80 dB is 0 and 0 dB is 1. But for
this last scale it is what librosa 0.11 gives: ``power_to_db(melspectrogram(y=mono, sr=44100), ref=np.max)``.
"""

import numpy as np

from synthmatch.arrays import F32, U8, Float32, UInt8
from synthmatch.audio import decibels, mono
from synthmatch.features.bands import slaney_mel_power

#: Bands, and frames of a render of 5 s: the shape of a model's input.
MELS = 128
FRAMES = 431
WINDOW, HOP = 2048, 512
#: Levels further below the loudest band than this are as good as silent.
RANGE_DB = 80.0
#: librosa's floor: a sound with no band above it is silent.
_FLOOR_POWER = 1e-10


def mel_power(audio: Float32[F32, "*channels samples"]) -> Float32[F32, "mels 1+samples//512"]:
    """Band powers, not scaled: sounds can be shown on one scale. Shape: (MELS, 1 + samples // HOP)."""
    signal = mono(audio)
    return slaney_mel_power(signal.astype(np.float32, copy=False), WINDOW, HOP, MELS).T


def mel_spectrogram(audio: Float32[F32, "*channels samples"]) -> Float32[F32, "mels 1+samples//512"]:
    """Levels in 0..1, 1 is the loudest band of the sound; silence gives zeros. Shape: (MELS, 1 + samples // HOP)."""
    power = mel_power(audio)
    loudest = power.max()
    if loudest <= _FLOOR_POWER:
        return np.zeros_like(power)
    level_db = decibels(np.maximum(power, np.float32(_FLOOR_POWER)) / loudest)
    return np.asarray(np.maximum(level_db / np.float32(RANGE_DB) + 1, np.float32(0)), np.float32)


def to_bytes(mel: Float32[F32, " *shape"]) -> UInt8[U8, " *shape"]:
    """Levels as 8 bits: steps of 80 / 255 = 0.31 dB. Same shape."""
    return np.rint(mel * np.float32(255)).astype(np.uint8)


def from_bytes(stored: UInt8[U8, " *shape"]) -> Float32[F32, " *shape"]:
    """Levels of their 8 bits, at most half a step from what they were. Same shape."""
    return np.divide(stored, np.float32(255), dtype=np.float32)
