"""What `match` offers beyond the command line: interruption, candidates on the way, presets to start from."""

import threading
from pathlib import Path

import numpy as np
import pytest

import synthmatch
from synthmatch.errors import InputError
from synthmatch.matching import match
from synthmatch.result import Match
from synthmatch.search.objective import Interrupted, Progress
from synthmatch.synths.registry import get_synth

BASS = Path(synthmatch.__file__).parent / "data/examples/bass.flac"
DEXED = get_synth("dexed")


def test_an_interruption_keeps_the_best() -> None:
    """Catches a search that goes on, loses what it found, or cannot be ended from another thread."""
    stop = threading.Event()

    def progress(_: str, state: Progress) -> None:
        if state.renders >= 60:
            stop.set()
        if stop.is_set():
            raise Interrupted

    found = match(BASS, synths=["dexed", "amsynth"], renders=100_000, progress=progress, metrics=("lsd",))
    assert not found.complete
    assert len(found) == 3
    assert 60 <= found.renders["dexed"] < 120
    assert "amsynth" not in found.renders
    assert set(found.best.scores) == {"lsd"}


def test_candidates_are_shown_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches candidates that are not ranked, are rendered again each time, or change the result by being shown."""
    monkeypatch.setattr("synthmatch.matcher._SHOW_SECONDS", 0.0)
    shown: list[list[Match]] = []
    request = {"synths": ["dexed"], "renders": 300, "metrics": ("lsd",), "sources": ["library"]}
    seen = match(BASS, **request, show=lambda _, some: shown.append(list(some)))  # type: ignore[arg-type]
    unseen = match(BASS, **request)  # type: ignore[arg-type]
    assert len(shown) > 2
    assert all([m.distance for m in some] == sorted(m.distance for m in some) for some in shown)
    assert shown[-1][0].distance < 0.935 * shown[0][0].distance  # measured: 13 % nearer
    keys = [m.preset.key() for some in shown for m in some]
    assert len({id(m) for some in shown for m in some}) == len(set(keys)), "one preset was rendered twice to be shown"
    assert [m.preset.key() for m in seen] == [m.preset.key() for m in unseen]


def test_the_search_starts_from_a_preset_and_keeps_its_locks() -> None:
    """Catches a start that is not rendered first, and locks at other values than its own."""
    odd = DEXED.preset(DEXED.space.to_native(np.random.default_rng(4).random(145)), "odd")
    (first,) = match(BASS, synths=["dexed"], renders=1, start=[odd], locked=["level"], metrics=())
    assert first.preset.key() == odd.key()
    locked = match(BASS, synths=["dexed"], renders=40, start=[odd], locked=["envelope", "op2_fine"], metrics=())
    held = [i for i, p in enumerate(DEXED.space.parameters) if p.group == "envelope" or p.name == "op2_fine"]
    assert any(candidate.preset.key() != odd.key() for candidate in locked)
    for candidate in locked:
        assert (candidate.preset.native[held] == odd.native[held]).all()
    with pytest.raises(InputError, match="locked is 'op9'"):
        match(BASS, synths=["dexed"], locked=["op9"])


def test_matches_say_where_they_come_from() -> None:
    """Catches a child that has lost its parent's origin, and a source that was left out and is searched from all the same."""
    odd = DEXED.preset(DEXED.space.to_native(np.random.default_rng(4).random(145)), "odd")
    found = match(BASS, synths=["dexed"], renders=40, start=[odd], sources=["yours"], metrics=())
    assert {candidate.origin for candidate in found} == {"yours"}
    assert any(candidate.preset.key() != odd.key() for candidate in found)
    assert match(BASS, synths=["dexed"], renders=0, candidates=1, metrics=()).best.origin == "drawn"
    with pytest.raises(InputError, match="is 'banks'"):
        match(BASS, synths=["dexed"], sources=["banks"])
