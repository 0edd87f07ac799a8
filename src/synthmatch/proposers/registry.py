"""The proposers by name, and those that a search asks: `match` and the benchmark have them from here."""

from collections.abc import Collection, Sequence

from synthmatch.errors import InputError
from synthmatch.library.library import Library
from synthmatch.params import Preset
from synthmatch.proposers.base import Precedence, Proposer
from synthmatch.proposers.drawn.plugin.proposer import DrawnPluginProposer
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.proposers.library import LibraryProposer
from synthmatch.proposers.model import ModelProposer, TrainedModel
from synthmatch.proposers.random import RandomProposer
from synthmatch.proposers.user import UserProposer
from synthmatch.target import Target

PROPOSERS: dict[str, type[Proposer]] = {
    proposer.name: proposer
    for proposer in (
        DrawnProposer,
        LibraryProposer,
        ModelProposer,
        UserProposer,
        RandomProposer,
    )
}


def proposers_for(
    libraries: Sequence[Library],
    *,
    start: Sequence[Preset] = (),
    model: TrainedModel | None = None,
    sources: Collection[str] | None = None,
    notes: Sequence[Target] = (),
) -> list[Proposer]:
    """What a search asks: the user's presets `start`, a trained model, what can be drawn, libraries, and random presets.

    `sources` are the names of those that it asks, all with None. Random presets, and those of a plug-in that have the target's
    envelope alone, are asked beside the others where they are among the names, else where no other gives any: a search needs
    something to start from. `notes`: those of a target of several (`DrawnProposer`).
    """
    known: list[Proposer] = [
        UserProposer(start),
        *([ModelProposer(model)] if model else []),
        DrawnProposer(notes),
        LibraryProposer(libraries),
    ]
    if sources is None:
        return [*known, DrawnPluginProposer(), RandomProposer()]
    beside = Precedence.TARGET if RandomProposer.name in sources else Precedence.BLIND
    known.append(DrawnPluginProposer(Precedence.TARGET))
    return [*(proposer for proposer in known if proposer.name in sources), RandomProposer(beside)]


def check_sources(sources: Collection[str] | None, *, start: Sequence[Preset], model: TrainedModel | None) -> None:
    """Raises `InputError` for names of no proposer, for none at all, and for presets or a model that were not given."""
    if sources is None:
        return
    expected = f"expected one or more of {', '.join(PROPOSERS)}, such as library for presets of banks alone"
    if not sources:
        raise InputError(f"got no source to start from, {expected}")
    for name in sources:
        if name not in PROPOSERS:
            raise InputError(f"the source to start from is {name!r}, {expected}")
    if UserProposer.name in sources and not start:
        raise InputError(
            f"got the source {UserProposer.name} and no presets of yours; give a file of them to start with"
        )
    if ModelProposer.name in sources and not model:
        raise InputError(f"got the source {ModelProposer.name} and no model; give the folder of a trained one")


def random_instead(sources: Collection[str] | None, synth: str, origins: Collection[str]) -> str:
    """A line for the user where random presets stand in for sources that gave nothing for a synthesizer, else empty.

    `synth`: its title. `origins`: those of its matches.
    """
    if sources is None or RandomProposer.name in sources or RandomProposer.name not in origins:
        return ""
    return f"nothing for {synth} comes from {' or '.join(sources)}; random presets take its place"
