"""The amplitude envelope of a note as attack, decay, sustain and release: what the knobs of most synthesizers say.

Times are those in which a level goes nine tenths of its way, so that envelopes of any curve are measured alike.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.analysis.level import levels
from synthmatch.arrays import F64, Float64
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

#: Moments at which the level of the hold and of what follows is measured, dense at their beginnings.
_HELD_TIMES, _RELEASE_TIMES = 400, 100
#: Shares of the loudest level between which it rises; an attack is as long as a straight line through them.
_RISE = (0.1, 0.7)
#: Levels that count, below the loudest or the one at the note's end, in dB.
_RANGE_DB = 50.0
#: Seconds in which what is above the sustain falls to a tenth, and sustains as shares of the loudest amplitude, that are tried
#: first; then so many of each around the best, twice.
_SECONDS = np.geomspace(0.003, 140.0, 48)
_SUSTAINS = np.concatenate([[0.0], 10 ** (-np.linspace(48.0, 0.0, 49) / 20)])
_FINER = 25
#: A level that falls less, as a share of the loudest, stays: how fast it does so cannot be told. 0.5 dB.
_STAYS = 10 ** (-0.5 / 20)
#: Shortest window in which a level is measured, in whole periods of the note; the longest is that of one period of 40 Hz.
_SHORTEST_WINDOW_S, _LONGEST_WINDOW_S = 0.005, 0.025


class Adsr(NamedTuple):
    """An amplitude envelope.

    `attack_s`: seconds of its rise. `decay_s`: in which what is above the sustain falls to a tenth; infinite where the level stays.
    `sustain`: level that it falls to, as a share of the loudest amplitude. `release_s`: seconds in which the level falls to a tenth after
    the note's end; None where nothing is left to tell.
    """

    attack_s: float
    decay_s: float
    sustain: float
    release_s: float | None


def adsr(
    sound: Float64[F64, " samples"], hold_s: float, hz: float, opened: Float64[F64, " _samples"] | None = None
) -> Adsr | None:
    """The envelope of a sound, whose note of frequency `hz` begins at its first sample and is held for `hold_s`; None for silence.

    A sound that rises or falls to its end without reaching a sustain has the envelope that goes on so. `opened`: the same note with an
    open envelope, held for as long as the sound is; then what its level does by itself is left out.
    """
    hold_s = min(hold_s, len(sound) / SAMPLE_RATE_HZ)
    window_s = np.ceil(_SHORTEST_WINDOW_S * hz) / hz
    half_s = min(float(window_s), _LONGEST_WINDOW_S) / 2

    def shares(at: Float64[F64, " times"]) -> Float64[F64, " times"]:
        found = levels(sound, at, half_s)
        if opened is None:
            return found
        own = levels(opened, at, half_s)
        return found / np.maximum(own, max(float(own.max()) * 10 ** (-_RANGE_DB / 20), np.finfo(np.float64).tiny))

    # a window across the note's end would begin the release before it
    times = max(hold_s - half_s, 0.0) * np.linspace(0.0, 1.0, _HELD_TIMES) ** 2
    held = shares(times)
    # before the first whole window a level depends on where the wave begins
    first_s = min(half_s, float(times[-1]))
    loudest = float(held[times >= first_s].max())
    if loudest == 0:
        return None
    low, high = (_reached(times, held, share * loudest) for share in _RISE)
    attack_s = (high - low) / (_RISE[1] - _RISE[0])
    begin_s = min(max(low + (1 - _RISE[0]) * attack_s, first_s), float(times[-1]))
    after = begin_s + (times[-1] - begin_s) * np.linspace(0.0, 1.0, _RELEASE_TIMES) ** 2
    decay_s, sustain = _fitted(after - begin_s, shares(after) / loudest, _SUSTAINS)
    end = sustain + (1 - sustain) * 10 ** (-(float(times[-1]) - begin_s) / decay_s)
    if end > _STAYS:
        decay_s, sustain = np.inf, end
    left_s = len(sound) / SAMPLE_RATE_HZ - hold_s
    at_end = float(shares(np.array([hold_s - half_s]))[0])
    if left_s <= 2 * half_s or at_end <= loudest * 10 ** (-_RANGE_DB / 20):
        return Adsr(attack_s, decay_s, sustain, None)
    # a window that reaches back before the end has what was held in it
    rest = half_s + (left_s - 2 * half_s) * np.linspace(0.0, 1.0, _RELEASE_TIMES) ** 2
    return Adsr(attack_s, decay_s, sustain, _fitted(rest, shares(hold_s + rest) / at_end, np.zeros(1))[0])


def _reached(times: Float64[F64, " times"], found: Float64[F64, " times"], level: float) -> float:
    """When a level is reached for the first time."""
    after = int(np.argmax(found >= level))
    if after == 0:
        return float(times[0])
    share = (level - found[after - 1]) / (found[after] - found[after - 1])
    return float(times[after - 1] + share * (times[after] - times[after - 1]))


def _fitted(
    times: Float64[F64, " times"], shares: Float64[F64, " times"], sustains: Float64[F64, " sustains"]
) -> tuple[float, float]:
    """Seconds and sustain of the fall that is nearest to measured levels, as shares of the level at time 0."""
    measured = decibels(np.square(shares), -_RANGE_DB)
    seconds, step = _SECONDS, _SECONDS[1] / _SECONDS[0]
    best_s, best_sustain = 0.0, 0.0
    for around in (step**2, step**0.25, 1.0):
        fall = 10 ** (-times / seconds[:, None, None])
        expected = decibels(np.square(sustains[:, None] + (1 - sustains[:, None]) * fall), -_RANGE_DB)
        errors = np.abs(expected - measured).mean(axis=2)
        place, level = np.unravel_index(errors.argmin(), errors.shape)
        best_s, best_sustain = float(seconds[place]), float(sustains[level])
        seconds = best_s * np.geomspace(1 / around, around, _FINER)
        if best_sustain > 0:
            sustains = np.minimum(best_sustain * around ** np.linspace(-1.0, 1.0, _FINER), 1.0)
    return best_s, best_sustain
