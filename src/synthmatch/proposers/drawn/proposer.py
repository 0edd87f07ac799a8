"""Asks the synthesizer's drawer for a preset of the target."""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.note import Note
from synthmatch.proposers.base import Proposal, Proposer
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.synths.base import Synth

#: By synthesizer: a target, (channels, samples), and its note in, a preset out; None where the target gives none.
_DRAWERS = {"vital": draw_vital}


class DrawnProposer(Proposer):
    """One preset that is computed from the target, for a synthesizer that can be drawn; nothing for others or silence."""

    name = "drawn"

    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """See `Proposer`. No random numbers are drawn."""
        drawer = _DRAWERS.get(synth.id)
        preset = drawer(synth.space, target, note) if drawer and target.any() else None
        return [Proposal(preset)] if preset else []
