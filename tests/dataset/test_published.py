"""The published data of ICASSP 2023, in arrays of its form: it becomes a data set that models train on and are scored with."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from synthmatch.cli.app import app
from synthmatch.dataset import published as module
from synthmatch.dataset.published import SYNTHS, import_published
from synthmatch.dataset.reader import Dataset
from synthmatch.errors import InputError, MissingSynthError
from synthmatch.features.mel import FRAMES, MELS
from synthmatch.synths.registry import get_synth, synth_names

#: Columns of the encoded presets, as the authors' `run_inference.py` and `accuracy_experiments_single_nomask.py` cut them.
WIDTHS = {"serum": 480, "diva": 759, "tyrelln6": 327}
#: Whose the items of each split are, in the order of the files.
MADE_BY = {"train": "serum diva tyrelln6 serum", "valid": "tyrelln6 diva serum", "test": "diva serum tyrelln6"}


def presets_of(name: str) -> list[tuple[str, np.ndarray]]:
    """Random presets of a split, in native values, by their synthesizers."""
    rng = np.random.default_rng(sum(map(ord, name)))
    spaces = [get_synth(synth).space for synth in MADE_BY[name].split()]
    return [(space.synth, space.to_native(rng.random(len(space)))) for space in spaces]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The files, small: of the test split levels in dB, as the authors' generator leaves them."""
    folder = tmp_path / "npy_data"
    folder.mkdir()
    for name in MADE_BY:
        presets = presets_of(name)
        params, masks = np.zeros((2, len(presets), 759))
        for row, mask, (synth, native) in zip(params, masks, presets, strict=True):
            row[: WIDTHS[synth]] = get_synth(synth).space.encode(native)
            mask[: WIDTHS[synth]] = 1
        mels = np.random.default_rng(1).random((len(presets), MELS, FRAMES))
        np.save(folder / f"{name}_mels.npy", 80 * mels - 80 if name == "test" else mels)
        np.save(folder / f"{name}_params_single.npy", params)
        np.save(folder / f"{name}_mask_single.npy", masks)
    np.save(folder / "test_name.npy", np.array(["a bass", "a pad", "a lead"]))
    np.save(folder / "test_hpss.npy", np.array([20, 60, 100]))
    return folder


def test_every_item_comes_with_its_preset(published: Path, tmp_path: Path) -> None:
    """Catches items of another synthesizer or split, columns of classes read as numbers, and levels on another scale."""
    import_published(published, tmp_path / "data")
    dataset = Dataset.open(tmp_path / "data")
    assert dataset.synths == SYNTHS
    for name, ours in (("train", "train"), ("valid", "validation"), ("test", "test")):
        subset = dataset.split(ours)  # type: ignore[arg-type]
        presets = presets_of(name)
        assert len(subset) == len(presets)
        for synth in SYNTHS:
            wanted = [native for maker, native in presets if maker == synth]
            found = [subset.preset(item) for item in subset.examples(synth).tolist()]
            assert [preset.synth for preset in found] == [synth] * len(wanted)
            np.testing.assert_allclose([preset.native for preset in found], wanted, atol=1e-6)
    test = dataset.split("test")
    places = {synth: int(test.examples(synth)[0]) for synth in SYNTHS}
    assert {synth: test.preset(item).name for synth, item in places.items()} == {
        "diva": "a bass",
        "serum": "a pad",
        "tyrelln6": "a lead",
    }
    harmonic = test.harmonic(np.array([places[synth] for synth in ("diva", "serum", "tyrelln6")]))
    assert harmonic.tolist() == [10, 50, 90]
    mels = np.random.default_rng(1).random((3, MELS, FRAMES))
    np.testing.assert_allclose(test.mels(np.array([places["diva"]]))[0], mels[0], atol=0.5 / 255 + 1e-6)


def test_widths_are_the_published_ones() -> None:
    """Catches a table with a parameter too many, and a list of synthesizers to render with that has one of these."""
    assert {synth: get_synth(synth).space.encoded_width for synth in SYNTHS} == WIDTHS
    assert not set(SYNTHS) & set(synth_names())


