"""Asks for presets of a plug-in of the user's own that have the target's envelope."""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.note import Note
from synthmatch.proposers.base import Precedence, Proposal, Proposer
from synthmatch.proposers.drawn.plugin.drawer import draw_plugin
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.synths.base import Synth
from synthmatch.synths.plugin.synth import Plugin


class DrawnPluginProposer(Proposer):
    """Presets of a plug-in with the target's envelope, and random otherwise; nothing for other synthesizers or silence."""

    name = DrawnProposer.name

    def __init__(self, precedence: Precedence = Precedence.ENVELOPE) -> None:
        self.precedence = precedence

    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """See `Proposer`. The first time, the plug-in is rendered to see what its knobs do."""
        if not isinstance(synth, Plugin):
            return []
        return [Proposal(preset) for preset in draw_plugin(synth, target, note, rng)]
