"""A surrogate from training to use: the network, its file, and the screen that a search asks."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from synthmatch.audio import Audio
from synthmatch.errors import InputError
from synthmatch.features.search_distance import SearchDistance
from synthmatch.features.sketch import MELS
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Budget, Objective, Scored
from synthmatch.search.preselection import Preselection
from synthmatch.search.rendering import rendered_with
from synthmatch.search.surrogate_assisted import surrogate_assisted_search
from synthmatch.surrogate.inputs import SEGMENTS, Inputs
from synthmatch.surrogate.surrogate import Surrogate, read_surrogates, write_surrogate
from synthmatch.surrogate.training import data
from synthmatch.surrogate.training import train as training
from synthmatch.surrogate.training.data import render_neighbourhoods
from synthmatch.surrogate.training.train import SurrogateSettings, train_surrogate
from synthmatch.synths.registry import get_synth
from synthmatch.training.meter import Pace

SYNTHS = ("dexed", "amsynth")
SMALL = SurrogateSettings(steps=60, width=48, blocks=1, neighbourhoods=4)


@pytest.fixture(scope="module")
def neighbourhoods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few rendered neighbourhoods of two synthesizers."""
    folder = tmp_path_factory.mktemp("neighbourhoods")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "CHUNK", 24)
        for synth in SYNTHS:
            library = builtin_library(synth)
            assert library
            with RenderPool(get_synth(synth), 2) as pool:
                render_neighbourhoods(library, pool, folder, 24, seed=0)
    return folder


