"""Closeness, what people are shown of a match: how much of the way from nothing in common to the synthesizer's own noise floor.

100 % is what two plays of one preset are from each other, as in a DAW. 0 % is the nearest of what shares nothing with the target but
its length or its mean spectrum: silence, noise of that spectrum, and a random preset of the synthesizer. Between them the loudness
distance counts (`features.loudness_distance`), so that closeness says the same of every sound and every level.
"""

from typing import Literal

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.calibration.anchors import NOISE, anchor
from synthmatch.calibration.noise_floor import noise_floor, random_distance
from synthmatch.features.loudness_distance import loudness_distance, loudness_pattern

Word = Literal["identical", "close", "similar", "far"]
#: From so many per cent on a match is called so (docs/results/ladders.md, "Closeness").
BOUNDS: dict[Word, float] = {"identical": 90.0, "close": 70.0, "similar": 45.0, "far": 0.0}
#: How much further from noise than noise is from itself a target is that is no noise; the flute, of the 18 sounds of
#: docs/results/ladders.md the nearest to noise by this, is 0.10 further.
_BEYOND_NOISE = 0.08


class Closeness:
    """The scale of one target, (channels, samples), on one synthesizer.

    For a synthesizer that was not measured, such as a plug-in of the user's, the noise floor is 0 and random presets are
    left out.
    """

    def __init__(self, target: Audio, synth: str) -> None:
        self._floor = noise_floor(synth).get("loudness_distance", 0.0)
        self._nothing = min(_noise_distance(target), random_distance(synth))

    def __call__(self, distance: float) -> float:
        """Per cent, 0 to 100, of a loudness distance."""
        return float(np.clip(100 * (self._nothing - distance) / (self._nothing - self._floor), 0, 100))


def _noise_distance(target: Audio) -> float:
    """Distance of noise of a target's mean spectrum; of a target that is such noise itself 1, for it has all in common."""
    noise, other = (loudness_pattern(anchor(NOISE, target, seed)) for seed in (0, 1))
    distance = loudness_distance(loudness_pattern(target), noise)
    return distance if distance > loudness_distance(noise, other) + _BEYOND_NOISE else 1.0


def level_text(error_db: float) -> str:
    """How much louder than its target a sound is, where that is more than 1 dB: "6 dB quieter"; else empty."""
    return f"{abs(error_db):.0f} dB {'louder' if error_db > 0 else 'quieter'}" if abs(error_db) > 1 else ""


def closeness_word(percent: float) -> Word:
    """The word for a closeness in per cent, rounded as it is shown: 69.6 is shown as 70 % and called so."""
    return next(word for word, least in BOUNDS.items() if round(percent) >= least)
