"""How long a match searches: efforts as fixed numbers of renders, a quick look at every synthesizer first."""

from pathlib import Path

import pytest

import synthmatch
from synthmatch.errors import InputError
from synthmatch.matching import match
from synthmatch.render.pool import RenderPool
from synthmatch.result import Matches
from synthmatch.search import effort
from synthmatch.search.effort import NORMAL, QUICK, SECONDS, budget_of, renders_of
from synthmatch.synths.registry import synth_names

BASS = Path(synthmatch.__file__).parent / "data/examples/bass.flac"
SYNTHS = ("dexed", "amsynth")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Efforts of a second."""
    monkeypatch.setattr(effort, "_RENDERS", {"dexed": (24, 60, 90), "amsynth": (16, 40, 60)})


def best_of(found: Matches, synth: str) -> list[bytes]:
    """Its candidates."""
    return [one.preset.key() for one in found if one.synth == synth]


@pytest.mark.usefixtures("short")
def test_those_that_lead_have_the_search_that_they_would_have_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches renders for a synthesizer that is far behind, and a whole search that depends on the quick one before it."""
    found = match(BASS, synths=SYNTHS, metrics=())
    behind = next(id for id in SYNTHS if id != found.best.synth)
    assert found.renders == {found.best.synth: renders_of(found.best.synth, NORMAL), behind: renders_of(behind, QUICK)}
    alone = match(BASS, synths=[found.best.synth], metrics=())
    assert best_of(found, found.best.synth) == best_of(alone, found.best.synth)
    fair = match(BASS, synths=SYNTHS, fair=True, metrics=())
    assert fair.renders == {id: renders_of(id, NORMAL) for id in SYNTHS}
    # where all lead, all have it
    monkeypatch.setattr("synthmatch.matcher._NEAR", 100.0)
    assert match(BASS, synths=SYNTHS, metrics=()).renders == fair.renders


@pytest.mark.usefixtures("short")
def test_what_was_rendered_in_the_quick_search_is_not_rendered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a whole search that begins from nothing: the quick one before it would be lost time."""
    asked: list[int] = []
    begin = RenderPool.begin

    def counted(pool, presets, note, measure=None):  # type: ignore[no-untyped-def]
        asked.append(len(presets))
        return begin(pool, presets, note, measure)

    monkeypatch.setattr(RenderPool, "begin", counted)
    monkeypatch.setattr("synthmatch.matcher._NEAR", 100.0)
    match(BASS, synths=SYNTHS, metrics=(), candidates=1)
    together = sum(asked)
    asked.clear()
    match(BASS, synths=SYNTHS, metrics=(), candidates=1, effort=QUICK)
    quick = sum(asked)
    asked.clear()
    match(BASS, synths=SYNTHS, metrics=(), candidates=1, fair=True)
    # seeds and drawn presets are the same in both searches, children are not; measured: 7 fewer
    assert together <= sum(asked) + quick - 4


def test_an_effort_is_a_number_of_renders() -> None:
    """Catches efforts that do not grow, and a search bound by time that plans with all the renders in the world."""
    for synth in (*synth_names(), "/plug-ins/mine.vst3"):
        renders = [renders_of(synth, effort) for effort in SECONDS]
        assert renders == sorted(renders)
        assert budget_of(synth).renders == renders[1]
        timed = budget_of(synth, seconds=20.0)
        assert timed.seconds == 20.0
        assert timed.planned == 2 * renders[1]
        assert timed.renders > 100 * renders[1]
        assert budget_of(synth, renders=7, seconds=20.0).renders == 7


def test_what_contradicts_is_refused() -> None:
    """Catches an effort that is given and not heeded."""
    with pytest.raises(InputError, match="effort is 'slow', expected quick, normal, thorough"):
        match(BASS, synths=["dexed"], effort="slow")
    with pytest.raises(InputError, match="got the effort quick and renders or seconds too"):
        match(BASS, synths=["dexed"], effort="quick", renders=3)
