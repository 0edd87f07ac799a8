"""The search distance: how far a render is from the target, cheap enough to run after every render.

It is a weighted mean of two distances in dB, both on the same frames (2,048 samples, hop 1,024, floor -90 dBFS):

* two thirds: the log-spectral distance, as the metric `lsd` with every other frame;
* one third: the mean absolute difference of 64 mel bands, which hears the bass that linear bins give little weight.

0 is identity; lower is better. How well it agrees with the table metrics is measured in docs/results.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F32, Audio, Float, Float32, Floats
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands
from synthmatch.features.sketch import HOP, MELS, WINDOW, segment_means
from synthmatch.features.stft import FLOOR_DB, power_frames

#: The coarse picture: about so many segments of time, widening geometrically, and bands of two mels.
_SEGMENTS = 16
_NOTHING = np.zeros(0, np.float32)


class RenderFeatures(NamedTuple):
    """What a search reads of a render.

    `distance_db`: distance to the target. `difference`: render minus target, mean level in dB over coarse cells of time
    and frequency, shape (cells,). `sketch`: of the render itself (`features.sketch`), shape (segments, MELS). `spectrum`:
    the same of each bin, shape (segments, WINDOW // 2 + 1), in half precision.
    """

    distance_db: float
    difference: Float[Floats, " cells"] = _NOTHING
    sketch: Float32[F32, "..."] = _NOTHING
    spectrum: Float[Floats, "..."] = _NOTHING


class SearchDistance:
    """Measures renders against one target; picklable, so that workers measure where they render.

    `target`: (channels, samples) float32. A render of another length is cut or filled with silence.
    """

    def __init__(self, target: Audio) -> None:
        self._samples = target.shape[-1]
        power = power_frames(target, WINDOW, HOP)
        self._spectrum = decibels(power, FLOOR_DB)
        self._mels = decibels(power @ mel_bands(WINDOW, MELS), FLOOR_DB)
        frames = len(power)
        edges = np.rint(np.geomspace(1, frames + 1, min(_SEGMENTS, frames) + 1)).astype(np.int64) - 1
        self._segments = np.unique(edges[:-1])

    def __call__(self, audio: Audio) -> RenderFeatures:
        """Distance of a render, shape (channels, samples)."""
        power = power_frames(self._fit(audio), WINDOW, HOP)
        levels = decibels(power, FLOOR_DB)
        difference = levels - self._spectrum
        spectral = np.sqrt(np.einsum("ij,ij->i", difference, difference) / difference.shape[1]).mean()
        bands = decibels(power @ mel_bands(WINDOW, MELS), FLOOR_DB)
        mels = bands - self._mels
        lengths = np.diff(np.append(self._segments, len(mels)))
        cells = np.add.reduceat(mels, self._segments, axis=0).reshape(len(lengths), MELS // 2, 2).sum(axis=2)
        distance_db = float(2 * spectral + np.abs(mels).mean()) / 3
        coarse = (cells / (2 * lengths[:, None])).ravel()
        return RenderFeatures(distance_db, coarse, segment_means(bands), segment_means(levels).astype(np.float16))

    def _fit(self, audio: F32) -> F32:
        samples = audio.shape[-1]
        if samples >= self._samples:
            return audio[..., : self._samples]
        return np.concatenate([audio, np.zeros((*audio.shape[:-1], self._samples - samples), np.float32)], axis=-1)
