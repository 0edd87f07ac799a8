"""A small outcome of the experiments, and its report: made once for all tests here."""

from pathlib import Path
from typing import Any

import numpy as np
from small_outcome import HOSTILE, MODEL_RUNS, SCALE

from synthmatch.calibration.anchors import ANCHOR_NAMES
from synthmatch.dataset.generate import generate
from synthmatch.dataset.reader import Dataset
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.experiments.icassp2023.answers import (
    Answer,
    AnswerFile,
    Method,
    answer,
    answer_without_presets,
    open_pools,
    targets_of,
)
from synthmatch.experiments.icassp2023.baselines import baselines
from synthmatch.experiments.icassp2023.page import write_page
from synthmatch.experiments.icassp2023.report import write_report
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.library.sources import random_presets
from synthmatch.params import Preset
from synthmatch.synths.dexed.synth import Dexed


def make_outcome(folder: Path) -> Outcome:
    """Dexed's baselines, and presets of the training split in place of what models would answer; J-J is missing.

    One method answers with silence, and one of the models is asked across.
    """
    synth = Dexed()
    bank = [preset.with_name(HOSTILE) for preset in random_presets(synth, np.random.default_rng(3), 60)]
    generate(DatasetSpec(("dexed",), SCALE.presets, SCALE.pitches, seed=3), folder / "data", {"dexed": bank}, workers=2)
    dataset = Dataset.open(folder / "data")
    training, test = dataset.split("train"), dataset.split("test")
    targets = targets_of(test, SCALE.targets)

    def drawn(seed: int) -> Method:
        def method(items: Any, synth: str) -> list[Preset]:
            return [training.preset((7 * seed + item) % len(training)) for item in items.tolist()]

        return method

    methods = baselines(dataset) | {name: drawn(seed) for seed, name in enumerate(MODEL_RUNS, 1)}
    answers = {}
    with open_pools(2) as pools:
        for name, method in methods.items():
            file = AnswerFile(folder / "records", name, dataset, {})
            answer(file, name, method, test, targets, pools)
            answers[name] = list(file.answers.values())
        for kind, name in ANCHOR_NAMES.items():
            file = AnswerFile(folder / "records", name, dataset, {})
            answer_without_presets(file, kind, test, targets, pools)
            answers[name] = list(file.answers.values())
    crossed = {MODEL_RUNS[0]: {"dexed": list[Answer]()}}
    return Outcome(dataset, answers, crossed=crossed)


def make_report(outcome: Outcome, folder: Path) -> str:
    """The report as it was written."""
    path = folder / "report.html"
    write_page(outcome, SCALE, folder, "synthmatch experiment")
    write_report(outcome, SCALE, path, workers=2)
    return path.read_text(encoding="utf-8")
