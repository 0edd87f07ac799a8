"""A DX7 envelope whose levels are nearest to a level that changes over time."""

from typing import NamedTuple

import numpy as np

from synthmatch.analytic.dexed.envelopes import FULL, Stages, envelope_octaves
from synthmatch.arrays import F32, F64, I64, Float32, Float64, Int64
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
#: The lowest knob of each rate and of each level that the engine tells apart.
_DISTINCT_RATES = np.unique(np.arange(100) * 41 >> 6, return_index=True)[1].astype(np.int64)
_DISTINCT_LEVELS = np.unique(LEVELS >> 1, return_index=True)[1].astype(np.int64)
#: Rounds in which each knob is moved to its best value while the others stay, after the first look. Not tuned.
_ROUNDS = 3


class Envelope(NamedTuple):
    """Knobs of an operator's envelope, 0 to 99, shape (4,) each, and the level that its highest has, in dB."""

    rates: Int64[I64, " 4"]
    levels: Int64[I64, " 4"]
    level_db: float


def _first_knobs() -> Int64[I64, "envelopes 8"]:
    """Knobs of the first look: a decay to some level, and another from there; four rates, then four levels."""
    rates, breaks = np.arange(3, 100, 4), np.array([99, 95, 91, 87, 83, 78, 72, 65, 57, 48, 35])
    first, level, later = (axis.ravel() for axis in np.meshgrid(rates, breaks, np.append(rates, 0), indexing="ij"))
    knobs = np.zeros((len(first), 8), np.int64)
    # the last rate stands for a level that stays
    knobs[:, 0], knobs[:, 1], knobs[:, 2], knobs[:, 3] = 99, first, later, 60
    knobs[:, 4], knobs[:, 5], knobs[:, 6], knobs[:, 7] = 99, level, np.where(later > 0, 0, level), 0
    return knobs


_FIRST_KNOBS = _first_knobs()


class EnvelopeFitter:
    """Fits envelopes to levels at `seconds` after the start of a note that is held so long, (times,)."""

    def __init__(self, seconds: Float64[F64, " times"], hold_seconds: float) -> None:
        self._seconds, self._hold = seconds, hold_seconds
        # dense times stand for less
        self._spans = np.gradient(seconds) if len(seconds) > 1 else np.ones(1)
        # the first look is the same for all tracks
        self._first = self._played(_FIRST_KNOBS)

    def fitted(
        self,
        amplitudes: Float64[F64, " times"],
        heard: Float64[F64, " times"] | None = None,
        most_db: float = np.inf,
    ) -> Envelope:
        """The envelope whose loudness and level differ least from those of amplitudes.

        `heard`: the amplitude of what makes them heard, where that is another operator. `most_db`: the highest level that an
        envelope can have.
        """
        weights = self._spans if heard is None else self._spans * np.maximum(heard, 1e-12) ** _LOUDNESS
        track = _Track(amplitudes, weights, most_db)
        best = _FIRST_KNOBS[track.errors(self._first)[0].argmin()]
        for _ in range(_ROUNDS):
            before = best
            for knob in (0, 1, 5, 2, 6, 3):
                values = _DISTINCT_RATES if knob < 4 else _DISTINCT_LEVELS
                tried = np.repeat(best[None], len(values), axis=0)
                tried[:, knob] = values
                best = tried[track.errors(self._played(tried))[0].argmin()]
            if np.array_equal(before, best):
                break
        _, offsets = track.errors(self._played(best[None]))
        return Envelope(best[:4], best[4:], track.loudest_db + float(offsets[0]))

    def _played(self, knobs: Int64[I64, "envelopes 8"]) -> Float32[F32, "envelopes times"]:
        """Levels of envelopes in dB, full at 0."""
        count = len(knobs)
        stages = Stages(
            knobs[:, None, :4], knobs[:, None, 4:], np.full((count, 1), LEVELS[-1] * 32), np.zeros((count, 1), np.int64)
        )
        octaves = envelope_octaves(stages, np.full(count, self._hold), self._seconds)[:, 0] - FULL - 1.0
        return np.maximum(octaves * _OCTAVE_DB, -_RANGE_DB).astype(np.float32)


class _Track:
    """A level over time that envelopes are compared with: `amplitudes`, and what each counts."""

    def __init__(self, amplitudes: Float64[F64, " times"], weights: Float64[F64, " times"], most_db: float) -> None:
        loudest = max(float(amplitudes.max()), 1e-12)
        self.loudest_db = float(20 * np.log10(loudest))
        self._most_db = np.float32(min(_OVERSHOOT_DB, most_db - self.loudest_db))
        self._levels = _decibels(amplitudes / loudest).astype(np.float32)
        self._loudness = _loudness(self._levels)
        self._weights = (weights / max(weights.sum(), 1e-30)).astype(np.float32)

    def errors(
        self, levels: Float32[F32, "envelopes times"]
    ) -> tuple[Float32[F32, " envelopes"], Float32[F32, " envelopes"]]:
        """How far levels in dB are from the track, and how much louder each should be in dB, (envelopes,)."""
        sounding = (levels > -_RANGE_DB).astype(np.float32)
        weights = sounding * (self._weights * self._loudness) + np.float32(1e-9)
        # without a limit, of a level that is all but silent much is made
        offsets = np.minimum(((self._levels - levels) * weights).sum(axis=1) / weights.sum(axis=1), self._most_db)
        moved = np.clip(levels + offsets[:, None], np.float32(-_RANGE_DB), np.float32(20.0))
        # no products of matrices: envelopes that are the same must not differ by rounding
        louder = (np.abs(_loudness(moved) - self._loudness) * self._weights).sum(axis=1)
        further = (np.abs(moved - self._levels) * self._weights).sum(axis=1)
        mean = (self._loudness * self._weights).sum()
        return louder / mean + np.float32(_LEVELS_WEIGHT / _RANGE_DB) * further, offsets


def _decibels(amplitudes: Float64[F64, " times"]) -> Float64[F64, " times"]:
    return np.maximum(20 * np.log10(np.maximum(amplitudes, 1e-12)), -_RANGE_DB)


def _loudness(levels_db: Float32[F32, "*envelopes times"]) -> Float32[F32, "*envelopes times"]:
    return np.exp(np.float32(_LOUDNESS / 20 * np.log(10)) * levels_db)
