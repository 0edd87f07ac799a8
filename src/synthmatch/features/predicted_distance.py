"""The loudness distance of sounds that are predicted: from sketches, or from sketches and spectra.

Sketches are mean levels of mel bands, spectra levels of bins, both in dBFS over the segments of `features.sketch`. Frames
within a segment and bins of long windows are not known, so these are near the loudness distance, not equal to it.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import Audio, Float, Floats
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands
from synthmatch.features.loudness import k_weights
from synthmatch.features.loudness_distance import (
    BANDS,
    BINS,
    FRAMES,
    LEVELS,
    RANGE_DB,
    band_weights,
    loudness_of,
)
from synthmatch.features.sketch import HOP, MELS, WINDOW, segment_means, segment_shares, sketch
from synthmatch.features.stft import FLOOR_DB, channel_power

#: Weight of predicted bins; the rest of that of bins stands with the bands. They are of short windows, whose valleys between
#: partials mislead: so they count a little less, as roots of power (docs/results/tried.md, "The loudness distance, predicted").
_BINS = 0.4


class _Pictures(NamedTuple):
    """What is compared of sketches: loudness (N, segments, MELS), their powers, those of segments (N, segments)."""

    bands: Floats
    power: Floats
    segments: Floats


class PredictedDistance:
    """Distances to one target, (channels, samples), over its first segments, at most `most_segments`."""

    def __init__(self, target: Audio, most_segments: int) -> None:
        self._shares = segment_shares(target.shape[-1], most_segments).astype(np.float64)
        self._target = self._pictures(sketch(target)[None, :most_segments])
        self._levels = self._above(self._target)
        spectrum = decibels(segment_means(channel_power(target, WINDOW, HOP)), FLOOR_DB)
        self._bins = self._loudness_of_bins(spectrum[None, :most_segments])
        self.segments = len(self._shares)

    def mean_change(self, changes: Float[Floats, "presets segments mels"]) -> Float[Floats, " presets"]:
        """Mean size of changes of sketches, (N, segments, MELS), over time and bands, in dB. Shape: (N,)."""
        return np.asarray(np.abs(changes).mean(axis=2) @ self._shares)

    def of_sketches(self, sketches: Float[Floats, "presets segments mels"]) -> Float[Floats, " presets"]:
        """Distances of sketches, (N, segments, MELS), whose bands stand for their bins too. Shape: (N,)."""
        pictures = self._pictures(sketches)
        return np.asarray(1.0 - self._of_pictures(pictures, BINS + BANDS))

    def of_spectra(
        self, spectra: Float[Floats, "presets segments bins"], sketches: Float[Floats, "presets segments mels"]
    ) -> Float[Floats, " presets"]:
        """Distances of spectra, (N, segments, bins), and their sketches, (N, segments, MELS). Shape: (N,)."""
        bins = self._in_common(self._bins, self._loudness_of_bins(spectra))
        return np.asarray(1.0 - _BINS * bins - self._of_pictures(self._pictures(sketches), BINS + BANDS - _BINS))

    def _of_pictures(self, pictures: _Pictures, weight: float) -> Float[Floats, " presets"]:
        """What is in common but for bins, `weight` that of the bands. Shape: (N,)."""
        return np.asarray(
            weight * self._in_common(self._target.bands, pictures.bands)
            + LEVELS * self._in_common(self._levels, self._above(pictures))
            + FRAMES * self._in_common(self._target.segments[..., None], pictures.segments[..., None])
        )

    def _pictures(self, sketches: Float[Floats, "presets segments mels"]) -> _Pictures:
        weights, shares = band_weights()
        power = _power(sketches) * weights
        power = power / _mean((power * shares).sum(axis=2), self._shares)[:, None, None]
        return _Pictures(loudness_of(power), power, (power * shares).sum(axis=2))

    def _above(self, pictures: _Pictures) -> Float[Floats, "presets segments mels"]:
        """Levels above what counts, below the loudest cell of the target, in dB. Shape: (N, segments, MELS)."""
        return np.asarray(decibels(pictures.power / self._target.power.max(), -RANGE_DB) + RANGE_DB)

    def _loudness_of_bins(self, spectra: Float[Floats, "presets segments bins"]) -> Floats:
        power = _power(spectra) * k_weights(WINDOW).astype(np.float32)
        return np.sqrt(power / _mean(power.sum(axis=2), self._shares)[:, None, None])

    def _in_common(
        self, target: Float[Floats, "1 segments cells"], sounds: Float[Floats, "presets segments cells"]
    ) -> Float[Floats, " presets"]:
        smaller, first, second = (
            _mean(cells.sum(axis=2, dtype=np.float64), self._shares)
            for cells in (np.minimum(target, sounds), target, sounds)
        )
        return np.asarray(smaller / (first + second - smaller))


def _mean(segments: Float[Floats, "presets segments"], shares: Float[Floats, " segments"]) -> Floats:
    """Mean over time. No product of matrices, whose order of adding is the kernel's. Shape: (N,)."""
    return np.asarray((segments * shares).sum(axis=1))


def _power(levels: Float[Floats, "*cells"]) -> Floats:
    return np.power(np.float32(10.0), np.maximum(levels, FLOOR_DB) / np.float32(10.0), dtype=np.float32)


def in_bands(spectra: Float[Floats, "presets segments bins"]) -> Float[Floats, "presets segments mels"]:
    """Levels of mel bands from those of bins, (N, segments, bins), in dB. Shape: (N, segments, MELS)."""
    power = 10.0 ** (spectra.reshape(-1, spectra.shape[2]) / 10)
    return np.asarray(decibels(power @ mel_bands(WINDOW, MELS), -400.0)).reshape(*spectra.shape[:2], MELS)
