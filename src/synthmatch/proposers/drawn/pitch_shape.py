"""The movement of a target's pitch as the shape of an LFO."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from synthmatch.analysis.pitch import PitchTrack
from synthmatch.arrays import F64, Float64
from synthmatch.proposers.drawn.course import Course

#: Moments of the course at which shapes are compared with the track, for each point of a shape.
_FINE = 40


class PitchShape(NamedTuple):
    """Points of a shape: places from 0 to 1 in the course, and semitones from the mean pitch."""

    places: Float64[F64, " points"]
    semitones: Float64[F64, " points"]


def pitch_shape(track: PitchTrack, hz: float, played: Course) -> PitchShape:
    """The nearest of three shapes: dense at the onset for a glide, even for vibrato, or even and smooth, without a vibrato.

    The last is for one that is too long for the points of a shape.
    """
    count = len(played.times)
    fine_s = np.linspace(0.0, played.seconds, _FINE * count)
    fine = 12 * np.log2(track.at(played.moment_at(fine_s)) / hz)
    even_s = np.linspace(0.0, played.seconds, count)
    smooth = uniform_filter1d(fine, 2 * _FINE, mode="nearest")
    shapes = [
        (played.times, np.interp(played.times, fine_s, fine)),
        (even_s, np.interp(even_s, fine_s, fine)),
        (even_s, np.interp(even_s, fine_s, smooth)),
    ]
    errors = [np.abs(np.interp(fine_s, seconds, values) - fine).mean() for seconds, values in shapes]
    seconds, semitones = shapes[int(np.argmin(errors))]
    return PitchShape(seconds / played.seconds, semitones)
