"""What a surrogate learns from: neighbourhoods, their renders in files, and what the network sees of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.dataset.folder import folder_name
from synthmatch.errors import InputError
from synthmatch.features.sketch import MELS, segment_shares, segment_starts, sketch
from synthmatch.library.builtin import builtin_library
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.surrogate.inputs import SEGMENTS, Inputs
from synthmatch.surrogate.training import data
from synthmatch.surrogate.training.data import read_neighbourhoods, render_neighbourhoods
from synthmatch.surrogate.training.neighbourhoods import MEMBERS, NeighbourhoodSource
from synthmatch.synths.registry import get_synth

SYNTHS = ("vital", "dexed", "amsynth")


def source(synth: str, seed: int = 0) -> NeighbourhoodSource:
    """Neighbourhoods near the built-in library."""
    library = builtin_library(synth)
    assert library
    return NeighbourhoodSource(library, seed)


@pytest.mark.parametrize("synth", SYNTHS)
def test_a_neighbourhood_depends_on_seed_and_number_alone(synth: str) -> None:
    """Catches randomness that is shared between neighbourhoods: a resumed run would render others."""
    first, second = source(synth).neighbourhood(7), source(synth)
    second.neighbourhood(3)
    again = second.neighbourhood(7)
    assert (again.native == first.native).all()
    assert again.note == first.note
    assert (source(synth, seed=1).neighbourhood(7).native != first.native).any()


@pytest.mark.parametrize("synth", SYNTHS)
def test_members_are_legal_presets_and_differ(synth: str) -> None:
    """Catches a move that leaves the space, and neighbourhoods whose children are all their first."""
    space = get_synth(synth).space
    for number in range(8):
        native = source(synth).neighbourhood(number).native
        assert native.shape == (MEMBERS, len(space))
        assert (space.snap(native) == native).all()
        assert len(np.unique(native, axis=0)) > MEMBERS // 2


def test_rendered_families_resume_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a chunk that is rendered twice, one that is lost, and a sketch beside the wrong preset."""
    monkeypatch.setattr(data, "CHUNK", 2)
    library, synth = builtin_library("dexed"), get_synth("dexed")
    assert library
    with RenderPool(synth, 1) as pool:
        assert render_neighbourhoods(library, pool, tmp_path, 2, seed=0) == 2
        first = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "dexed").iterdir()}
        assert render_neighbourhoods(library, pool, tmp_path, 5, seed=0) == 6
        after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "dexed").iterdir()}
        assert after["neighbourhoods-00000.npz"] == first["neighbourhoods-00000.npz"]
        neighbourhoods = read_neighbourhoods([tmp_path], "dexed")
        twice = read_neighbourhoods([tmp_path, tmp_path], "dexed")
        neighbourhood = source("dexed").neighbourhood(4)
        (audio,) = pool.run([Preset("dexed", neighbourhood.native[6])], neighbourhood.note)
        assert not isinstance(audio, RenderFailure)
    assert neighbourhoods.unit.shape[:2] == (6, MEMBERS)
    assert len(twice.pitch) == 12
    assert np.abs(neighbourhoods.sketch[4, 6] - sketch(audio)).max() < 0.06  # half precision: 0.03
    assert neighbourhoods.pitch[4] == neighbourhood.note.pitch


