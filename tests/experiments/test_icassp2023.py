"""The experiments of ICASSP 2023 from end to end, small."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from synthmatch.cli.app import app
from synthmatch.errors import InputError
from synthmatch.experiments.icassp2023 import tables
from synthmatch.experiments.icassp2023.answers import METRICS, Answer, means
from synthmatch.experiments.icassp2023.figures import FIGURES
from synthmatch.experiments.icassp2023.scale import MODELS, QUICK, VARIANTS, Scale, run_name, runs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole path, run once."""
    folder = tmp_path_factory.mktemp("icassp2023")
    result = CliRunner().invoke(app, ["experiment", "icassp2023", "-o", str(folder), "--quick"])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return folder


def test_the_quick_run_has_every_table(folder: Path) -> None:
    """Catches an experiment that is left out, and a row that METRICS asks for."""
    page = (folder / "icassp2023.md").read_text(encoding="utf-8")
    for wanted in (
        "noise floor",
        "random preset",
        "medoid preset",
        "nearest neighbour",
        "silence",
        "noise of the target's mean spectrum",
        *MODELS,
        *VARIANTS,
        "ANOVA",
        "latent size",
        "| j-s / s-s | dexed |",
        "Beside the paper's means",
        "### Parameters of amsynth",
        "| envelope |",
        "### j-s, closeness in per cent",
        "| targets of | by vital | by dexed | by amsynth |",
        "| j-j-even latent 64 seed 0 | 1 |",
        "its numbers mean nothing",
    ):
        assert wanted in page, wanted
    for synth in ("all", "vital", "dexed", "amsynth"):
        assert f"### Targets of {synth}" in page
    for figure in FIGURES:
        assert (folder / f"icassp2023-{figure}.png").read_bytes().startswith(b"\x89PNG")
    assert "Joint or separate" in (folder / "report.html").read_text(encoding="utf-8")


def test_run_again_it_trains_nothing_and_writes_the_same(folder: Path) -> None:
    """Catches answers that are not kept, and tables that depend on more than them."""
    before = (folder / "icassp2023.md").read_bytes()
    # without the trainings: the answers are enough
    (folder / "runs").rename(folder / "gone")
    result = CliRunner().invoke(app, ["experiment", "icassp2023", "-o", str(folder), "--quick"])
    assert result.exit_code == 0, result.output
    assert "training" not in result.stderr
    assert not (folder / "runs").exists()
    command = before.split(b"Written by")[0]
    assert (folder / "icassp2023.md").read_bytes().startswith(command)


def test_a_part_trains_its_models_for_the_whole_to_find(folder: Path, tmp_path: Path) -> None:
    """Catches a part that trains another's model, and estimates that another process trains again."""
    (tmp_path / "data").symlink_to(folder / "data")
    quick = ["experiment", "icassp2023", "-o", str(tmp_path), "--quick", "--others", "regression"]
    result = CliRunner().invoke(app, [*quick, "--part", "6/7"])
    assert result.exit_code == 0, result.output
    assert [path.name for path in (tmp_path / "estimates").iterdir()] == ["regression-latent-64-seed-0.npz"]
    assert not (tmp_path / "answers").exists()
    result = CliRunner().invoke(app, [*quick, "--at-most", "0"])
    assert result.exit_code == 0, result.output
    assert "training" not in result.stderr
    assert "\n| regression | " in (tmp_path / "icassp2023.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "a/b"])
def test_a_part_that_there_is_not_is_refused(tmp_path: Path, part: str) -> None:
    """Catches a process of many that trains nothing, or everything."""
    result = CliRunner().invoke(app, ["experiment", "icassp2023", "-o", str(tmp_path), "--quick", "--part", part])
    assert isinstance(result.exception, InputError)
    assert "expected i/N" in str(result.exception)


def test_every_training_is_planned_once() -> None:
    """Catches a model, seed or latent size that is never trained, and one that is trained twice."""
    names = [run.name for run in runs(Scale())]
    assert len(names) == len(set(names)) == 3 * len(MODELS) + len(VARIANTS) + 8
    assert {run_name("j-s", 2**power, 0) for power in range(1, 10)} <= set(names)
    assert len(list(runs(QUICK))) == len(MODELS) + len(VARIANTS) + 1
    assert [run.name for run in runs(QUICK) if run.crossed] == [run_name(model, 64, 0) for model in MODELS]


def answer(method: str, item: int, value: float, harmonic: float = 50.0) -> Answer:
    """An answer whose every score is `value`."""
    return Answer(method, "dexed", f"preset {item}", item, harmonic, dict.fromkeys(METRICS, value), [])


def test_seeds_count_by_their_mean() -> None:
    """Catches one seed that stands for all."""
    assert means([answer("a", 0, 1.0), answer("a", 0, 4.0)]).scores["lsd"] == 2.5
    answers = {run_name("s-s", 64, seed): [answer("s-s", 0, float(seed))] for seed in range(3)}
    assert tables.by_model(answers, Scale())["s-s"][0].scores["lsd"] == 1.0


def test_ratios_are_those_of_the_means() -> None:
    """Catches a ratio upside down, and one without its interval."""
    scale = Scale(seeds=1)
    values = {"s-s": 8.0, "j-s": 6.0, "j-j": 10.0}
    text = tables.ratios({run_name(m, 64, 0): [answer(m, 0, value)] for m, value in values.items()}, scale)
    assert "| j-s / s-s | all | 0.840 | 0.750 [0.750, 0.750] | 0.750 [0.750, 0.750] |" in text
    assert "| j-j / s-s | all | 0.855 | 1.250 [1.250, 1.250] |" in text
    assert "| j-j / s-s | dexed |  | 1.250 [1.250, 1.250] |" in text


def test_targets_fall_into_their_bins() -> None:
    """Catches a harmonic bin that counts another's targets."""
    answers = [answer("a", 0, 1.0, 0.0), answer("a", 1, 2.0, 20.0), answer("a", 2, 3.0, 81.0)]
    binned = tables.in_bins(answers, "lsd")
    assert [np.array(scores).tolist() for scores in binned.values()] == [[1.0, 2.0], [], [], [], [3.0]]
