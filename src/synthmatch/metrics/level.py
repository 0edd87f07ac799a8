"""How far off the loudness of a sound is, as a whole and over time.

Arguments are (reference, estimated), audio (channels, samples) or (samples,) at 44.1 kHz; lower is better, identity is 0.
What is of another length or unusable: see `inputs`.
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float64
from synthmatch.audio import decibels
from synthmatch.features.loudness import loudness_db
from synthmatch.metrics.inputs import samples, validate

_FRAME = samples(20)
#: Levels that count, below the loudest frame of the reference, in dB.
_RANGE_DB = 60.0


def loudness_error(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Difference of K-weighted loudness (ITU-R BS.1770-4, no gate) in dB, without its sign. Silence is -120 LKFS."""
    first, second = (loudness_db(side) for side in validate(reference, estimated))
    return abs(first - second)


def envelope_error(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Mean absolute difference of levels of frames of 20 ms in dB, which count down to 60 dB below the reference's loudest.

    Hears a wrong level. One side silent: by the formula, where a silent reference is -120 dBFS.
    """
    first, second = (_levels(side) for side in validate(reference, estimated))
    floor = first.max() - _RANGE_DB
    return float(np.abs(np.maximum(first, floor) - np.maximum(second, floor)).mean())


def _levels(audio: Float64[F64, "channels samples"]) -> Float64[F64, " frames"]:
    """Mean power of each frame over samples and channels in dBFS; the last frame is filled with silence."""
    frames = -(-audio.shape[1] // _FRAME)
    padded = np.zeros((len(audio), frames * _FRAME))
    padded[:, : audio.shape[1]] = audio
    return np.asarray(decibels(np.square(padded).reshape(len(audio), frames, _FRAME).mean(axis=(0, 2))))
