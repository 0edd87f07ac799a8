"""The target as its drawer sees it: power in mel bands at some times, and how far expected sounds are from that."""

from dataclasses import dataclass

import numpy as np

from synthmatch.analytic.mel_filterbank import BANDS, CENTRES_HZ
from synthmatch.arrays import F32, F64, Float32, Float64
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands
from synthmatch.features.loudness import k_weights
from synthmatch.features.sketch import WINDOW
from synthmatch.features.stft import channel_power
from synthmatch.note import SAMPLE_RATE_HZ

#: Samples between frames, and about how many of them are looked at, dense at the onset. Not tuned.
_HOP, _TIMES = 256, 24
#: Seconds after the note's end at which frames are looked at too: the release. Not tuned.
_AFTER_END = (0.03, 0.08, 0.18, 0.35)
#: Levels that count below the loudest, in dB; `mss` counts 80.
_RANGE_DB = 75.0
#: What levels in dB weigh beside loudness (docs/results/tried.md, "amsynth presets drawn from the target").
_LEVELS_WEIGHT = 4.0
#: Errors are rounded to this, so that which of two nearly equal presets is nearer does not depend on last digits.
STEP = 1e-5
#: Loudness grows with the power to this (features/loudness_distance.py), here of decibels.
_LOUDNESS = np.float32(0.375 / 10 * np.log(10))


@dataclass(frozen=True)
class Picture:
    """Levels of a sound in mel bands.

    `seconds`: middles of frames. `weights`: the share of the whole time that each stands for. `levels_db`: below the loudest,
    at least -75. `loudness`: of each cell, K-weighted.
    """

    seconds: Float64[F64, " times"]
    weights: Float32[F32, " times"]
    levels_db: Float32[F32, "bands times"]
    loudness: Float32[F32, "bands times"]

    def errors(self, power: Float32[F32, "presets bands times"]) -> Float64[F64, " presets"]:
        """How far each of some sounds is from this one, whatever its level."""
        levels = decibels(power)
        counts = self.weights * self.loudness
        # one gain for all cells, in the mean by their loudness
        sounding = counts * (levels > levels.max(axis=(1, 2), keepdims=True) - np.float32(_RANGE_DB))
        gain = (sounding * (self.levels_db - levels)).sum(axis=(1, 2)) / np.maximum(sounding.sum(axis=(1, 2)), 1e-9)
        relative = np.maximum(levels - levels.max(axis=(1, 2), keepdims=True), np.float32(-_RANGE_DB))
        levels = np.maximum(levels + gain[:, None, None].astype(np.float32), np.float32(-_RANGE_DB))
        louder = (self.weights * np.abs(_loudness(levels) - self.loudness)).sum(axis=(1, 2)) / counts.sum()
        # as `mss` has it, below the loudest cell, and as it is heard
        further = (self.weights * (np.abs(levels - self.levels_db) + np.abs(relative - self.levels_db))).sum(
            axis=(1, 2)
        )
        further /= 2 * BANDS * _RANGE_DB
        return np.asarray(np.rint((louder + _LEVELS_WEIGHT * further).astype(np.float64) / STEP) * STEP)


def picture_of(sound: Float64[F64, "channels samples"], hold_seconds: float) -> Picture:
    """The picture of a sound that begins at its onset and is held so long."""
    power = np.asarray(channel_power(sound, WINDOW, _HOP) @ mel_bands(WINDOW, BANDS), np.float32)
    # frames that reach past the end have less than all
    whole = max(1, (sound.shape[1] - WINDOW) // _HOP + 1)
    share = np.linspace(0, 1, _TIMES)
    after = np.rint(((hold_seconds + np.array(_AFTER_END)) * SAMPLE_RATE_HZ - WINDOW / 2) / _HOP)
    places = np.append(np.rint((whole - 1) * (0.3 * share + 0.7 * share**2)), after)
    chosen = np.unique(places[(places >= 0) & (places < whole)]).astype(np.int64)
    seconds = (chosen * _HOP + WINDOW / 2) / SAMPLE_RATE_HZ
    spans = np.gradient(seconds) if len(seconds) > 1 else np.ones(1)
    levels = decibels(power[chosen].T / max(float(power.max()), 1e-20)).astype(np.float32)
    levels = np.maximum(levels, np.float32(-_RANGE_DB))
    return Picture(seconds, (spans / spans.sum()).astype(np.float32), levels, _loudness(levels))


def _loudness(levels_db: Float32[F32, "*presets bands times"]) -> Float32[F32, "*presets bands times"]:
    return np.exp(levels_db * _LOUDNESS) * _WEIGHTS


_WEIGHTS = (k_weights(WINDOW)[np.rint(CENTRES_HZ * WINDOW / SAMPLE_RATE_HZ).astype(np.int64)] ** 0.375).astype(
    np.float32
)[:, None]
