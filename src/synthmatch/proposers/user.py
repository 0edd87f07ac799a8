"""Presets that the user wants to begin with."""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.base import SEEDS, Precedence, Proposal, Proposer
from synthmatch.synths.base import Synth


class UserProposer(Proposer):
    """Given presets, in their order; those of other synthesizers are passed over."""

    name = "yours"
    precedence = Precedence.USER

    def __init__(self, presets: Sequence[Preset]) -> None:
        self._presets = presets

    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """The presets of the synthesizer, whatever the target."""
        return [Proposal(preset) for preset in self._presets if preset.synth == synth.id][:SEEDS]
