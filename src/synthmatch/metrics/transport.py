"""Spectral optimal transport: how far along the frequency axis a spectrum must be moved to become another.

Arguments are (reference, estimated), audio (channels, samples) or (samples,) at 44.1 kHz; lower is better, identity is
0. What is of another length or unusable: see `inputs`.

Source: Hayes et al., ISMIR 2025 (ben-hayes/synth-permutations, `scripts/compute_audio_metrics.py`).
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float64
from synthmatch.audio import mono
from synthmatch.features.stft import magnitudes
from synthmatch.metrics.inputs import samples, validate

WINDOW, HOP = samples(50), samples(20)
#: A frame is divided by its sum of magnitudes, or by this where the sum is smaller.
SMALLEST_SUM = 1e-6


def sot(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Mean over frames of the area between the cumulative normalised magnitude spectra; 1 is the whole axis.

    Mono, blind to level. Both silent: 0. One silent: 1, which no two sounds reach; the formula would call silence near
    to a hiss and far from a bass. A silent frame of a sounding side is left to the formula.
    """
    first, second = (mono(side) for side in validate(reference, estimated))
    if not (first.any() and second.any()):
        return float(first.any() or second.any())
    apart = np.abs(_cumulative(first) - _cumulative(second))
    return float((apart.sum(axis=-1) / apart.shape[-1]).mean())


def _cumulative(signal: Float64[F64, " samples"]) -> Float64[F64, "frames bins"]:
    """Cumulative share of magnitude up to each bin. Shape: (samples,) -> (frames, bins)."""
    spectrum = magnitudes(signal, WINDOW, HOP)
    return np.cumsum(spectrum / np.maximum(spectrum.sum(axis=-1, keepdims=True), SMALLEST_SUM), axis=-1)
