"""Mono for the ear of the detectors."""

import numpy as np

from synthmatch.arrays import F32, Audio, Float32
from synthmatch.audio import mono


def heard(audio: Audio) -> Float32[F32, " samples"]:
    """Mean of the channels, shape (samples,), or the louder side where the sides cancel."""
    both = mono(audio)
    power = np.square(audio, dtype=np.float64).mean(axis=1)
    if float(np.square(both, dtype=np.float64).mean()) < 0.1 * float(power.max()):
        both = audio[int(power.argmax())]
    return both
