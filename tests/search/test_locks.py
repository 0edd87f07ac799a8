"""Parameters that a search may not move, through every search."""

import numpy as np
import pytest

from at_once import at_once
from synthmatch.errors import InputError
from synthmatch.features.search_distance import SearchDistance
from synthmatch.note import Note
from synthmatch.search.audibility import Audibility
from synthmatch.search.locks import check_names, lock
from synthmatch.search.objective import Budget, Objective
from synthmatch.search.registry import SEARCHES
from synthmatch.synths.registry import get_synth

SYNTH = get_synth("dexed")
SPACE = SYNTH.space
NOTE = Note(hold_seconds=0.2, render_seconds=0.3)
NAMES = ("envelope", "op1", "algorithm")


@pytest.mark.parametrize("name", SEARCHES)
def test_no_search_moves_what_is_locked(name: str) -> None:
    """Catches a search that renders other values of a locked parameter, from seeds that all have other values."""
    engine = SYNTH.engine()
    rng = np.random.default_rng(2)
    base, *seeds = (SYNTH.preset(native) for native in SPACE.to_native(rng.random((9, len(SPACE)))))
    score = SearchDistance(engine.render(SYNTH.preset(SPACE.default), NOTE))
    locks = lock(SPACE, NAMES, base.native)
    assert locks
    found = Objective(SPACE, at_once(lambda ps: [score(engine.render(p, NOTE)) for p in ps]), Budget(60), locks=locks)
    SEARCHES[name](found, seeds, rng)
    assert len(found.scored) == 60
    natives = np.stack([scored.preset.native for scored in found.scored])
    assert (natives[:, locks.locked] == base.native[locks.locked]).all()
    assert (natives != natives[0]).any(axis=0)[~locks.locked].sum() > 28  # measured: 57 to 78


def test_without_locks_nothing_changes() -> None:
    """Catches locks of another synthesizer's names, which must leave a search as it is."""
    assert lock(SPACE, [], SPACE.default) is None
    assert lock(get_synth("amsynth").space, ["op1"], get_synth("amsynth").space.default) is None


def test_names_are_parameters_groups_and_parts() -> None:
    """Catches a name that stands for too much: `pitch` is a group, and also a part of the DX7."""
    assert SPACE.named_by(["algorithm"]) == {"algorithm"}
    assert {SPACE[name].group for name in SPACE.named_by(["pitch"])} == {"pitch"}
    assert SPACE.named_by(["op3"]) == {p.name for p in SPACE.parameters if p.name.startswith("op3_")}
    assert SPACE.named_by(["nothing"]) == frozenset()


def test_names_that_cannot_be_locked() -> None:
    """Catches a misspelt lock that is ignored, and a search that has nothing left to do."""
    check_names([SPACE], ["op1", "effect"])
    with pytest.raises(InputError, match="op9"):
        check_names([SPACE], ["op9"])
    with pytest.raises(InputError, match="all parameters of dexed are locked"):
        lock(SPACE, [p.group for p in SPACE.parameters], SPACE.default)


def test_locked_parameters_are_in_no_group() -> None:
    """Catches tweaks of locked parameters, which would be drawn and never rendered."""
    locks = lock(SPACE, ["envelope", "op1"], SPACE.default)
    assert locks
    groups = Audibility(SPACE, locks.locked)
    assert "envelope" not in groups.groups
    free = np.concatenate([groups.of_group(name) for name in groups.groups])
    assert sorted(free) == np.flatnonzero(~locks.locked).tolist()
