"""Asks the synthesizer's drawer for presets of the target."""

from collections.abc import Callable, Sequence

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.note import Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.base import Proposal, Proposer
from synthmatch.proposers.drawn.amsynth.drawer import draw_amsynth
from synthmatch.proposers.drawn.dexed.drawer import draw_dexed
from synthmatch.proposers.drawn.together import draw_together
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.synths.base import Synth
from synthmatch.target import Target

#: By synthesizer: a target that is not silent, (channels, samples), and its note in, presets out; none where the target gives none.
_DRAWERS: dict[str, Callable[[ParamSpace, Audio, Note], list[Preset]]] = {
    "vital": draw_vital,
    "amsynth": draw_amsynth,
    "dexed": draw_dexed,
}
#: The same from several notes of an instrument, from low to high: one preset.
_TOGETHER: dict[str, Callable[[ParamSpace, Sequence[Target]], Preset]] = {"vital": draw_together}


class DrawnProposer(Proposer):
    """Presets that are computed from the target, for a synthesizer that can be drawn; nothing for others or silence.

    `notes`: where an instrument has several, from low to high; then a preset that is drawn from all of them comes first.
    """

    name = "drawn"

    def __init__(self, notes: Sequence[Target] = ()) -> None:
        self._notes = notes

    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """See `Proposer`. No random numbers are drawn."""
        drawer = _DRAWERS.get(synth.id)
        if not drawer or not target.any():
            return []
        of_all = _TOGETHER.get(synth.id) if self._notes else None
        together = [of_all(synth.space, self._notes)] if of_all else []
        return [Proposal(preset) for preset in [*together, *drawer(synth.space, target, note)]]