def test_a_model_trains_and_is_scored(published: Path, tmp_path: Path) -> None:
    """Catches data that no model takes, and a score that renders or counts padding."""

    def run(*arguments: object) -> str:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.stdout

    assert "items of tyrelln6 (1 test, 1 train, 1 validation)" in run(
        "dataset", "import", published, "-o", tmp_path / "data"
    )
    run("train", "j-j", "--data", tmp_path / "data", "-o", tmp_path / "run", "--epochs", 1, "--latent-size", 4, "-q")
    told = json.loads(run("dataset", "score", tmp_path / "data", "--model", tmp_path / "run", "--json"))
    assert set(told) == set(SYNTHS)
    counted = {synth: sum(g["continuous"] + g["categorical"] for g in told[synth].values()) for synth in SYNTHS}
    assert counted == {"serum": 315, "diva": 281, "tyrelln6": 92}
    errors = [g["param_mae"] for groups in told.values() for g in groups.values() if g["continuous"]]
    assert 0 < min(errors) < max(errors) < 1
    assert "oscillator" in run("dataset", "score", tmp_path / "data", "--model", tmp_path / "run")


def test_run_again_it_goes_on(published: Path, tmp_path: Path) -> None:
    """Catches an import that begins again, and one that mixes two sets of files."""
    import_published(published, tmp_path / "data")
    shard = tmp_path / "data/diva/shard-00000"
    (shard / "mel.npy").unlink()
    kept = (tmp_path / "data/serum/shard-00000/mel.npy").stat().st_mtime_ns
    import_published(published, tmp_path / "data")
    assert (shard / "mel.npy").is_file()
    assert (tmp_path / "data/serum/shard-00000/mel.npy").stat().st_mtime_ns == kept
    for name in ("train_params_single", "train_mels", "test_hpss"):
        whole = np.load(published / f"{name}.npy")
        np.save(published / f"{name}.npy", whole / 2)
        with pytest.raises(InputError, match="holds another data set"):
            import_published(published, tmp_path / "data")
        np.save(published / f"{name}.npy", whole)


def test_files_of_another_form_are_refused(published: Path, tmp_path: Path) -> None:
    """Catches a traceback, a pickle that runs code, and a half-made data set from files that do not fit."""
    np.savez(tmp_path / "x.npz", x=np.zeros(1))
    for name, array, message in (
        ("valid_mels", np.zeros((3, 64, FRAMES)), "expected"),
        ("valid_mels", np.full((3, MELS, FRAMES), np.nan), "none or infinite"),
        ("valid_mels", np.full((3, MELS, FRAMES), 1.7), "expected 0 to 1, or dB up to 0"),
        ("valid_mels", np.full((3, MELS, FRAMES), 200, np.uint8), "expected floats"),
        ("valid_mask_single", np.ones((3, 759)) * (np.arange(759) < 100), "the mask of item 0"),
        ("valid_mask_single", np.full((3, 759), 0.5), "the mask of item 0"),
        ("test_params_single", np.full((3, 759), 2.0), "expected 0 to 1"),
        ("test_params_single", np.full((3, 759), np.nan), "none or infinite"),
        ("test_name", np.array(["a", "b"]), "expected"),
        ("test_hpss", np.full(3, np.nan), "other things than numbers"),
        ("train_mels", np.array([{}], object), "is no plain array"),
        ("train_params_single", None, "is not there"),
    ):
        path = published / f"{name}.npy"
        whole = path.read_bytes()
        if array is None:
            path.unlink()
        else:
            np.save(path, array, allow_pickle=True)
        with pytest.raises(InputError, match=message):
            import_published(published, tmp_path / name)
        assert not (tmp_path / name).exists()
        path.write_bytes(whole)
    path = published / "train_mels.npy"
    for contents in (b"text", (tmp_path / "x.npz").read_bytes()):
        path.write_bytes(contents)
        with pytest.raises(InputError, match="is no plain array"):
            import_published(published, tmp_path / "x")


def test_a_hole_far_behind_is_found(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches NaN in a part of an array after the first, which the least number of all parts passes over."""
    monkeypatch.setattr(module, "_CHUNK", 1)
    mels = np.load(published / "train_mels.npy")
    mels[-1, 5, 5] = np.nan
    np.save(published / "train_mels.npy", mels)
    with pytest.raises(InputError, match="none or infinite"):
        import_published(published, tmp_path / "x")


def test_what_cannot_render_says_so() -> None:
    """Catches a traceback where a synthesizer of the published data is asked for a sound."""
    result = CliRunner().invoke(app, ["match", "x.wav", "--synth", "serum"])
    assert isinstance(result.exception, MissingSynthError)
    assert "known by its parameters alone" in str(result.exception)
