"""What every proposer of the registry owes, and the order in which a search gets what they propose."""

from collections.abc import Sequence
from copy import copy

import numpy as np
import pytest

from synthmatch.audio import Audio
from synthmatch.errors import InputError
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.base import SEEDS, Proposal, Proposer, in_order, propose_all
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.proposers.library import LibraryProposer
from synthmatch.proposers.model import ModelProposer
from synthmatch.proposers.random import RandomProposer
from synthmatch.proposers.registry import PROPOSERS, check_sources, proposers_for, random_instead
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
        "yours": UserProposer(presets(3)),
    }


def target() -> Audio:
    """A decaying tone."""
    time = np.arange(NOTE.samples) / 44_100
    return (np.sin(2 * np.pi * 262 * time) * np.exp(-5 * time))[None].astype(np.float32)


@pytest.mark.parametrize(
    ("name", "id"),
    [*((name, SYNTH.id) for name in PROPOSERS), ("drawn", "vital"), ("drawn", "dexed")],
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
    unknown = copy(OTHER)
    unknown.id = "unknown"
    assert not made()[name].propose(target(), NOTE, unknown, np.random.default_rng(0))


class Fixed(Proposer):
    """Proposes what it was given."""

    name = "fixed"

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
    ordered = in_order(found)
    assert [preset.key() for preset in ordered] == [preset.key() for preset in (e, a, c, b, d)]
    assert [preset.origin for preset in ordered] == ["yours", *4 * ["fixed"]]


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


def test_a_preset_and_its_children_keep_their_origin() -> None:
    """Catches an origin that a change of values or of the name loses, that tells presets apart, or that a later proposer takes."""
    (preset,) = presets(1)
    found = propose_all(
        [Fixed([preset]), UserProposer([preset])], target(), NOTE, SYNTH, np.random.default_rng(0), rendering=True
    )
    (first,) = in_order(found)
    child = first.with_name("child").with_native(SYNTH.space.default)
    assert (first.origin, child.origin, preset.origin) == ("yours", "yours", "")
    assert first.key() == preset.key()


def asked(*sources: str) -> frozenset[str]:
    """Origins of what a search on amsynth would begin with."""
    library = builtin_library(SYNTH.id)
    assert library
    proposers = proposers_for([library], start=presets(3), model=Guessing(), sources=sources or None)
    found = propose_all(proposers, target(), NOTE, SYNTH, np.random.default_rng(0), rendering=True)
    return frozenset(preset.origin for preset in in_order(found))


def test_a_choice_of_sources_leaves_the_others_out() -> None:
    """Catches a source that is asked all the same, one that is lost, and random presets that nobody asked for."""
    assert {"drawn", "library", "model", "yours"} <= asked()
    assert "random" not in asked()
    for sources in (("library",), ("yours", "model"), ("random",), ("library", "random")):
        assert asked(*sources) == set(sources)
    assert asked("drawn") == {"drawn"}


def test_random_presets_in_the_place_of_others_are_told() -> None:
    """Catches a stand-in that nobody hears of, and a line where there is none."""
    assert random_instead(("drawn", "library"), "Dexed", {"random"}) == (
        "nothing for Dexed comes from drawn or library; random presets take its place"
    )
    for sources, origin in ((None, "random"), (("random",), "random"), (("library",), "library")):
        assert random_instead(sources, "Dexed", {origin}) == ""


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (("library", "banks"), "is 'banks', expected one or more of .*drawn, library, model, yours, random, such as"),
        ((), "no source to start from, expected one or more of .*drawn"),
        (("yours",), "the source yours and no presets of yours; give a file"),
        (("model",), "the source model and no model; give the folder"),
    ],
)
def test_a_source_that_cannot_give_anything_is_refused(sources: tuple[str, ...], words: str) -> None:
    """Catches a wrong name that is passed over, and a choice that silently becomes random presets."""
    with pytest.raises(InputError, match=words):
        check_sources(sources, start=[], model=None)
    check_sources(("yours", "model"), start=presets(1), model=Guessing())
