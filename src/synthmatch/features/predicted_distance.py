"""The search distance of sounds that are predicted: from sketches, or from sketches and spectra.

Sketches are mean levels of mel bands, spectra those of bins, both in dBFS over the segments of `features.sketch`. Frames
within a segment are not known, so these are near the search distance, not equal to it.
"""

from functools import cache

import numpy as np

from synthmatch.arrays import Audio, Float, Floats
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands
from synthmatch.features.sketch import HOP, MELS, WINDOW, segment_means, segment_shares, sketch
from synthmatch.features.stft import FLOOR_DB, power_frames


class PredictedDistance:
    """Distances to one target, (channels, samples), over its first segments, at most `most_segments`."""

    def __init__(self, target: Audio, most_segments: int) -> None:
        self._sketch = sketch(target)[:most_segments]
        self._spectrum = segment_means(decibels(power_frames(target, WINDOW, HOP), FLOOR_DB))[:most_segments].astype(
            np.float64
        )
        self._shares = segment_shares(target.shape[-1], most_segments)
        self.segments = len(self._sketch)

    def mean_change(self, changes: Float[Floats, "presets segments mels"]) -> Float[Floats, " presets"]:
        """Mean size of changes of sketches, (N, segments, MELS), over time and bands. Shape: (N,)."""
        return np.asarray(np.abs(changes).mean(axis=2) @ self._shares)

    def of_bands(self, sketches: Float[Floats, "presets segments mels"]) -> Float[Floats, " presets"]:
        """Mean absolute difference over bands, (N, segments, MELS). Shape: (N,)."""
        return self.mean_change(sketches - self._sketch)

    def of_sketches(self, sketches: Float[Floats, "presets segments mels"]) -> Float[Floats, " presets"]:
        """Distances of sketches, (N, segments, MELS), each band standing for its share of the bins. Shape: (N,)."""
        spectral = np.sqrt(np.square(sketches - self._sketch) @ _bin_shares()) @ self._shares
        return np.asarray((2 * spectral + self.of_bands(sketches)) / 3)

    def of_spectra(
        self, spectra: Float[Floats, "presets segments bins"], sketches: Float[Floats, "presets segments mels"]
    ) -> Float[Floats, " presets"]:
        """Distances of spectra, (N, segments, bins), and their sketches, (N, segments, MELS). Shape: (N,)."""
        spectra = np.maximum(spectra, FLOOR_DB)
        spectral = np.sqrt(np.square(spectra - self._spectrum).mean(axis=2)) @ self._shares
        return np.asarray((2 * spectral + self.of_bands(sketches)) / 3)


def in_bands(spectra: Float[Floats, "presets segments bins"]) -> Float[Floats, "presets segments mels"]:
    """Levels of mel bands from those of bins, (N, segments, bins), in dB. Shape: (N, segments, MELS)."""
    power = 10.0 ** (spectra.reshape(-1, spectra.shape[2]) / 10)
    return np.asarray(10.0 * np.log10(power @ mel_bands(WINDOW, MELS))).reshape(*spectra.shape[:2], MELS)


@cache
def _bin_shares() -> Float[Floats, " mels"]:
    """Which share of a spectrum's bins each mel band stands for. Shape: (MELS,)."""
    bands = mel_bands(WINDOW, MELS).toarray()
    of_bins = bands / np.maximum(bands.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return np.asarray(of_bins.sum(axis=0) / of_bins.sum())
