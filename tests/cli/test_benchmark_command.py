"""``synthmatch benchmark``: rows for models beside retrieval and search, runs that go on, and refusals."""

import csv
import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from synthmatch.cli.app import app
from synthmatch.errors import SynthmatchError
from synthmatch.models.base import ModelConfig
from synthmatch.models.weights import build_model, save_model
from synthmatch.search.registry import GUIDED, VERSIONS
from synthmatch.surrogate.surrogate import builtin_surrogates

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A J-S of Dexed, untrained: its answers are poor, and answers all the same."""
    folder = tmp_path_factory.mktemp("models") / "untrained"
    torch.manual_seed(0)
    save_model(folder, build_model("j-s", ("dexed",), ModelConfig(latent_size=4)).eval(), {})
    return folder


def arguments(output: Path, *more: object) -> list[str]:
    """A small benchmark of Dexed."""
    few = ["--synth", "dexed", "--set", "held-out", "--renders", 20, "--targets", 2, "--search", "population"]
    return ["benchmark", "-o", str(output), *map(str, [*few, "--search", "random", *more])]


def test_a_model_has_its_rows_and_a_second_run_goes_on(model: Path, tmp_path: Path) -> None:
    """Catches a model without rows, tested against nothing, and work that is done twice."""
    first = RUNNER.invoke(app, arguments(tmp_path, "--model", model))
    assert first.exit_code == 0, first.output + repr(first.exception)
    page = (tmp_path / "quality.md").read_text()
    assert "| untrained, first answer |" in page
    assert "(records/tables/dexed-held-out.csv)" in page
    wanted = {"untrained, first answer", "untrained, best of 16", "untrained, guided, 20 renders"}
    for table in ("dexed-held-out.csv", "dexed-held-out-tests.csv"):
        with (tmp_path / "records/tables" / table).open(newline="") as stream:
            assert wanted <= {line["method"] for line in csv.DictReader(stream)}, table
    lines = (tmp_path / "records/dexed-held-out.jsonl").read_text().splitlines()
    kept = [json.loads(line)["conditions"] for line in lines]
    assert len(kept) == 2 * 11
    (alone,) = {c["version"] for c in kept if c["method"] == "untrained"}
    (seeded,) = {c["version"] for c in kept if c["method"] == "untrained, guided"}
    assert len(alone) == 8
    assert seeded.split() == [alone, builtin_surrogates()["dexed"].fingerprint, VERSIONS[GUIDED]]

    second = RUNNER.invoke(app, arguments(tmp_path, "--model", model))
    assert second.exit_code == 0
    assert second.stderr == ""
    assert (tmp_path / "records/dexed-held-out.jsonl").read_text().splitlines() == lines
    assert (tmp_path / "quality.md").read_text() == page


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (["--set", "mine"], "--set is 'mine', expected one of held-out, people, cross, recordings"),
        (["--search", "luck"], "--search is 'luck', expected one of population, cma-es, random"),
        (["--set", "people"], "set people needs --voices FILE"),
        (["--model", "nowhere"], "nowhere is no trained model"),
    ],
)
def test_refusals(more: list[str], line: str, tmp_path: Path) -> None:
    """Catches a wrong name that is found out after an hour, and a run that leaves files behind."""
    result = RUNNER.invoke(app, arguments(tmp_path / "out", *more))
    assert isinstance(result.exception, SynthmatchError), result.output
    assert line in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_quick_prints_and_keeps_the_searches_asked_for() -> None:
    """Catches searches that are run though others were asked for, and a table that is not printed."""
    asked = ("--search", "population", "--search", "random")
    result = RUNNER.invoke(app, ["benchmark", "--quick", "--synth", "dexed", "--surrogate", "none", *asked])
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert "population, 50 renders" in result.stdout
    assert "| cma-es," not in result.stdout
    assert "## Full tables" not in result.stdout, "they are gone"


def test_output_is_asked_for() -> None:
    """Catches results that are computed and lost."""
    result = RUNNER.invoke(app, ["benchmark", "--synth", "dexed"])
    assert "--output is missing" in str(result.exception)
