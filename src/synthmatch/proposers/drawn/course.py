"""How a drawn note goes through its target: once, or to its end and back again and again while a key is held.

A sound that holds its level comes back to its middle, so that a long note lives on. One that falls does so on and on.
"""

from dataclasses import dataclass, replace

import numpy as np

from synthmatch.analysis.level import fall_db_per_second, levels
from synthmatch.analysis.swing import Swing, mean_over, swing
from synthmatch.arrays import F64, Float64
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.proposers.drawn.release import Release, fitted_release

#: Points of an LFO's shape; Vital takes 100. With 60 levels are further away (docs/results/tried.md, "Drawing presets").
_POINTS = 100
#: Of them, those of the way back, or of the fall after the target's end.
_POINTS_AFTER = 24
#: Where points lie: this share evenly in time, the rest with its square, dense at the onset.
_EVEN = 0.1
#: A sound that falls slower holds its level; not tuned.
_HELD_DB_PER_SECOND = 6.0
#: Shortest note that may be held, longest way back in seconds, and how far below its loudest a held level may be; not tuned.
_SHORTEST, _LONGEST_WAY, _HELD_RANGE_DB = 0.5, 1.0, 26.0
#: Seconds before the note's end at which a looping course turns: the window of the separation smears the click of an end.
_BEFORE_END = 0.1
#: A sound falls if it does so in its middle and in its second half, shares of the hold: a swell may fall in the one, and a note
#: that is found to end in its release in the other. Not tuned.
_MIDDLE, _SECOND_HALF = (0.3, 0.7), (0.5, 1.0)
#: For the same reason a looping course turns where the level is still within this of that at the middle's end, as a share of
#: amplitude, if it is no more seconds before the note's end. Not tuned.
_STILL_HELD, _LATEST_TURN = 0.3, 0.4
#: Levels below the loudest that a shape says, and seconds of a fall after the target's end at most.
_RANGE_DB, _LONGEST_FALL = 70.0, 10.0
#: How far the level after the note's end may be from what release and fall say, and how far they may be from the target's
#: in the mean then: a sound that is further away rings on, whatever the key does. Not tuned.
_CORRECTED_DB, _MISSED_DB = 6.0, 1.5
_RINGS = Release(16.0, 0.0)
#: Seconds between levels that a tremolo is looked for in, and how many of them a swell lasts at least.
_STEP_S, _SLOW_STEPS = 0.01, 40
#: The deepest tremolo as a share of the root of the amplitude, and what is left with it of the points' error in level at most,
#: for it to count. Not tuned.
_DEEPEST, _NEARER = 0.9, 0.8


