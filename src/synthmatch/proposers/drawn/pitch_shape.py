"""The movement of a target's pitch as the shape of an LFO, with its vibrato or beside a sine that has it."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from synthmatch.analysis.pitch import PitchTrack
from synthmatch.analysis.swing import Swing, swing
from synthmatch.arrays import F64, Float64
from synthmatch.proposers.drawn.course import Course
from synthmatch.proposers.drawn.draft import Draft

#: Moments of the course at which shapes are compared with the track, for each point of a shape.
_FINE = 40
#: Semitones from the lowest to the highest that the knob of an oscillator's transposition goes.
_TRANSPOSE = 96
#: Seconds between pitches in which a vibrato is looked for.
_STEP_S = 0.01
#: A sine counts where at most so much of the other shapes' error is left with it. Not tuned.
_NEARER = 0.8


class PitchShape(NamedTuple):
    """Points of a shape: places from 0 to 1 in the course, and semitones from the mean pitch.

    `vibrato`: a sine in semitones that is added, and goes on when the course loops; None where the shape has all.
    """

    places: Float64[F64, " points"]
    semitones: Float64[F64, " points"]
    vibrato: Swing | None = None


def pitch_shape(track: PitchTrack, hz: float, played: Course) -> PitchShape:
    """The nearest of three shapes: dense at the onset for a glide, even for vibrato, or even and smooth with a sine beside it.

    The last is for a vibrato that is too long for the points of a shape. Where no sine is like it, it is left out.
    """
    count = len(played.times)
    fine_s = np.linspace(0.0, played.seconds, _FINE * count)
    moments = played.moment_at(fine_s)
    fine = 12 * np.log2(track.at(moments) / hz)
    even_s = np.linspace(0.0, played.seconds, count)
    vibrato = _vibrato(track, hz, min(played.hold_s, played.last_moment))

    def smooth(values: Float64[F64, " fine"]) -> Float64[F64, " points"]:
        return np.interp(even_s, fine_s, uniform_filter1d(values, 2 * _FINE, mode="nearest"))

    shapes = [
        (played.times, np.interp(played.times, fine_s, fine)),
        (even_s, np.interp(even_s, fine_s, fine)),
        (even_s, smooth(fine)),
    ]
    missed = [np.abs(np.interp(fine_s, seconds, values) - fine) for seconds, values in shapes]
    nearest = int(np.argmin([error.mean() for error in missed]))
    seconds, semitones = shapes[nearest]
    if vibrato:
        beside = smooth(fine - vibrato.at(moments))
        # where the course goes forwards, a sine is where the target's vibrato is
        forwards = moments == fine_s
        left = np.abs(np.interp(fine_s, even_s, beside) + vibrato.at(fine_s) - fine)
        if left[forwards].mean() < _NEARER * missed[nearest][forwards].mean():
            return PitchShape(even_s / played.seconds, beside, vibrato)
    return PitchShape(seconds / played.seconds, semitones)


def bend(draft: Draft, found: PitchShape, played: Course, oscillators: int, *, swing_alone: bool = False) -> None:
    """Let the first so many oscillators of a preset follow a pitch, by an LFO and one more for a sine.

    `swing_alone`: of these two it has one, the sine where there is one.
    """
    transposes = [f"osc_{number}_transpose" for number in range(1, oscillators + 1)]
    if not (found.vibrato and swing_alone):
        furthest = max(np.abs(found.semitones).max(), 1e-3)
        points = np.column_stack([found.places, 0.5 + found.semitones / furthest / 2])
        lfo = draft.course("pitch", points, played.seconds, played.again_s)
        for control in transposes:
            draft.connect(lfo, control, 2 * furthest / _TRANSPOSE, bipolar=True)
    if found.vibrato:
        draft.swing("vibrato", found.vibrato, 2, transposes, 2 * found.vibrato.depth / _TRANSPOSE)


def _vibrato(track: PitchTrack, hz: float, until_s: float) -> Swing | None:
    seconds = np.arange(round(until_s / _STEP_S), dtype=np.float64) * _STEP_S
    semitones, power = 12 * np.log2(track.at(seconds) / hz), np.interp(seconds, track.seconds, track.power)
    return swing(semitones, power, _STEP_S)
