"""How much of the loudness of two sounds is not in common, 0 to 1, whatever their levels.

Loudness grows with a power of the sound's power (Stevens 1957; ISO 532: about 0.3). What two sounds have in common, cell by
cell, is the smaller of their two loudnesses; what either has is the larger. The distance is one minus the quotient of the
sums, Ruzicka's: identical sounds are 0, sounds with nothing in common are 1, and so is silence, which nothing is further
from. Cells in which both are silent count for nothing, so silence at the end neither helps nor dilutes.

Power is K-weighted (`features.loudness`), summed over the channels and divided by its mean over time, so that level
and the phase between channels count for nothing. Four pictures of it are compared, each with a weight:

* bins of 2,048 samples: which partials there are;
* mel bands: how bright it is, also where partials lie beside each other;
* mel bands in dB, of 40 dB below the loudest cell of the reference: what decays, and noise;
* the power of frames: when it is loud.

Exponents and weights: docs/results/ladders.md.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import Float, Floats
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands
from synthmatch.features.loudness import k_weights
from synthmatch.features.sketch import HOP, MELS, WINDOW
from synthmatch.features.stft import power_frames

#: Weights of bins, bands, levels and frames (docs/results/ladders.md).
_BINS, _BANDS, _LEVELS, _FRAMES = 0.45, 0.2, 0.15, 0.2
#: Levels of mel bands that count, below the loudest of the reference, in dB.
_RANGE_DB = 40.0


class LoudnessPattern(NamedTuple):
    """A sound's loudness, by picture. Shapes: bins (frames, bins), bands and power (frames, MELS), frames (frames,)."""

    bins: Float[Floats, "frames bins"]
    bands: Float[Floats, "frames bands"]
    power: Float[Floats, "frames bands"]
    frames: Float[Floats, " frames"]


def loudness_pattern(audio: Float[Floats, "channels samples"]) -> LoudnessPattern:
    """The pattern of a sound, as precise as it is; silence is zeros."""
    power = sum(power_frames(channel, WINDOW, HOP) for channel in audio) * k_weights(WINDOW).astype(audio.dtype)
    frames = power.sum(axis=1)
    scale = frames.mean()
    power, frames = (power / scale, frames / scale) if scale > 0 else (power, frames)
    bands = power @ mel_bands(WINDOW, MELS)
    root = np.sqrt(np.sqrt(bands))
    # roots of roots, for a power of any exponent takes many times as long
    return LoudnessPattern(np.sqrt(np.sqrt(power)), root * np.sqrt(root), bands, frames)


def loudness_distance(reference: LoudnessPattern, estimated: LoudnessPattern) -> float:
    """Distance of two patterns of as many frames, 0 to 1."""
    if not reference.frames.any():
        return float(estimated.frames.any())
    loudest = reference.power.max()
    levels = [decibels(side.power / loudest, -_RANGE_DB) + _RANGE_DB for side in (reference, estimated)]
    common = (
        _BINS * _in_common(reference.bins, estimated.bins)
        + _BANDS * _in_common(reference.bands, estimated.bands)
        + _LEVELS * _in_common(*levels)
        + _FRAMES * _in_common(reference.frames, estimated.frames)
    )
    return max(0.0, 1.0 - common)


def _in_common(reference: Float[Floats, "*cells"], estimated: Float[Floats, "*cells"]) -> float:
    either = float(np.maximum(reference, estimated).sum())
    return float(np.minimum(reference, estimated).sum()) / either