@pytest.fixture(scope="module")
def trained(neighbourhoods: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A surrogate that has learned little."""
    folder = tmp_path_factory.mktemp("trained")
    train_surrogate([neighbourhoods], SYNTHS, folder / "run", folder / "surrogate.npz", SMALL)
    return folder / "surrogate.npz"


@pytest.mark.usefixtures("one_thread")
def test_training_lowers_the_error_and_resumes_to_the_same_numbers(
    neighbourhoods: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a network that does not learn, and a step whose data depends on where the run was begun."""
    monkeypatch.setattr(training, "_CHECKPOINT", 20)
    monkeypatch.setattr(training, "_WARMUP_STEPS", 5)
    scores = train_surrogate([neighbourhoods], SYNTHS, tmp_path / "whole", tmp_path / "whole.npz", SMALL)
    assert scores.keys() == set(SYNTHS)
    lines = map(json.loads, (tmp_path / "whole/metrics.jsonl").read_text().splitlines())
    errors = [line["error"] for line in lines if "error" in line]
    assert np.mean(errors[-10:]) < 0.86 * np.mean(errors[:10])  # measured: 27 % less

    class Killed(Exception):
        pass

    def kill(pace: Pace) -> None:
        if pace.step == 33:
            raise Killed

    with pytest.raises(Killed):
        train_surrogate([neighbourhoods], SYNTHS, tmp_path / "cut", tmp_path / "cut.npz", SMALL, kill)
    train_surrogate([neighbourhoods], SYNTHS, tmp_path / "cut", tmp_path / "cut.npz", SMALL)
    with np.load(tmp_path / "whole.npz") as first, np.load(tmp_path / "cut.npz") as second:
        assert first.files == second.files != []
        assert all((first[name] == second[name]).all() for name in first.files)


def test_a_run_of_other_settings_is_refused(neighbourhoods: Path, tmp_path: Path) -> None:
    """Catches weights of two settings mixed."""
    few = dataclasses.replace(SMALL, steps=2)
    train_surrogate([neighbourhoods], SYNTHS, tmp_path / "run", tmp_path / "s.npz", few)
    with pytest.raises(InputError, match="run with width 48, got 32"):
        train_surrogate(
            [neighbourhoods], SYNTHS, tmp_path / "run", tmp_path / "s.npz", dataclasses.replace(few, width=32)
        )


@pytest.mark.usefixtures("one_thread")
def test_a_synthesizer_joins_a_file_that_knows_another(neighbourhoods: Path, tmp_path: Path) -> None:
    """Catches a layer that goes to another synthesizer: what the file knew is the same after a step of no length."""
    train_surrogate([neighbourhoods], SYNTHS[:1], tmp_path / "one", tmp_path / "one.npz", SMALL)
    still = dataclasses.replace(SMALL, steps=1, learning_rate=1e-9)
    both = tmp_path / "both.npz"
    train_surrogate([neighbourhoods], SYNTHS[::-1], tmp_path / "both", both, still, start=tmp_path / "one.npz")
    before, after = read_surrogates(tmp_path / "one.npz"), read_surrogates(both)
    assert after.keys() == set(SYNTHS)
    known = SYNTHS[0]
    unit = np.random.default_rng(0).random((5, len(before[known].space)))
    assert np.allclose(before[known](unit, Note()).sketch, after[known](unit, Note()).sketch, atol=0.05)
    wider = dataclasses.replace(still, width=64)
    with pytest.raises(InputError, match="--width"):
        train_surrogate(
            [neighbourhoods], SYNTHS, tmp_path / "wide", tmp_path / "wide.npz", wider, start=tmp_path / "one.npz"
        )


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("synth", SYNTHS)
def test_numpy_computes_what_the_network_does(neighbourhoods: Path, tmp_path: Path, synth: str) -> None:
    """Catches a layer that is left out or transposed in the copy that needs no torch."""
    import torch

    from synthmatch.surrogate.training.network import Network

    torch.manual_seed(0)
    seen = [Inputs(get_synth(one)) for one in SYNTHS]
    expected = [torch.randn(MELS, one.bands) for one in seen]
    network = Network([one.width for one in seen], expected, torch.randn(2, SEGMENTS, MELS), 48, 2)
    arrays = {name: value.numpy() for name, value in network.state_dict().items()}
    write_surrogate(tmp_path / "s.npz", arrays, SYNTHS, 2, {})
    surrogate, number = read_surrogates(tmp_path / "s.npz")[synth], SYNTHS.index(synth)
    space = get_synth(synth).space
    unit = np.random.default_rng(0).random((5, len(space)))
    unit = space.to_unit(space.to_native(unit))
    note = Note(pitch=52, hold_seconds=0.7)
    inputs = map(torch.from_numpy, seen[number](unit, [52] * 5, [0.7] * 5))
    with torch.no_grad():
        sketches = network(*inputs, number).numpy()
    # the file has half precision
    assert np.abs(surrogate(unit, note).sketch - sketches).max() < 1.0


def test_a_file_of_another_table_or_damaged_is_refused(trained: Path, tmp_path: Path) -> None:
    """Catches predictions for knobs that have moved, and a traceback in place of one line."""
    with np.load(trained) as stored:
        arrays = dict(stored)
    about = json.loads(arrays["about"].tobytes())
    about["tables"]["dexed"] = "0" * 16
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(InputError, match="table 0000"):
        read_surrogates(tmp_path / "other.npz")
    (tmp_path / "cut.npz").write_bytes(trained.read_bytes()[:999])
    with pytest.raises(InputError, match="damaged"):
        read_surrogates(tmp_path / "cut.npz")
    with pytest.raises(InputError, match="does not exist"):
        read_surrogates(tmp_path / "none.npz")


def rendered(presets: list[Preset], note: Note) -> list[Audio]:
    """Sounds of Dexed, rendered in this process."""
    engine = get_synth("dexed").engine()
    return [engine.render(preset, note) for preset in presets]


def near_dexed(count: int) -> list[Preset]:
    """Presets of the library that sound alike."""
    library = builtin_library("dexed")
    assert library
    (audio,) = rendered([library.preset(17)], Note())
    return [found.preset for found in library.nearest(audio, Note(), count)]


def test_preselection_knows_the_gains_of_rendered_presets(trained: Path) -> None:
    """Catches a correction with the wrong sign, or a target that is not the target.

    For presets whose sounds it was told, even a poor surrogate must be nearly right.
    """
    presets, note = near_dexed(24), Note()
    target, *sounds = rendered(presets, note)
    score = SearchDistance(target)
    heard = [Scored(preset, score(sound)) for preset, sound in zip(presets[1:], sounds, strict=True)]
    preselection = Preselection(read_surrogates(trained)["dexed"], target, note)
    preselection.learn(heard)
    parents = [*heard[-1:], *heard[:-1]]
    expected = preselection.expect([one.preset for one in heard], [one.preset for one in parents])
    real = [parent.distance - one.distance for parent, one in zip(parents, heard, strict=True)]
    # measured: 0.65, of a surrogate that was trained for seconds
    assert np.corrcoef(expected.gains, real)[0, 1] > 0.4
    apart = [
        np.abs(one.features.sketch - parent.features.sketch).mean() for parent, one in zip(parents, heard, strict=True)
    ]
    assert np.corrcoef(expected.changes, apart)[0, 1] > 0.7
    same = preselection.expect([one.preset for one in heard], [one.preset for one in heard])
    assert np.abs(same.gains).max() < 0.01
    assert np.abs(same.changes).max() < 0.01


@pytest.mark.parametrize("seconds", [0.2, 4.0, 6.0])
def test_a_surrogate_assisted_search_keeps_budget_and_seed(trained: Path, seconds: float) -> None:
    """Catches a search that renders what it only predicts, and one that a length of sound breaks."""
    note = Note(hold_seconds=seconds / 2, render_seconds=seconds)
    target, *_ = rendered(near_dexed(1), note)
    seeds = near_dexed(20)[1:]
    surrogate: Surrogate = read_surrogates(trained)["dexed"]
    found = []
    with RenderPool(get_synth("dexed"), 1) as pool:
        for _ in range(2):
            score = rendered_with(pool, note, SearchDistance(target))
            objective = Objective(pool.synth.space, score, Budget(60))
            surrogate_assisted_search(objective, seeds, np.random.default_rng(0), Preselection(surrogate, target, note))
            found.append([scored.preset.key() for scored in objective.scored])
    assert len(found[0]) == 60
    assert found[0] == found[1]
