"""The proposers by name, and those that a search asks: `match` and the benchmark have them from here."""

from collections.abc import Sequence

from synthmatch.library.library import Library
from synthmatch.params import Preset
from synthmatch.proposers.base import Proposer
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.proposers.library import LibraryProposer
from synthmatch.proposers.model import ModelProposer, TrainedModel
from synthmatch.proposers.random import RandomProposer
from synthmatch.proposers.user import UserProposer

PROPOSERS: dict[str, type[Proposer]] = {
    "drawn": DrawnProposer,
    "library": LibraryProposer,
    "model": ModelProposer,
    "random": RandomProposer,
    "user": UserProposer,
}


def proposers_for(
    libraries: Sequence[Library], *, start: Sequence[Preset] = (), model: TrainedModel | None = None
) -> list[Proposer]:
    """What a search asks: the user's presets `start`, a trained model, what can be drawn, libraries, and at last random presets."""
    return [
        UserProposer(start),
        *([ModelProposer(model)] if model else []),
        DrawnProposer(),
        LibraryProposer(libraries),
        RandomProposer(),
    ]