@dataclass(frozen=True)
class Course:
    """Moments of the target, in seconds, that are played at some times, and how loud.

    `times` begin with 0 and end with the course's end. `levels`: amplitude at these times, without the release.
    `again_s`: the time to which a looping course comes back from its end. `hold_s`: of the note, as the target has it.
    `tremolo`: what swings in the root of the amplitude, as a share of `levels`' root, and goes on when the course loops.
    """

    times: Float64[F64, " points"]
    moments: Float64[F64, " points"]
    levels: Float64[F64, " points"]
    hold_s: float
    release: Release | None
    again_s: float | None = None
    tremolo: Swing | None = None

    @property
    def seconds(self) -> float:
        """How long the course is."""
        return float(self.times[-1])

    @property
    def last_moment(self) -> float:
        """The last of the target that is played, in seconds."""
        return float(self.moments.max())

    def moment_at(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        """The moment of the target that is played at a time."""
        return np.interp(self._within(seconds), self.times, self.moments)

    def level_at(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        """Amplitude at a time, of the level shape and the tremolo: Vital goes straight from root to root, and squares."""
        root = np.interp(self._within(seconds), self.times, np.sqrt(self.levels))
        return np.square(root * (1 + self.tremolo.at(seconds)) if self.tremolo else root)

    def gain_at(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        """What the preset multiplies the target's moments by at a time, so that they are as loud as they were.

        A looping course plays what was held after the note's end too; its release then lets that die away.
        """
        level = self.level_at(seconds)
        if self.again_s is None and self.release:
            # the target's release is in its moments: what the envelope takes again is given back
            level = level * np.maximum(self.release.gain(seconds - self.hold_s), 10 ** (-_RANGE_DB / 20))
        return np.maximum(level, self.levels.max() * 10 ** (-2 * _RANGE_DB / 20))

    def without_tremolo(self) -> "Course":
        """The same with what swings in the levels, as far as their points can say it."""
        return replace(self, levels=self.level_at(self.times), tremolo=None)

    def _within(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        if self.again_s is None:
            return np.minimum(seconds, self.seconds)
        beyond = np.maximum(seconds - self.again_s, 0.0)
        return np.minimum(seconds, self.again_s) + beyond % (self.seconds - self.again_s)


def spread(count: int, seconds: float) -> Float64[F64, " count"]:
    """Times from 0 to `seconds`, dense at the onset, where most happens."""
    share = np.linspace(0.0, 1.0, count)
    return seconds * (_EVEN * share + (1 - _EVEN) * share**2)


def course(sound: Float64[F64, " samples"], half_window_s: float, hold_s: float) -> Course:
    """The course through a sound whose key is held for `hold_s`. Levels are measured in windows of twice `half_window_s`."""
    hold_s = min(hold_s, len(sound) / SAMPLE_RATE_HZ)
    still = _course(sound, half_window_s, hold_s)
    seconds = np.arange(round(hold_s / _STEP_S), dtype=np.float64) * _STEP_S
    wanted = levels(sound, seconds, max(half_window_s, _STEP_S))
    slow = mean_over(np.sqrt(wanted), _SLOW_STEPS)
    tremolo = swing(np.sqrt(wanted) / np.maximum(slow, np.finfo(np.float64).tiny) - 1, slow, _STEP_S)
    if tremolo is None or tremolo.depth > _DEEPEST:
        return still
    swinging = _course(sound, half_window_s, hold_s, tremolo)
    floor_db = float(decibels(np.square(wanted.max()))) - _RANGE_DB
    missed_db = [
        np.abs(decibels(np.square(played.level_at(seconds)), floor_db) - decibels(np.square(wanted), floor_db)).mean()
        for played in (still, swinging)
    ]
    return swinging if missed_db[1] < _NEARER * missed_db[0] else still


def _course(
    sound: Float64[F64, " samples"], half_window_s: float, hold_s: float, tremolo: Swing | None = None
) -> Course:
    end_s = len(sound) / SAMPLE_RATE_HZ
    fall = min(fall_db_per_second(sound, hold_s * begin, hold_s * end) for begin, end in (_MIDDLE, _SECOND_HALF))
    held_again = _looping(sound, half_window_s, hold_s, tremolo) if fall < _HELD_DB_PER_SECOND else None
    if held_again:
        return held_again
    fall = max(0.0, fall)
    release = fitted_release(sound, hold_s, fall)
    times = spread(_POINTS - _POINTS_AFTER, end_s)
    found = _still_levels(sound, times, half_window_s, tremolo)
    floor = found.max() * 10 ** (-_RANGE_DB / 20)
    if release:
        at_end = float(np.interp(hold_s, times, found))
        falling = at_end * 10 ** (-fall * np.maximum(times - hold_s, 0.0) / 20)
        most = 10 ** (_CORRECTED_DB / 20)
        given_back = _given_back(found, release, times - hold_s)
        near = np.clip(given_back, falling / most, falling * most)
        after = (times > hold_s) & (found > floor)
        missed_db = 20 * np.abs(np.log10(near[after] / np.maximum(given_back[after], floor)))
        if missed_db.size and missed_db.mean() > _MISSED_DB:
            release = _RINGS
            near = _given_back(found, release, times - hold_s)
        found = np.where(times > hold_s, near, found)
    found = np.maximum(found, floor)
    # down to the floor, if that is not too far
    left_db = 20 * np.log10(found[-1] / floor)
    rest = min(_LONGEST_FALL, left_db / fall) if fall > 0 else 0.0
    if rest > 0:
        after = rest * np.arange(1, _POINTS_AFTER + 1) / _POINTS_AFTER
        times = np.concatenate([times, end_s + after])
        found = np.concatenate([found, found[-1] * 10 ** (-fall * after / 20)])
    return Course(times, np.minimum(times, end_s), found, hold_s, release, tremolo=tremolo)


def _still_levels(
    sound: Float64[F64, " samples"], moments: Float64[F64, " times"], half_window_s: float, tremolo: Swing | None
) -> Float64[F64, " times"]:
    """Levels without what a tremolo does to them."""
    found = levels(sound, moments, half_window_s)
    return found / np.square(1 + tremolo.at(moments)) if tremolo else found


def _given_back(
    found: Float64[F64, " times"], release: Release, after_s: Float64[F64, " times"]
) -> Float64[F64, " times"]:
    """Levels without what a release takes away."""
    return found / np.maximum(release.gain(after_s), 10 ** (-_RANGE_DB / 20))


def _looping(
    sound: Float64[F64, " samples"], half_window_s: float, hold_s: float, tremolo: Swing | None
) -> Course | None:
    """A course to the note's end, and back and forth from there; None where nothing is held."""
    if hold_s < _SHORTEST:
        return None
    until = np.linspace(hold_s * _MIDDLE[1], hold_s - _BEFORE_END, _POINTS)
    near_end = levels(sound, until, _BEFORE_END / 2)
    turn_s = float(until[np.flatnonzero(near_end >= near_end[0] * _STILL_HELD)[-1]])
    if turn_s < hold_s - _LATEST_TURN:
        return None
    way = min(_LONGEST_WAY, turn_s / 2)
    there = spread(_POINTS - _POINTS_AFTER, turn_s)
    back = way * np.arange(1, _POINTS_AFTER + 1) / _POINTS_AFTER
    times, moments = np.concatenate([there, turn_s + back]), np.concatenate([there, turn_s - back])
    found = _still_levels(sound[: round(hold_s * SAMPLE_RATE_HZ)], moments, half_window_s, tremolo)
    if np.median(found[moments >= turn_s - way]) <= found.max() * 10 ** (-_HELD_RANGE_DB / 20):
        return None
    return Course(times, moments, found, hold_s, fitted_release(sound, hold_s), turn_s - way, tremolo)
