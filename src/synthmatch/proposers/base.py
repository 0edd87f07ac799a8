"""What every proposer is: it turns a target into presets, and says how near it expects each to be."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain, zip_longest

import numpy as np

from synthmatch.arrays import F32, Audio, Float32
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.synths.base import Synth

#: Presets that a search may draw from; not tuned.
SEEDS = 64


@dataclass(frozen=True, eq=False)
class Proposal:
    """A preset that is proposed.

    `expected_distance`: how far from the target it should be, by the proposer's own distance; None where it cannot tell.
    `levels`: how it sounds at the target's pitch, as `library.index.TimbreIndex.levels` gives it; None where nobody
    rendered it before.
    """

    preset: Preset
    expected_distance: float | None = None
    levels: Float32[F32, "segments bands"] | None = None


class Precedence(IntEnum):
    """Whose proposals come first: the user's, then those that know the target, in turn. Only where there are none, those that know
    its envelope alone, and only then others.
    """

    USER = 0
    TARGET = 1
    ENVELOPE = 2
    BLIND = 3


class Proposer(ABC):
    """Proposes presets of one synthesizer for a target.

    `name`: in the registry, and what its presets and their children have as `Preset.origin`. `precedence`: see `Precedence`.
    `stands_alone`: with no render to spend, its proposals are the answer, without those of others.
    """

    name: str
    precedence: Precedence = Precedence.TARGET
    stands_alone: bool = False

    @abstractmethod
    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """At most `SEEDS` presets for a sound, (channels, samples), that is played with `note`: the surest first.

        None where it knows nothing of the synthesizer. The same arguments give the same proposals.
        """


#: Proposals of each proposer that gave any.
Proposals = list[tuple[Proposer, Sequence[Proposal]]]


def propose_all(
    proposers: Sequence[Proposer],
    target: Audio,
    note: Note,
    synth: Synth,
    rng: np.random.Generator,
    *,
    rendering: bool,
) -> Proposals:
    """What each proposer gives for a target, in the order of precedence; those after the target's are asked where no other gave any.

    `rendering`: whether renders will decide. Without, what a proposer that stands alone gives is not mixed with others'.
    """
    found: Proposals = []
    for precedence in Precedence:
        if precedence > Precedence.TARGET and found:
            break
        asked = [proposer for proposer in proposers if proposer.precedence is precedence]
        given = [(proposer, proposer.propose(target, note, synth, rng)) for proposer in asked]
        given = [(proposer, proposals) for proposer, proposals in given if proposals]
        alone = [] if rendering else [one for one in given if one[0].stands_alone]
        found += alone or given
    return found


def in_order(found: Proposals) -> list[Preset]:
    """The presets that are proposed, each once, at most `SEEDS`, in the order in which a search should render them.

    Each has the name of the first proposer that gave it as its origin.
    Proposers that know the target take turns: a small budget renders the first few only and should get some of each.
    """
    presets: dict[bytes, Preset] = {}
    for precedence in Precedence:
        of_rank = [
            [proposal.preset.with_origin(proposer.name) for proposal in proposals]
            for proposer, proposals in found
            if proposer.precedence is precedence
        ]
        turns = of_rank if precedence is Precedence.USER else zip_longest(*of_rank)
        for preset in chain.from_iterable(turns):
            if preset is not None:
                presets.setdefault(preset.key(), preset)
    return list(presets.values())[:SEEDS]
