"""Variations of a preset that are as close to it as was asked for: how far the knobs move for that is found by rendering."""

from collections.abc import Mapping

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.calibration.closeness import Closeness
from synthmatch.errors import RenderError
from synthmatch.features.search_distance import SearchDistance
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.params.variation import vary
from synthmatch.render.pool import render
from synthmatch.synths.base import Synth

#: A variation is near enough to what was asked for within so many points of closeness.
_NEAR_ENOUGH = 4.0
#: Amounts of `vary` between which the right one is sought, by halving on a scale of ratios, in so many renders.
_LEAST, _MOST, _RENDERS = 0.004, 1.0, 7
#: Directions that are tried before the nearest to what was asked for is taken: a switch that turns everything off has no amount.
_DIRECTIONS = 3


class Neighbourhood:
    """The surroundings of a preset by ear: of its sound, (channels, samples), as `note` plays it.

    `weights` are what the sound depends on, by parameter, if that is known.
    """

    def __init__(
        self, synth: Synth, preset: Preset, audio: Audio, note: Note, weights: Mapping[str, float] | None
    ) -> None:
        self._synth, self._preset, self._note = synth, preset, note
        self._distance, self._closeness = SearchDistance(audio), Closeness(audio, synth.id)
        self._weights = None if weights is None else np.array([weights[name] for name in synth.space.index])

    def vary(self, names: frozenset[str], percent: float, rng: np.random.Generator) -> Preset:
        """A variation in the parameters `names` whose sound is about `percent` close to the preset's."""
        found: list[tuple[float, Preset]] = []
        for _ in range(_DIRECTIONS):
            seed = int(rng.integers(2**63))
            low, high = _LEAST, _MOST
            for _ in range(_RENDERS):
                amount = float(np.sqrt(low * high))
                direction = np.random.default_rng(seed)
                varied = vary(self._synth.space, self._preset, names, amount, direction, self._weights)
                how_close = self._hear(varied)
                found.append((abs(how_close - percent), varied))
                if found[-1][0] <= _NEAR_ENOUGH:
                    return varied
                low, high = (amount, high) if how_close > percent else (low, amount)
        return min(found, key=lambda one: one[0])[1]

    def _hear(self, preset: Preset) -> float:
        try:
            return self._closeness(self._distance.at_its_level(render(self._synth, preset, self._note)))
        except RenderError:
            return 0.0  # nothing is heard of it
