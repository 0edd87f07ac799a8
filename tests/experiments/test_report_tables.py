"""The tables and figures of the report: every method and target, seeds, silence, other synthesizers' answers."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_outcome import MODEL_RUNS, SCALE, contents, data_of

from synthmatch.experiments.icassp2023.answers import (
    BASELINES,
    FLOOR,
    METRICS,
    NEAREST,
)
from synthmatch.experiments.icassp2023.methods import mean_rows, scored_methods
from synthmatch.experiments.icassp2023.page import write_page
from synthmatch.experiments.icassp2023.report import write_report
from synthmatch.experiments.icassp2023.run import Outcome


def test_tables_have_every_target_and_method(outcome: Outcome, report: str) -> None:
    """Catches targets or methods that the tables leave out, and columns in another order than their heads."""
    data = data_of(report)
    assert data["methods"][: len(BASELINES)] == list(BASELINES)
    assert data["methods"][len(BASELINES) :] == ["S-S, latent 64", "J-S, latent 64", "J-S, latent 2"]
    assert len(data["targets"]) == len(outcome.answers[FLOOR])
    place = BASELINES.index(NEAREST)
    nearest = [row["closeness"][place] for row in data["targets"]]
    assert nearest == [one.scores["closeness"] for one in outcome.answers[NEAREST]]
    over_all = [row for row in data["means"] if not row["synth"] and not row["bin"]]
    assert [row["method"] for row in over_all] == data["methods"]
    assert over_all[place]["scores"]["closeness"] == pytest.approx(np.mean(nearest))
    assert {row["synth"] for row in data["means"]} == {"", "dexed"}


def test_silence_wins_nothing_and_is_marked(report: str) -> None:
    """Catches silent answers that a table cannot be told from others, or that lead it by the figure that is read."""
    data = data_of(report)
    over_all = {row["method"]: row for row in data["means"] if not row["synth"] and not row["bin"]}
    assert over_all["silence"]["silent"] == 100
    assert over_all["silence"]["scores"]["closeness"] == 0
    assert over_all["silence"]["scores"]["param_mae"] is None
    assert over_all[NEAREST]["silent"] == over_all[FLOOR]["silent"] == 0
    assert over_all[FLOOR]["scores"]["closeness"] == 100
    place = data["methods"].index("silence")
    assert all(row["silent"][place] for row in data["targets"])
    assert not any(sound["silent"] for sound in data["joint"][0]["sounds"][:1])


def test_figures_are_in_the_page(report: str) -> None:
    """Catches a report whose figures lie in other files, so that who is sent the page has none."""
    figures = data_of(report)["figures"]
    assert len(figures) == 3  # no training here, so none of trainings
    for figure in figures:
        assert Image.open(contents(figure["image"])).format == "PNG"


def test_a_model_that_was_asked_across_has_its_table(report: str) -> None:
    """Catches a table of makers and answerers that is empty, or has another model's answers."""
    (closeness, mss) = data_of(report)["crossed"]
    assert (closeness["model"], closeness["metric"], mss["metric"]) == ("s-s", "closeness", "mss")
    rows = closeness["table"]
    assert rows[0] == ["targets of", "by dexed"]
    assert rows[1][0] == "dexed"


def test_seeds_are_averaged_and_counted(outcome: Outcome) -> None:
    """Catches tables of one seed under the name of a model that was trained with several."""
    methods = {method.name: method for method in scored_methods(outcome.answers, SCALE)}
    both = methods["J-S, latent 64"]
    assert (both.seeds, methods["S-S, latent 64"].seeds, methods[NEAREST].seeds) == (2, 1, None)
    (row, *_) = mean_rows([both], ["dexed"])
    ours = [one.scores["mss"] for run in MODEL_RUNS[1:3] for one in outcome.answers[run]]
    assert row["scores"]["mss"] == pytest.approx(np.mean(ours))
    assert row["scores"].keys() == set(METRICS)


def test_models_that_are_not_trained_are_absent(outcome: Outcome, report: str, tmp_path: Path) -> None:
    """Catches a report that only the last training makes possible."""
    titles = [sound["title"] for sound in data_of(report)["joint"][0]["sounds"]]
    assert titles == ["Target", "S-S", "J-S", "Nearest neighbour"]
    few = {name: answers for name, answers in outcome.answers.items() if name not in MODEL_RUNS}
    write_report(Outcome(outcome.dataset, few), SCALE, tmp_path / "report.html", workers=1)
    data = data_of((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [sound["title"] for sound in data["joint"][0]["sounds"]] == ["Target", "Nearest neighbour"]
    assert data["latent"] == []


def test_the_same_answers_give_the_same_bytes(outcome: Outcome, report: str, tmp_path: Path) -> None:
    """Catches times, random serial numbers and the order of workers in the page; and an old page that is kept."""
    (tmp_path / "report.html").write_text("old")
    write_page(outcome, SCALE, tmp_path, "synthmatch experiment")
    write_report(outcome, SCALE, tmp_path / "report.html", workers=1)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == report
