"""Nearest neighbours: the presets of libraries that sound nearest to the target."""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.library.library import Library, nearest_in
from synthmatch.note import Note
from synthmatch.proposers.base import SEEDS, Proposal, Proposer
from synthmatch.synths.base import Synth


class LibraryProposer(Proposer):
    """The nearest presets over several libraries; those of other synthesizers are passed over."""

    name = "library"

    def __init__(self, libraries: Sequence[Library]) -> None:
        self._libraries = libraries

    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """The nearest by the libraries' index, whose distance they are expected to have."""
        own = [library for library in self._libraries if library.synth == synth.id]
        near = nearest_in(own, target, note, SEEDS)
        return [Proposal(found.preset, found.distance, found.levels) for found in near]
