"""What a search measures of every render: the loudness distance to the target, and what its operators and surrogate learn from.

All of it comes from two short-time spectra, so that it is cheap beside a render.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F32, Audio, Float, Float32, Floats
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands
from synthmatch.features.loudness_distance import LoudnessPattern, loudness_distance, loudness_pattern, pattern_of
from synthmatch.features.sketch import HOP, MELS, WINDOW, segment_means
from synthmatch.features.stft import FLOOR_DB, channel_power

#: The coarse picture: about so many segments of time, widening geometrically, and bands of two mels.
_SEGMENTS = 16
#: Levels of the coarse picture below this count as silence, in dB below the mean of all frames; not tuned.
_SILENT_DB = -70.0
#: A render below this level, in LKFS, counts as silence: no level parameter makes it as loud as a recording; not tuned.
QUIETEST_DB = -60.0
#: A sound so much quieter than the target is none to who listens to both; not tuned.
INAUDIBLE_DB = 30.0
_NOTHING = np.zeros(0, np.float32)


class RenderFeatures(NamedTuple):
    """What a search reads of a render.

    `distance`: loudness distance to the target, 0 to 1. `difference`: render minus target at equal level, mean in dB over coarse
    cells of time and frequency, shape (cells,). `sketch`: of the render itself (`features.sketch`), shape (segments,
    MELS).
    """

    distance: float
    difference: Float[Floats, " cells"] = _NOTHING
    sketch: Float32[F32, "..."] = _NOTHING


class SearchDistance:
    """Measures renders against one target; picklable, so that workers measure where they render.

    `target`: (channels, samples) float32. A render of another length is cut or filled with silence.
    """

    def __init__(self, target: Audio) -> None:
        self._samples = target.shape[-1]
        bands = channel_power(target, WINDOW, HOP) @ mel_bands(WINDOW, MELS)
        self._pattern = pattern_of(target, bands)
        self._mels = _relative(self._pattern)
        frames = len(bands)
        edges = np.rint(np.geomspace(1, frames + 1, min(_SEGMENTS, frames) + 1)).astype(np.int64) - 1
        self._segments = np.unique(edges[:-1])

    def __call__(self, audio: Audio) -> RenderFeatures:
        """Distance of a render, shape (channels, samples)."""
        audio = self._fit(audio)
        power = channel_power(audio, WINDOW, HOP)
        bands = power @ mel_bands(WINDOW, MELS)
        pattern = pattern_of(audio, bands)
        mels = _relative(pattern) - self._mels
        lengths = np.diff(np.append(self._segments, len(mels)))
        cells = np.add.reduceat(mels, self._segments, axis=0).reshape(len(lengths), MELS // 2, 2).sum(axis=2)
        distance = 1.0 if pattern.level_db < QUIETEST_DB else loudness_distance(self._pattern, pattern)
        difference = (cells / (2 * lengths[:, None])).ravel()
        return RenderFeatures(distance, difference, segment_means(decibels(bands, FLOOR_DB)))

    def at_its_level(self, audio: Audio) -> float:
        """Distance of a sound that is heard as loud as it is beside the target: 1 where it is far below."""
        pattern = loudness_pattern(self._fit(audio))
        if pattern.level_db < self._pattern.level_db - INAUDIBLE_DB:
            return 1.0
        return loudness_distance(self._pattern, pattern)

    def _fit(self, audio: F32) -> F32:
        samples = audio.shape[-1]
        if samples >= self._samples:
            return audio[..., : self._samples]
        return np.concatenate([audio, np.zeros((*audio.shape[:-1], self._samples - samples), np.float32)], axis=-1)


def _relative(pattern: LoudnessPattern) -> Float[Floats, "frames mels"]:
    """Levels of mel bands in dB, the mean of all frames is 0. Shape: (frames, MELS)."""
    return np.maximum(pattern.levels, np.float32(_SILENT_DB))
