"""What a surrogate sees of a preset and a note: numbers of about -3 to 3.

A continuous parameter is spread over bins, each of which fills up while the value passes through it (the piecewise-linear
encoding of Gorishniy, Rubachev, Babenko, NeurIPS 2022): a network of few layers then tells near values apart. A
categorical one has a number a class. Beside them stands what the synthesizer's parts do over time (`analytic.features`), and
the levels that follow.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthmatch.analytic.model import analytic_of
from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import F32, F64, I64, Float, Float32, Float64, Floats, Int64
from synthmatch.features.sketch import HOP, WINDOW, segment_starts
from synthmatch.features.stft import frame_count
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.synths.base import Synth

#: Bins of a continuous parameter (docs/results/tried.md, "Inputs and losses of the network": none and 8).
BINS = 8
#: Frames of the default note's render, and the segments of its sketch: what is predicted.
FRAMES = frame_count(Note().samples, WINDOW, HOP)
SEGMENTS = len(segment_starts(FRAMES))
#: Times in a segment at which the signals of a synthesizer's parts are computed; not tuned.
_LOOKS = 3
#: Steepness of the step from held to released at the note's end, in 1/s; not tuned.
_STEEPNESS = 10.0
#: Levels in dB as inputs: the level that is 0, and the difference that is 1; not tuned.
_MIDDLE_DB, _STEP_DB = -50.0, 20.0


class Seen(NamedTuple):
    """What is seen of N presets: numbers, (N, width), and the levels in dB among them, (N, SEGMENTS, bands)."""

    numbers: Float32[F32, "presets width"]
    levels: Float32[F32, "presets segments bands"]


def _seconds() -> Float64[F64, " looks"]:
    """When the parts are looked at: `_LOOKS` times in each segment, in the middle of frames."""
    starts = segment_starts(FRAMES)
    lengths = np.diff(np.append(starts, FRAMES))
    frames = starts[:, None] - 0.5 + lengths[:, None] * (np.arange(_LOOKS) + 0.5) / _LOOKS
    return (frames.ravel() * HOP + WINDOW / 2) / SAMPLE_RATE_HZ


_SECONDS = _seconds()
#: The middle of each segment. Shape: (SEGMENTS,).
MIDDLES_SECONDS = _SECONDS[_LOOKS // 2 :: _LOOKS]


class Inputs:
    """Inputs of one synthesizer's presets, each played with a note. `width`: how many numbers, `bands`: of the levels."""

    def __init__(self, synth: Synth) -> None:
        self._analytic, self._space = analytic_of(synth), synth.space
        self._continuous = np.flatnonzero(~self._space.categorical)
        self._categorical = [(i, int(self._space.widths[i])) for i in np.flatnonzero(self._space.categorical)]
        default = self._space.to_unit(self._space.default)[None]
        seen = self(default, [Note().pitch], [Note().hold_seconds])
        self.width, self.bands = seen.numbers.shape[1], seen.levels.shape[2]

    def __call__(
        self, unit: Float[Floats, "presets parameters"], pitch: npt.ArrayLike, hold_seconds: npt.ArrayLike
    ) -> Seen:
        """Of knob positions, (N, P), with notes, twice (N,)."""
        pitch, hold = np.asarray(pitch, np.int64), np.asarray(hold_seconds, np.float64)
        parts = self._analytic.features(PlayedPresets(self._space.to_native(unit), pitch, hold, _SECONDS))
        curves, levels = _of_segments(parts.curves), _of_segments(parts.levels)
        about = np.clip((levels - _MIDDLE_DB) / _STEP_DB, -2.0, 4.0).reshape(len(unit), -1)
        columns = (self._preset(unit), _note(pitch, hold), about, curves.reshape(len(unit), -1), parts.values)
        return Seen(np.concatenate(columns, axis=1).astype(np.float32), np.moveaxis(levels, 1, 2).astype(np.float32))

    def _preset(self, unit: Float[Floats, "presets parameters"]) -> Float32[F32, "presets numbers"]:
        bins = np.clip(unit[:, self._continuous, None] * BINS - np.arange(BINS), 0.0, 1.0)
        classes = [np.rint(unit[:, i, None] * max(count - 1, 1)) == np.arange(count) for i, count in self._categorical]
        columns = np.concatenate([bins.reshape(len(unit), -1), *classes], axis=1)
        return 2.0 * columns.astype(np.float32) - 1.0


def _of_segments(curves: Float64[F64, "presets curves times"]) -> Float64[F64, "presets curves segments"]:
    """Means over the looks at each segment. Shape: (N, curves, times) -> (N, curves, SEGMENTS)."""
    return np.asarray(curves.reshape(*curves.shape[:2], SEGMENTS, _LOOKS).mean(axis=3))


def _note(pitch: Int64[I64, " presets"], hold_seconds: Float64[F64, " presets"]) -> Float64[F64, "presets numbers"]:
    """Pitch, hold, and which segments are before the note's end. Shape: twice (N,) -> (N, SEGMENTS + 3)."""
    octaves = (pitch - Note().pitch) / 24
    begins = segment_starts(FRAMES) * HOP / SAMPLE_RATE_HZ
    held = 1.0 / (1.0 + np.exp(-_STEEPNESS * (begins - hold_seconds[:, None])))
    columns = [octaves, np.sin(np.pi * octaves), np.log(hold_seconds / Note().hold_seconds), *held.T]
    return np.stack(columns, axis=1)