def test_other_families_in_the_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches two seeds mixed in one folder."""
    monkeypatch.setattr(data, "CHUNK", 1)
    library = builtin_library("dexed")
    assert library
    with RenderPool(get_synth("dexed"), 1) as pool:
        render_neighbourhoods(library, pool, tmp_path, 1, seed=0)
        with pytest.raises(InputError, match="other neighbourhoods"):
            render_neighbourhoods(library, pool, tmp_path, 1, seed=1)


@pytest.mark.parametrize(
    ("damage", "message"), [(lambda p: p.write_bytes(b"zip"), "damaged"), (lambda p: p.unlink(), "no neighbourhoods")]
)
def test_missing_and_damaged_files_are_said(tmp_path: Path, damage: object, message: str) -> None:
    """Catches a traceback in place of one line."""
    path = tmp_path / "dexed/neighbourhoods-00000.npz"
    path.parent.mkdir()
    path.touch()
    assert callable(damage)
    damage(path)
    with pytest.raises(InputError, match=message):
        read_neighbourhoods([tmp_path], "dexed")


def test_a_plugins_families_stay_in_the_folder(tmp_path: Path) -> None:
    """Catches a plug-in whose id, an absolute path, takes the place of the folder."""
    plugin = str(tmp_path / "elsewhere" / "Some Synth.vst3")
    folder = tmp_path / "neighbourhoods"
    path = folder / folder_name(plugin) / "neighbourhoods-00000.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"zip")
    with pytest.raises(InputError, match="damaged"):
        read_neighbourhoods([folder], plugin)


@pytest.mark.parametrize("synth", SYNTHS)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_inputs_tell_all_presets_apart(synth: str, data: st.DataObject) -> None:
    """Catches two values of a parameter with the same inputs, and numbers that would drown the others."""
    space = get_synth(synth).space
    inputs = Inputs(get_synth(synth))
    unit = space.to_unit(space.default)[None].repeat(2, axis=0)
    i = data.draw(st.integers(0, len(space) - 1))
    if space.widths[i] > 1 or not space.categorical[i]:
        moves = round(1 / space.unit_step[i])
        a, b = data.draw(st.lists(st.integers(0, min(moves, 10_000)), min_size=2, max_size=2, unique=True))
        unit[:, i] = np.array([a, b]) / min(moves, 10_000)
    rows = inputs(unit, [60, 60], [3.0, 3.0]).numbers
    assert rows.shape == (2, inputs.width)
    assert np.abs(rows).max() < 5
    assert (rows[0] != rows[1]).any() == (unit[0] != unit[1]).any()


def test_inputs_tell_pitch_and_hold_apart() -> None:
    """Catches a note's end that the network cannot see."""
    inputs = Inputs(get_synth("amsynth"))
    space = get_synth("amsynth").space
    rows = inputs(space.to_unit(space.default)[None].repeat(3, axis=0), [60, 61, 60], [3.0, 3.0, 0.1]).numbers
    assert (rows[0] != rows[1]).any()
    assert np.abs(rows[0] - rows[2]).max() > 2  # measured: 4


@given(samples=st.integers(1, 20 * SAMPLE_RATE_HZ))
@settings(deadline=None)
def test_segments_cover_a_sound_once(samples: int) -> None:
    """Catches a frame in two segments or in none, and shares that do not add up."""
    shares = segment_shares(samples, 1000)
    assert shares.min() > 0
    assert shares.sum() == pytest.approx(1, abs=1e-5)


def test_segments_are_the_same_for_every_length() -> None:
    """Catches a grid that moves with the length: a prediction for 4 s would be compared with other times."""
    longest = segment_starts(2000)
    for frames in (1, 2, 17, 172, 500):
        shorter = segment_starts(frames)
        assert (shorter == longest[: len(shorter)]).all()
    assert len(segment_starts(172)) == SEGMENTS


def test_a_sketch_says_when_and_how_loud() -> None:
    """Catches segments or bands in the wrong order: a sine that starts late, at a known level."""
    seconds = np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    audio = (0.1 * np.sin(2 * np.pi * 1000 * seconds) * (seconds > 2)).astype(np.float32)[None]
    found = sketch(audio)
    assert found.shape == (SEGMENTS, MELS)
    assert found[:10].max() == -90
    loudest = int(found[-1].argmax())
    assert 14 <= loudest <= 18  # 1 kHz is 1,000 of 3,923 mel, so band 16 of 64
    assert -30 < found[-1, loudest] < -20
