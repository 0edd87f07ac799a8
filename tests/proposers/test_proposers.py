"""What every proposer of the registry owes, and the order in which a search gets what they propose."""

from collections.abc import Sequence

import numpy as np
import pytest

from synthmatch.audio import Audio
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.base import SEEDS, Proposal, Proposer, in_order, propose_all
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.proposers.library import LibraryProposer
from synthmatch.proposers.model import ModelProposer
from synthmatch.proposers.random import RandomProposer
from synthmatch.proposers.registry import PROPOSERS
from synthmatch.proposers.user import UserProposer
from synthmatch.synths.registry import get_synth

SYNTH, OTHER = get_synth("amsynth"), get_synth("dexed")
NOTE = Note(hold_seconds=0.2, render_seconds=0.3)


class Guessing:
    """A model that draws presets by its generator."""

    name, fingerprint, synths = "guessing", "0", (SYNTH.id,)

    def estimate(self, audio: Audio, note: Note, synth: str, count: int, rng: np.random.Generator) -> list[Preset]:
        """Random presets."""
        space = SYNTH.space
        return [SYNTH.preset(native, self.name) for native in space.to_native(rng.random((count, len(space))))]


def presets(count: int) -> list[Preset]:
    """Presets that differ."""
    rng = np.random.default_rng(7)
    return [SYNTH.preset(native) for native in SYNTH.space.to_native(rng.random((count, len(SYNTH.space))))]


def made() -> dict[str, Proposer]:
    """One of each kind."""
    library = builtin_library(SYNTH.id)
    assert library
    return {
        "drawn": DrawnProposer(),
        "library": LibraryProposer([library]),
        "model": ModelProposer(Guessing()),
        "random": RandomProposer(),
        "user": UserProposer(presets(3)),
    }


def target() -> Audio:
    """A decaying tone."""
    time = np.arange(NOTE.samples) / 44_100
    return (np.sin(2 * np.pi * 262 * time) * np.exp(-5 * time))[None].astype(np.float32)


@pytest.mark.parametrize(
    ("name", "id"),
    [*((name, SYNTH.id) for name in PROPOSERS if name != "drawn"), ("drawn", "vital"), ("drawn", "dexed")],
)
def test_contract(name: str, id: str) -> None:
    """Catches presets of another synthesizer, too many, doubled or illegal ones, and proposals that chance decides."""
    proposer, synth = made()[name], get_synth(id)
    assert isinstance(proposer, PROPOSERS[name])
    first, second = (proposer.propose(target(), NOTE, synth, np.random.default_rng(3)) for _ in range(2))
    assert 1 <= len(first) <= SEEDS
    assert [p.preset.key() for p in first] == [p.preset.key() for p in second]
    assert len({p.preset.key() for p in first}) == len(first)
    for proposal in first:
        assert proposal.preset.synth == synth.id
        np.testing.assert_array_equal(synth.space.snap(proposal.preset.native), proposal.preset.native)
    expected = [proposal.expected_distance for proposal in first if proposal.expected_distance is not None]
    assert expected == sorted(expected)


@pytest.mark.parametrize("name", [name for name in PROPOSERS if name != "random"])
def test_nothing_is_proposed_for_an_unknown_synthesizer(name: str) -> None:
    """Catches a preset of one synthesizer that is rendered with another."""
    unknown = get_synth("amsynth") if name == "drawn" else OTHER
    assert not made()[name].propose(target(), NOTE, unknown, np.random.default_rng(0))


class Fixed(Proposer):
    """Proposes what it was given."""

    def __init__(self, found: Sequence[Preset], alone: bool = False) -> None:
        self.stands_alone, self._found = alone, found

    def propose(self, target: Audio, note: Note, synth: object, rng: np.random.Generator) -> Sequence[Proposal]:
        """What it was given."""
        return [Proposal(preset) for preset in self._found]


def test_those_that_know_the_target_take_turns_behind_the_users() -> None:
    """Catches a small budget that is spent on one proposer alone, and a user's preset that is rendered last."""
    a, b, c, d, e = presets(5)
    proposers = [Fixed([a, b]), UserProposer([e]), RandomProposer(), Fixed([c, a, d])]
    found = propose_all(proposers, target(), NOTE, SYNTH, np.random.default_rng(0), rendering=True)
    assert [preset.key() for preset in in_order(found)] == [preset.key() for preset in (e, a, c, b, d)]


def test_random_presets_are_the_last_resort() -> None:
    """Catches random presets beside others, and a search that starts from nothing where no proposer knows anything."""
    proposers: list[Proposer] = [Fixed([]), RandomProposer()]
    alone = propose_all(proposers, target(), NOTE, SYNTH, np.random.default_rng(0), rendering=True)
    assert len(in_order(alone)) > 32
    beside = propose_all(
        [*proposers, Fixed(presets(2))], target(), NOTE, SYNTH, np.random.default_rng(0), rendering=True
    )
    assert len(in_order(beside)) == 2


@pytest.mark.parametrize(("rendering", "count"), [(True, 5), (False, 2)])
def test_without_renders_a_model_answers_alone(rendering: bool, count: int) -> None:
    """Catches a model's answer that is mixed with the library's where no render can choose between them."""
    both = [Fixed(presets(2), alone=True), Fixed(presets(5)[2:])]
    found = propose_all(both, target(), NOTE, SYNTH, np.random.default_rng(0), rendering=rendering)
    assert len(in_order(found)) == count
