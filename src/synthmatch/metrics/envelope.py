"""Likeness of loudness envelopes.

Arguments are (reference, estimated), audio (channels, samples) or (samples,) at 44.1 kHz; higher is better, identity is
1. What is of another length or unusable: see `inputs`.

Source: Hayes et al., ISMIR 2025 (ben-hayes/synth-permutations, `scripts/compute_audio_metrics.py`).
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float64
from synthmatch.audio import mono
from synthmatch.features.stft import centred_frames
from synthmatch.metrics.inputs import samples, validate

WINDOW, HOP = samples(50), samples(25)


def rms_cosine(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Cosine of the angle between the two RMS envelopes, 50 ms frames every 25 ms; blind to level.

    Mono. Silence on either side, or on both: 0.
    """
    first, second = (_envelope(mono(side)) for side in validate(reference, estimated))
    scale = float(np.sqrt(np.sum(first * first) * np.sum(second * second)))
    if scale == 0:
        return 0.0
    return min(1.0, float(np.sum(first * second)) / scale)


def _envelope(signal: Float64[F64, " samples"]) -> Float64[F64, " frames"]:
    """Root mean square of each frame. Shape: (samples,) -> (frames,)."""
    rows = centred_frames(signal, WINDOW, HOP)
    return np.sqrt(np.einsum("tn,tn->t", rows, rows) / WINDOW)
