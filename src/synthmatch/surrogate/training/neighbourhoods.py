"""What a surrogate learns from: neighbourhoods of presets, made as the search makes them, each with one note.

A neighbourhood is a preset near the library's, and children of it by the search's operators (`search.operators`), so
that what the model learns is what it will be asked. Neighbourhood i is a pure function of (seed, synthesizer, i).
"""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F64, I64, Float64, Int64
from synthmatch.dataset.rows import row_rng
from synthmatch.library.library import Library
from synthmatch.note import Note
from synthmatch.search.audibility import Audibility
from synthmatch.search.jacobian import Jacobian
from synthmatch.search.operators import Context, operators

#: Presets of a neighbourhood; not tuned.
MEMBERS = 8
#: Donors: the library's presets nearest to the start of a neighbourhood, as many as a search may draw from; not tuned.
_DONORS = 64
#: Changes from a preset of the library to a neighbourhood's first, at most; not tuned.
_WALK = 3
#: Lowest and highest pitch, and the shortest hold; not tuned.
_PITCHES = (30, 90)
_SHORTEST_SECONDS = 0.05
_DEFAULT = Note()


class Neighbourhood(NamedTuple):
    """Native values of the presets, shape (MEMBERS, P), and the note that all are rendered with."""

    native: Float64[F64, "members parameters"]
    note: Note


class NeighbourhoodSource:
    """Neighbourhoods near the presets of a library; its presets are of the training split, and so are these."""

    def __init__(self, library: Library, seed: int) -> None:
        self._library, self._seed = library, seed
        self._space = library.space
        self._audibility = Audibility(self._space)
        self._jacobian = Jacobian(self._space)
        self._operators = operators(self._audibility.groups)
        self._chances = np.cumsum([operator.training_weight for operator in self._operators])
        index = library.index
        middle = len(index.pitches) // 2
        self._sounds = index.codes[middle].astype(np.float32) * index.scale

    def neighbourhood(self, number: int) -> Neighbourhood:
        """A neighbourhood of the endless table."""
        rng = row_rng(self._seed, self._library.synth, number, -1)
        row = int(rng.integers(len(self._library)))
        donors = self._library.unit[self._nearest(row)]
        unit = self._library.unit[row]
        for _ in range(int(rng.integers(_WALK + 1))):
            unit = self._child(unit, donors, rng)
        members = [unit]
        while len(members) < MEMBERS:
            # most from the first, so that steps of one preset are compared
            parent = members[0] if rng.random() < 0.7 else members[int(rng.integers(len(members)))]
            members.append(self._child(parent, donors, rng))
        return Neighbourhood(self._space.to_native(np.stack(members)), _note(rng))

    def _nearest(self, row: int) -> Int64[I64, " donors"]:
        apart = np.square(self._sounds - self._sounds[row]).sum(axis=1)
        return np.argpartition(apart, min(_DONORS, len(apart) - 1))[:_DONORS]

    def _child(
        self, unit: Float64[F64, " parameters"], donors: Float64[F64, "donors parameters"], rng: np.random.Generator
    ) -> Float64[F64, " parameters"]:
        nothing = np.zeros(0, np.float32)
        context = Context(self._space, donors, donors, self._audibility, self._jacobian, None, nothing, most_changed=4)
        drawn = rng.random() * self._chances[-1]
        operator = self._operators[int(self._chances.searchsorted(drawn, side="right"))]
        return np.clip(operator.change(unit, context, rng), 0.0, 1.0)


def _note(rng: np.random.Generator) -> Note:
    """The default note as often as not; else any pitch, any hold."""
    pitch = _DEFAULT.pitch if rng.random() < 0.5 else int(rng.integers(_PITCHES[0], _PITCHES[1] + 1))
    hold = _DEFAULT.hold_seconds
    if rng.random() < 0.3:
        hold = round(float(np.exp(rng.uniform(np.log(_SHORTEST_SECONDS), np.log(_DEFAULT.hold_seconds)))), 3)
    return Note(pitch, _DEFAULT.velocity, hold, _DEFAULT.render_seconds)
