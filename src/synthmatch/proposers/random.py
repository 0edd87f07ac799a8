"""Random presets, where nothing is known of a synthesizer."""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.library.sources import random_presets
from synthmatch.note import Note
from synthmatch.proposers.base import SEEDS, Precedence, Proposal, Proposer
from synthmatch.synths.base import Synth


class RandomProposer(Proposer):
    """Presets drawn from the synthesizer's space, near its default (`library.sources.random_presets`)."""

    name = "random"

    def __init__(self, precedence: Precedence = Precedence.BLIND) -> None:
        self.precedence = precedence

    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """Drawn presets, whatever the target."""
        return [Proposal(preset) for preset in random_presets(synth, rng, SEEDS)]
