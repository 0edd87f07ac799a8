"""How much of the loudness of two sounds is not in common, 0 to 1, whatever their levels: what searches minimise.

Loudness grows with a power of the sound's power (Stevens 1957; ISO 532: about 0.3). What two sounds have in common, cell by
cell, is the smaller of their two loudnesses; what either has is the larger. The distance is one minus the quotient of the
sums, Ruzicka's: identical sounds are 0, sounds with nothing in common are 1, and so is silence, which nothing is further
from. Cells in which both are silent count for nothing, so silence at the end neither helps nor dilutes.

Power is K-weighted (`features.loudness`), summed over the channels and divided by its mean over time, so that level
and the phase between channels count for nothing. Four pictures of it are compared, each with a weight:

* bins of 8,192 samples: which partials there are, and whether they are tones or noise;
* mel bands of 2,048 samples: how bright it is, also where partials lie beside each other, and when;
* the same in dB, of 40 dB below the loudest cell of the reference: what decays, and noise;
* the power of frames of 2,048 samples: when it is loud.

Exponents, windows and weights: docs/results/ladders.md.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F32, Float, Float32, Floats
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands, mel_edges_hz, triangles
from synthmatch.features.loudness import k_weights
from synthmatch.features.sketch import HOP, MELS, WINDOW
from synthmatch.features.stft import channel_power

#: The window that tells tones from noise, and its hop.
_FINE_WINDOW, _FINE_HOP = 8192, 8192
#: Weights of bins, bands, levels and frames (docs/results/ladders.md).
BINS, BANDS, LEVELS, FRAMES = 0.45, 0.2, 0.15, 0.2
#: Levels of mel bands that count, below the loudest of the reference, in dB.
RANGE_DB = 40.0
#: Power of the frames of a full-scale sine of 997 Hz, by its level: -3.01 LKFS.
_FULL_SCALE = 3.5


class LoudnessPattern(NamedTuple):
    """A sound's loudness, by picture. Shapes: bins (frames, bins), bands and levels (frames, MELS), frames (frames,).

    `levels` are those of bands in dB, the mean of all frames is 0. The frames of bins are longer. `level_db` is the level that
    was taken out, nearly in LKFS.
    """

    bins: Float[Floats, "long_frames bins"]
    bands: Float[Floats, "frames bands"]
    levels: Float[Floats, "frames bands"]
    frames: Float[Floats, " frames"]
    level_db: float


def loudness_pattern(audio: Float[Floats, "channels samples"]) -> LoudnessPattern:
    """The pattern of a sound, as precise as it is; silence is zeros."""
    return pattern_of(audio, channel_power(audio, WINDOW, HOP) @ mel_bands(WINDOW, MELS))


def pattern_of(audio: Float[Floats, "channels samples"], band_power: Float[Floats, "frames bands"]) -> LoudnessPattern:
    """The same of a sound whose power in mel bands is known, as `sketch.band_power` gives it."""
    weights, shares = band_weights()
    power = band_power * weights
    fine = channel_power(audio, _FINE_WINDOW, _FINE_HOP)
    fine *= k_weights(_FINE_WINDOW).astype(fine.dtype)
    # no product of matrices, whose order of adding is the kernel's
    frames, total = (power * shares).sum(axis=1), fine.sum(axis=1).mean()
    scale = frames.mean()
    if scale > 0 and total > 0:
        power, frames, fine = power / scale, frames / scale, fine * (1 / total)
    level_db = float(decibels(scale / _FULL_SCALE))
    return LoudnessPattern(loudness_of(fine), loudness_of(power), np.asarray(decibels(power)), frames, level_db)


def loudness_of(power: Floats) -> Floats:
    """Loudness grows with the power to 3/8. Same shape."""
    # roots of roots, for a power of any exponent takes many times as long
    root = np.sqrt(np.sqrt(power))
    root *= np.sqrt(root)
    return np.asarray(root)


@cache
def band_weights() -> tuple[Float32[F32, " mels"], Float32[F32, " mels"]]:
    """K-weights of mel bands, and how many bins each stands for, so that their sum is a frame's power. Shapes: (MELS,)."""
    bank = triangles(mel_edges_hz(MELS), WINDOW)
    of_bins = bank / np.maximum(bank.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    weights = (k_weights(WINDOW) @ bank) / bank.sum(axis=0)
    return weights.astype(np.float32), of_bins.sum(axis=0).astype(np.float32)


def loudness_distance(reference: LoudnessPattern, estimated: LoudnessPattern) -> float:
    """Distance of two patterns of as many frames, 0 to 1."""
    if not reference.frames.any():
        return float(estimated.frames.any())
    floor_db = reference.levels.max() - np.float32(RANGE_DB)
    levels = [np.maximum(side.levels - floor_db, 0) for side in (reference, estimated)]
    common = (
        BINS * _in_common(reference.bins, estimated.bins)
        + BANDS * _in_common(reference.bands, estimated.bands)
        + LEVELS * _in_common(*levels)
        + FRAMES * _in_common(reference.frames, estimated.frames)
    )
    return max(0.0, 1.0 - common)


def _in_common(reference: Float[Floats, "*cells"], estimated: Float[Floats, "*cells"]) -> float:
    # the larger of two is their sum less the smaller
    smaller = float(np.minimum(reference, estimated).sum())
    return smaller / (float(reference.sum()) + float(estimated.sum()) - smaller)
