"""What a data set stores of a render: computed where it was rendered, so that no audio leaves the worker."""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import U8, Audio, UInt8
from synthmatch.audio import mono
from synthmatch.features.mel import mel_spectrogram, to_bytes
from synthmatch.metrics.harmonic import harmonic_percentage

#: A render whose mean over channels has less RMS (-40 dBFS) is silent.
SILENT_RMS = 0.01


class Measured(NamedTuple):
    """Mel spectrogram in 8 bits, shape (MELS, frames), and harmonic percentage."""

    mel: UInt8[U8, "mels frames"]
    harmonic: float


def measure(audio: Audio) -> Measured | None:
    """What is stored of a render, shape (channels, samples); None where it is silent."""
    signal = mono(audio)
    if np.sqrt(np.mean(np.square(signal, dtype=np.float64))) < SILENT_RMS:
        return None
    return Measured(to_bytes(mel_spectrogram(signal)), harmonic_percentage(audio))
