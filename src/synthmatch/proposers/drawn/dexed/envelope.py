"""A DX7 envelope whose levels are nearest to a level that changes over time."""

from typing import NamedTuple

import numpy as np

from synthmatch.analytic.dexed.envelopes import FULL, Stages, envelope_octaves
from synthmatch.arrays import F64, I64, Float64, Int64
from synthmatch.synths.dexed.levels import LEVELS

#: Levels further below the loudest count as silent, in dB.
_RANGE_DB = 60.0
#: What a level's error in dB weighs, all 60 of them, beside that of its loudness. Not tuned.
_LEVELS_WEIGHT = 0.5
#: Loudness grows with the amplitude to this power (features/loudness_distance.py).
_LOUDNESS = 0.75
#: How much louder than the loudest moment an envelope's highest level may be, in dB: one that falls at once. Not tuned.
_OVERSHOOT_DB = 6.0
_OCTAVE_DB = 20 * np.log10(2)
#: Knobs of the first look: rates of the decays, and levels between them.
_RATES, _BREAKS = np.arange(3, 100, 4), np.array([99, 95, 91, 87, 83, 78, 72, 65, 57, 48, 35])
#: Rounds in which each knob is moved to its best value while the others stay, after the first look. Not tuned.
_ROUNDS = 3


class Envelope(NamedTuple):
    """Knobs of an operator's envelope, 0 to 99, shape (4,) each, and the level that its highest has, in dB."""

    rates: Int64[I64, " 4"]
    levels: Int64[I64, " 4"]
    level_db: float


class LevelTrack:
    """A level over time, to which envelopes are fitted.

    `amplitudes` at `seconds` after the note's start, (times,), of a note that is held so long. `heard`: the amplitude of what
    makes it heard, where that is another operator. `most_db`: the highest level that an envelope can have.
    """

    def __init__(
        self,
        amplitudes: Float64[F64, " times"],
        seconds: Float64[F64, " times"],
        hold_seconds: float,
        heard: Float64[F64, " times"] | None = None,
        most_db: float = np.inf,
    ) -> None:
        self._seconds, self._hold = seconds, hold_seconds
        loudest = max(float(amplitudes.max()), 1e-12)
        self._loudest_db = float(20 * np.log10(loudest))
        self._most_db = min(_OVERSHOOT_DB, most_db - self._loudest_db)
        self._levels = _decibels(amplitudes / loudest)
        self._loudness = 10 ** (self._levels * _LOUDNESS / 20)
        # dense times stand for less
        self._weights = np.gradient(seconds) if len(seconds) > 1 else np.ones(1)
        if heard is not None:
            self._weights = self._weights * np.maximum(heard, 1e-12) ** _LOUDNESS
        self._weights = self._weights / max(self._weights.sum(), 1e-30)

    def fitted(self) -> Envelope:
        """The envelope whose loudness and level differ least from the track's."""
        rates, break_levels, later = (
            axis.ravel() for axis in np.meshgrid(_RATES, _BREAKS, np.append(_RATES, 0), indexing="ij")
        )
        knobs = np.zeros((len(rates), 8), np.int64)
        # the last rate stands for a level that stays
        knobs[:, 0], knobs[:, 1], knobs[:, 2], knobs[:, 3] = 99, rates, later, 60
        knobs[:, 4], knobs[:, 5], knobs[:, 6], knobs[:, 7] = 99, break_levels, np.where(later > 0, 0, break_levels), 0
        best = knobs[self._errors(knobs)[0].argmin()]
        for _ in range(_ROUNDS):
            before = best
            for knob in (0, 1, 5, 2, 6, 3):
                tried = np.repeat(best[None], 100, axis=0)
                tried[:, knob] = np.arange(100)
                best = tried[self._errors(tried)[0].argmin()]
            if np.array_equal(before, best):
                break
        _, offsets = self._errors(best[None])
        return Envelope(best[:4], best[4:], self._loudest_db + float(offsets[0]))

    def _errors(
        self, knobs: Int64[I64, "envelopes 8"]
    ) -> tuple[Float64[F64, " envelopes"], Float64[F64, " envelopes"]]:
        """How far envelopes are from the track, and the level of their highest in dB that is nearest, each (N,)."""
        count = len(knobs)
        stages = Stages(
            knobs[:, None, :4], knobs[:, None, 4:], np.full((count, 1), LEVELS[-1] * 32), np.zeros((count, 1), np.int64)
        )
        octaves = envelope_octaves(stages, np.full(count, self._hold), self._seconds)[:, 0] - FULL - 1.0
        levels = np.maximum(octaves * _OCTAVE_DB, -_RANGE_DB)
        weights = self._weights * np.where(levels > -_RANGE_DB, self._loudness, 0.0) + 1e-9
        # without a limit, of a level that is all but silent much is made
        offsets = np.minimum(((self._levels - levels) * weights).sum(axis=1) / weights.sum(axis=1), self._most_db)
        moved = np.clip(levels + offsets[:, None], -_RANGE_DB, 20.0)
        louder = np.abs(10 ** (moved * _LOUDNESS / 20) - self._loudness) @ self._weights
        further = np.abs(moved - self._levels) @ self._weights
        mean = float(self._loudness @ self._weights)
        return louder / mean + _LEVELS_WEIGHT * further / _RANGE_DB, offsets


def _decibels(amplitudes: Float64[F64, " times"]) -> Float64[F64, " times"]:
    return np.maximum(20 * np.log10(np.maximum(amplitudes, 1e-12)), -_RANGE_DB)
