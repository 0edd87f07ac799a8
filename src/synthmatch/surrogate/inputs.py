"""What a surrogate sees of a preset and a note: numbers between -1 and 1.

A continuous parameter is spread over bins, each of which fills up while the value passes through it (the piecewise-linear
encoding of Gorishniy, Rubachev, Babenko, NeurIPS 2022): a network of few layers then tells near values apart. A
categorical one has a number a class.
"""

import numpy as np
import numpy.typing as npt

from synthmatch.features.sketch import HOP, segment_starts
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace

Floats = npt.NDArray[np.float32]

#: Bins of a continuous parameter.
BINS = 8
#: Frames of the default note's render, and the segments of its sketch: what is predicted.
FRAMES = 172
SEGMENTS = 15
#: Numbers that describe a note.
NOTE_WIDTH = SEGMENTS + 3
_SEGMENT_SECONDS = segment_starts(FRAMES) * HOP / SAMPLE_RATE_HZ
#: Times a second by which a segment after the note's end differs from one before it.
_STEEPNESS = 10.0


class PresetInputs:
    """Inputs of one parameter space's presets."""

    def __init__(self, space: ParamSpace) -> None:
        self._continuous = np.flatnonzero(~space.categorical)
        self._categorical = [(i, int(space.widths[i])) for i in np.flatnonzero(space.categorical)]
        self.width = BINS * len(self._continuous) + sum(classes for _, classes in self._categorical)

    def __call__(self, unit: npt.NDArray[np.floating]) -> Floats:
        """Inputs of knob positions. Shape: (N, P) -> (N, width)."""
        inputs = np.zeros((len(unit), self.width), np.float32)
        bins = unit[:, self._continuous, None] * BINS - np.arange(BINS)
        first = BINS * len(self._continuous)
        inputs[:, :first] = np.clip(bins, 0.0, 1.0).reshape(len(unit), first)
        rows = np.arange(len(unit))
        for i, classes in self._categorical:
            chosen = np.rint(unit[:, i] * max(classes - 1, 1)).astype(np.int64)
            inputs[rows, first + chosen] = 1.0
            first += classes
        return 2.0 * inputs - 1.0


def note_inputs(pitch: npt.ArrayLike, hold_seconds: npt.ArrayLike) -> Floats:
    """Inputs of notes. Shape: twice (N,) -> (N, NOTE_WIDTH)."""
    octaves = (np.asarray(pitch, np.float64) - Note().pitch) / 24
    hold = np.asarray(hold_seconds, np.float64)
    held = 1.0 / (1.0 + np.exp(-_STEEPNESS * (_SEGMENT_SECONDS - hold[:, None])))
    columns = [octaves, np.sin(np.pi * octaves), np.log(hold / Note().hold_seconds), *held.T]
    return np.stack(columns, axis=1).astype(np.float32)
