"""Contract of every search on every installed synthesizer, and what the baselines promise beyond it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from at_once import at_once
from synthmatch.features.search_distance import RenderFeatures, SearchDistance
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Budget, Objective
from synthmatch.search.registry import GUIDED, SEARCHES, VERSIONS
from synthmatch.synths.registry import get_synth, synth_names

NOTE = Note(hold_seconds=0.2, render_seconds=0.3)
RENDERS = 20
INSTALLED = [name for name in synth_names() if get_synth(name).missing() is None]


class Renders:
    """RenderFeatures renders of one synthesizer against a target of its own; a preset is rendered once a test session."""

    def __init__(self, name: str) -> None:
        self.synth = get_synth(name)
        self.pool = RenderPool(self.synth)
        rng = np.random.default_rng(3)
        start = self.synth.space.to_unit(self.synth.space.default)
        moved = np.where(rng.random((8, len(start))) < 0.05, rng.random((8, len(start))), start)
        *self.seeds, hidden = (self.synth.preset(native) for native in self.synth.space.to_native(moved))
        (target,) = self.pool.run([hidden], NOTE)
        assert not isinstance(target, RenderFailure), str(target)
        self.distance = SearchDistance(target)
        self._known: dict[bytes, RenderFeatures | None] = {}

    def evaluate(self, presets: Sequence[Preset]) -> list[RenderFeatures | None]:
        """As `Objective.evaluate`."""
        new = [preset for preset in presets if preset.key() not in self._known]
        for preset, heard in zip(new, self.pool.run(new, NOTE, self.distance), strict=True):
            self._known[preset.key()] = None if isinstance(heard, RenderFailure) else heard
        return [self._known[preset.key()] for preset in presets]


@pytest.fixture(scope="module", params=INSTALLED)
def renders(request: pytest.FixtureRequest) -> Iterator[Renders]:
    """Renders of each synthesizer."""
    made = Renders(request.param)
    yield made
    made.pool.close()


def searched(renders: Renders, name: str, budget: Budget, seed: int) -> Objective:
    """An objective after a search."""
    objective = Objective(renders.synth.space, at_once(renders.evaluate), budget)
    SEARCHES[name](objective, renders.seeds, np.random.default_rng(seed))
    return objective


@pytest.mark.parametrize("name", SEARCHES)
def test_contract(renders: Renders, name: str) -> None:
    """Catches a budget overrun or left unspent, illegal presets, a best that is not, and results that change by run."""
    first = searched(renders, name, Budget(RENDERS), 1)
    assert len(first.scored) == RENDERS
    assert first.best()[0].distance == min(s.distance for s in first.scored) <= first.scored[0].distance
    for scored in first.scored:
        assert scored.preset.synth == renders.synth.id
        np.testing.assert_array_equal(scored.preset.native, renders.synth.space.snap(scored.preset.native))
    again = searched(renders, name, Budget(RENDERS), 1)
    assert [s.preset.key() for s in again.scored] == [s.preset.key() for s in first.scored]


@pytest.mark.parametrize("name", SEARCHES)
def test_ends_with_the_time(renders: Renders, name: str) -> None:
    """Catches a search that looks at renders only."""
    objective = searched(renders, name, Budget(10**6, seconds=1e-9), 1)
    assert not objective.scored


@pytest.mark.parametrize("name", SEARCHES)
def test_seeds_differ(name: str) -> None:
    """Catches a generator that is not used."""
    found = []
    for seed in (1, 2):
        objective, start = hidden_point(60)
        SEARCHES[name](objective, [start] * 2, np.random.default_rng(seed))
        found.append([scored.preset.key() for scored in objective.scored])
    assert found[0] != found[1]


def test_every_search_has_a_version() -> None:
    """Catches a search whose benchmark records would be kept under the version of another."""
    assert VERSIONS.keys() == {*SEARCHES, GUIDED}


def hidden_point(count: int) -> tuple[Objective, Preset]:
    """An objective without renders: the distance to a hidden point of the DX7's space; and another point, far away."""
    synth = get_synth("dexed")
    rng = np.random.default_rng(5)
    hidden, start = rng.random((2, len(synth.space)))

    def evaluate(presets: Sequence[Preset]) -> list[RenderFeatures | None]:
        units = [synth.space.to_unit(preset.native) for preset in presets]
        return [RenderFeatures(float(np.linalg.norm(unit - hidden))) for unit in units]

    return Objective(synth.space, at_once(evaluate), Budget(count)), synth.preset(synth.space.to_native(start))


def test_cma_es_descends() -> None:
    """Catches scores told to the wrong presets, a turned sign, and bounds that hold the search back.

    Measured: 37 % nearer.
    """
    objective, start = hidden_point(800)
    SEARCHES["cma-es"](objective, [start], np.random.default_rng(0))
    assert objective.scored[0].preset.key() == start.key()
    assert objective.history[-1] < 0.82 * objective.history[0]


def test_cma_es_goes_on_after_convergence() -> None:
    """Catches a budget left unspent, or an endless loop, where CMA-ES stops by itself on equal scores."""
    space = get_synth("amsynth").space
    flat = Objective(
        space,
        at_once(lambda presets: [RenderFeatures(1.0)] * len(presets)),
        Budget(600),
    )
    SEARCHES["cma-es"](flat, [get_synth("amsynth").preset(space.default)], np.random.default_rng(0))
    assert len(flat.scored) == 600


def global_state() -> str:
    """State of numpy's global generator."""
    return str(np.random.get_state())  # noqa: NPY002 - that nothing touches it is what is tested


def test_cma_es_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches cma's log files in the working folder, and its reseeding of numpy's global generator."""
    monkeypatch.chdir(tmp_path)
    before = global_state()
    objective, start = hidden_point(200)
    SEARCHES["cma-es"](objective, [start], np.random.default_rng(0))
    assert global_state() == before
    assert not list(tmp_path.iterdir())


def test_random_search_does_not_look_at_the_target() -> None:
    """Catches draws that depend on seeds or scores: the benchmark shares its renders between targets."""
    first, start = hidden_point(150)
    second, _ = hidden_point(150)
    SEARCHES["random"](first, [start], np.random.default_rng(7))
    SEARCHES["random"](second, [start.with_native(first.space.default)] * 5, np.random.default_rng(7))
    assert [s.preset.key() for s in first.scored] == [s.preset.key() for s in second.scored]
