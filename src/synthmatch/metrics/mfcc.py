"""Distance of mel-frequency cepstra along the best time alignment.

Arguments are (reference, estimated), audio (channels, samples) or (samples,) at 44.1 kHz; lower is better, identity is
0. What is of another length or unusable: see `inputs`.

Source: Hayes et al., ISMIR 2025 (ben-hayes/synth-permutations, `scripts/compute_audio_metrics.py`), whose cepstra are
librosa's: orthonormal DCT-II of log-mel power in dB re 1, floored at -100 dB and at 80 dB below the maximum.
"""

import numpy as np
import numpy.typing as npt
from scipy.fft import dct
from scipy.spatial.distance import cdist

from synthmatch.arrays import F64, Float64
from synthmatch.audio import decibels
from synthmatch.features.bands import slaney_mel_power
from synthmatch.metrics.dtw import symmetric2
from synthmatch.metrics.inputs import samples, validate

COEFFICIENTS, MELS = 20, 128
WINDOW, HOP = samples(50), samples(10)
_FLOOR_DB = -100.0
_RANGE_DB = 80.0


def wmfcc(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Dynamic time warping of 20 cepstral coefficients, local cost mean absolute difference, normalised by N + M.

    The channels' coefficients are stacked. Silence is -100 dB in every mel: no special case.
    """
    first, second = (_stacked(mfcc(side)) for side in validate(reference, estimated))
    return symmetric2(cdist(first, second, "cityblock") / first.shape[1])


def mfcc(audio: Float64[F64, "channels samples"]) -> Float64[F64, "channels frames coefficients"]:
    """Cepstral coefficients. Shape: (channels, samples) -> (channels, frames, coefficients)."""
    level_db = decibels(slaney_mel_power(audio, WINDOW, HOP, MELS), _FLOOR_DB)
    level_db = np.maximum(level_db, level_db.max() - _RANGE_DB)
    return np.asarray(dct(level_db, type=2, norm="ortho", axis=-1)[..., :COEFFICIENTS])


def _stacked(
    coefficients: Float64[F64, "channels frames coefficients"],
) -> Float64[F64, "frames channels*coefficients"]:
    """Shape: (channels, frames, coefficients) -> (frames, channels * coefficients)."""
    channels, count, width = coefficients.shape
    return coefficients.transpose(1, 0, 2).reshape(count, channels * width)
