"""The commands that train and use models: what they write, and what they refuse."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synthmatch.cli.app import app
from synthmatch.errors import SynthmatchError
from synthmatch.synths.preset_files import read_presets

EXAMPLES = Path(__file__).parents[2] / "src/synthmatch/data/examples"
RUNNER = CliRunner()


def run(*arguments: object) -> str:
    """Standard output of a command that must succeed."""
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def refusal(*arguments: object) -> str:
    """The line of a command that must refuse."""
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert isinstance(result.exception, SynthmatchError), result.output
    line = str(result.exception)
    assert "\n" not in line
    return line


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen presets each of Dexed and amsynth."""
    folder = tmp_path_factory.mktemp("data") / "set"
    run("dataset", "generate", folder, "--synth", "dexed", "--synth", "amsynth", "--presets", 24, "--notes", "C4")
    return folder


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A J-S of both, after one epoch."""
    folder = tmp_path_factory.mktemp("models") / "small"
    told = run("train", "j-s", "--data", data, "-o", folder, "--epochs", 1, "--latent-size", 4, "-q")
    assert "1 epochs" in told
    return folder


@pytest.fixture(scope="module")
def plain(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A regression, which has no latent, after one epoch."""
    folder = tmp_path_factory.mktemp("models") / "plain"
    run("train", "regression", "--data", data, "--synth", "dexed", "-o", folder, "--epochs", 1, "-q")
    return folder


def test_a_model_without_a_latent_matches(plain: Path, tmp_path: Path) -> None:
    """Catches matching that asks every model for a latent, and a log with losses that the model does not have."""
    told = json.loads(run("match", EXAMPLES / "bell.flac", "--model", plain, "--renders", 0, "--json", "-o", tmp_path))
    assert [c["name"] for c in told["targets"][0]["candidates"]] == ["plain"]
    step, *_, epoch = [json.loads(line) for line in (plain / "metrics.jsonl").read_text().splitlines()]
    assert step.keys() == {"step", "epoch", "total", "parameters", "examples_per_second"}
    assert epoch["validation"]["dexed"].keys() == {"parameters"}


def test_a_latent_is_asked_of_models_that_have_one(plain: Path, tmp_path: Path) -> None:
    """Catches a traceback where the latent of a regression is asked for."""
    needs = "which has no latent"
    assert needs in refusal("sample", plain, "-o", tmp_path / "x")
    bells = (EXAMPLES / "bell.flac", EXAMPLES / "bass.flac")
    assert needs in refusal("morph", *bells, "--model", plain, "-o", tmp_path / "x")


def test_its_answers_alone_are_the_match(model: Path, tmp_path: Path) -> None:
    """Catches a search or a library's neighbour in place of the model's answer, and synthesizers it does not know."""
    told = json.loads(
        run("match", EXAMPLES / "bell.flac", "--model", model, "--renders", 0, "-n", 2, "--json", "-o", tmp_path)
    )
    candidates = told["targets"][0]["candidates"]
    assert {c["synth"] for c in candidates} == {"dexed", "amsynth"}
    assert {c["name"] for c in candidates} <= {"small", "small 2"}
    assert told["targets"][0]["renders"] == {"dexed": 0, "amsynth": 0}


def test_its_answers_start_the_search(model: Path, tmp_path: Path) -> None:
    """Catches a search that leaves the model out, or the library."""
    arguments = ("match", EXAMPLES / "bell.flac", "--synth", "dexed", "--renders", 80, "--seed", 1, "--json")
    alone = json.loads(run(*arguments, "-o", tmp_path / "library"))["targets"][0]["candidates"][0]
    both = json.loads(run(*arguments, "--model", model, "-o", tmp_path / "both"))["targets"][0]["candidates"][0]
    # one epoch's answers are worse than the library's, so the library must still be there
    assert both["distance"] < 1.3 * alone["distance"]


def test_morph_goes_from_one_sound_to_the_other(model: Path, tmp_path: Path) -> None:
    """Catches ends that are not the two sounds' own, or presets that do not open."""
    arguments = ("morph", EXAMPLES / "bell.flac", EXAMPLES / "bass.flac", "--model", model, "--synth", "dexed")
    run(*arguments, "-n", 3, "-o", tmp_path / "there")
    back = ("morph", EXAMPLES / "bass.flac", EXAMPLES / "bell.flac", "--model", model, "--synth", "dexed")
    run(*back, "-n", 3, "-o", tmp_path / "back")
    there, again = (read_presets(tmp_path / way / "dexed.syx")[:3] for way in ("there", "back"))
    assert [preset.key() for preset in there] == [preset.key() for preset in reversed(again)]
    assert len(list((tmp_path / "there").glob("*.wav"))) == 3
    assert "kept" in refusal(*arguments, "-n", 3, "-o", tmp_path / "there")


def test_sample_draws_the_same_again(model: Path, tmp_path: Path) -> None:
    """Catches draws that no seed decides."""
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        run("sample", model, "--synth", "dexed", "-n", 2, "--seed", seed, "-o", tmp_path / name)
    a, b, c = ((tmp_path / name / "dexed.syx").read_bytes() for name in "abc")
    assert a == b != c


def test_refusals(model: Path, data: Path, tmp_path: Path) -> None:
    """Catches tracebacks, and mistakes that are only found after a long wait."""
    assert "does not know vital" in refusal("match", EXAMPLES / "bell.flac", "--model", model, "--synth", "vital")
    assert "does not know vital" in refusal("sample", model, "--synth", "vital", "-o", tmp_path / "x")
    assert "no trained model" in refusal("match", EXAMPLES / "bell.flac", "--model", tmp_path)
    assert "expected one of s-s, j-s, j-j" in refusal("train", "vae", "--data", data, "-o", tmp_path / "x")
    assert "holds no vital" in refusal("train", "j-s", "--data", data, "--synth", "vital", "-o", tmp_path / "x")
    other = refusal("train", "j-j", "--data", data, "-o", model, "-q")
    assert "has a run with model j-s, got j-j, latent_size 4, got 64" in other
    assert "which this torch cannot use" in refusal(
        "train", "j-s", "--data", data, "-o", tmp_path / "y", "--device", "gpu"
    )
    assert not (tmp_path / "y").exists()
    (tmp_path / "file").write_bytes(b"")
    assert "cannot write" in refusal("train", "j-s", "--data", data, "-o", tmp_path / "file", "-q")
    assert "expected icassp2023" in refusal("experiment", "icassp2024", "-o", tmp_path / "x")
    sizes = ("experiment", "icassp2023", "-o", tmp_path / "x", "--latent-sizes", "2,x")
    assert "such as 2,8,64" in refusal(*sizes)
    missing = next(data.glob("dexed/shard-*"))
    missing.rename(tmp_path / "gone")
    try:
        assert "synthmatch dataset generate" in refusal("train", "j-s", "--data", data, "-o", tmp_path / "x", "-q")
    finally:
        (tmp_path / "gone").rename(missing)
