"""The experiments from data to answers: generate, train each model, let it answer. Each step is stored and resumes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthmatch.arrays import I64
from synthmatch.calibration.anchors import ANCHOR_NAMES
from synthmatch.dataset.banks import read_banks
from synthmatch.dataset.folder import folder_name
from synthmatch.dataset.generate import generate
from synthmatch.dataset.reader import Dataset
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.experiments.icassp2023.answers import (
    Answer,
    AnswerFile,
    Pools,
    answer,
    answer_without_presets,
    open_pools,
    targets_of,
)
from synthmatch.experiments.icassp2023.baselines import baselines
from synthmatch.experiments.icassp2023.estimates import Estimates
from synthmatch.experiments.icassp2023.scale import Run, Scale, runs
from synthmatch.render.progress import RenderProgress
from synthmatch.synths.base import Synth
from synthmatch.training.log import validations
from synthmatch.training.loop import train
from synthmatch.training.meter import Pace


@dataclass(frozen=True)
class Report:
    """What is called while the experiments run: with a line at each step, and with the progress of two of them."""

    step: Callable[[str], None]
    rendering: Callable[[RenderProgress], None] | None = None
    training: Callable[[Pace], None] | None = None


@dataclass(frozen=True)
class Outcome:
    """The data set and every method's answers, by method.

    `epochs`: how validation went of each training, an entry an epoch. `crossed`: of a crossed training the answers with
    presets of each synthesizer to the targets of the others.
    """

    dataset: Dataset
    answers: dict[str, list[Answer]]
    epochs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    crossed: dict[str, dict[str, list[Answer]]] = field(default_factory=dict)


def run(
    scale: Scale,
    synths: Sequence[Synth],
    folder: Path,
    records: Path,
    report: Report,
    *,
    workers: int | None = None,
    device: str = "",
    at_most: int | None = None,
    allow_random: bool = False,
) -> Outcome:
    """Run what has no answers in `records` yet. `folder` keeps the data set and the trainings.

    `at_most` bounds how many models are trained this time. Raises what generating, training and answering raise.
    """
    spec = DatasetSpec(tuple(synth.id for synth in synths), scale.presets, scale.pitches)
    report.step(f"data set of {scale.presets} presets a synthesizer at {len(scale.pitches)} pitches")
    banks = {id: found.presets for id, found in read_banks(synths, [], allow_random=allow_random).items()}
    generate(spec, folder / "data", banks, workers=workers, progress=report.rendering)
    dataset = Dataset.open(folder / "data")
    with open_pools(workers) as pools:
        return _answered(scale, dataset, folder, records, report, pools, device, at_most)


def _answered(
    scale: Scale,
    dataset: Dataset,
    folder: Path,
    records: Path,
    report: Report,
    pools: Pools,
    device: str,
    at_most: int | None,
) -> Outcome:
    """Every method's answers, of models that were not trained before too."""
    test = dataset.split("test")
    targets = targets_of(test, scale.targets)
    found = Outcome(dataset, {})
    for kind, name in ANCHOR_NAMES.items():
        file = AnswerFile(records, name, dataset, {})
        report.step(name)
        answer_without_presets(file, kind, test, targets, pools)
        found.answers[name] = _in_order(file, targets)
    for name, method in baselines(dataset).items():
        file = AnswerFile(records, name, dataset, {})
        report.step(name)
        answer(file, name, method, test, targets, pools)
        found.answers[name] = _in_order(file, targets)
    trained = 0
    for one in runs(scale):
        conditions = {"settings": one.settings.named()}
        file = AnswerFile(records, one.name, dataset, conditions)
        crossed = {
            synth: AnswerFile(records, f"{one.name} by {folder_name(synth)}", dataset, conditions)
            for synth in dataset.synths
            if one.crossed and len(dataset.synths) > 1
        }
        others = {synth: {o: items for o, items in targets.items() if o != synth} for synth in crossed}
        if not (file.complete(targets) and all(crossed[synth].complete(asked) for synth, asked in others.items())):
            estimates = Estimates(folder / "estimates", one, dataset, targets)
            if not estimates.found():
                if trained == at_most:
                    continue
                trained += 1
                _train(one, dataset, estimates, folder, device, report)
            report.step(f"answers of {one.name}")
            if not file.epochs:
                file.add_epochs(estimates.epochs())
            answer(file, one.name, estimates, test, targets, pools)
            for synth, asked in others.items():
                answer(crossed[synth], one.name, estimates.by(synth), test, asked, pools)
        found.answers[one.name], found.epochs[one.name] = _in_order(file, targets), file.epochs
        if others:
            found.crossed[one.name] = {synth: _in_order(crossed[synth], asked) for synth, asked in others.items()}
    return found


def _in_order(file: AnswerFile, targets: Mapping[str, I64]) -> list[Answer]:
    """The answers to these targets, by synthesizer and in the order of the data set."""
    return [file.answers[synth, item] for synth, items in targets.items() for item in items.tolist()]


def train_part(scale: Scale, folder: Path, part: tuple[int, int], report: Report, *, device: str = "") -> None:
    """Of `part` (i, n): train models i, i + n, ... of those to train and keep what they estimate, so that n processes
    share the work and `run` finds it done. Raises `InputError` where the data set is not there, and what training raises.
    """
    number, parts = part
    dataset = Dataset.open(folder / "data")
    targets = targets_of(dataset.split("test"), scale.targets)
    for one in list(runs(scale))[number - 1 :: parts]:
        estimates = Estimates(folder / "estimates", one, dataset, targets)
        if not estimates.found():
            _train(one, dataset, estimates, folder, device, report)


def _train(one: Run, dataset: Dataset, estimates: Estimates, folder: Path, device: str, report: Report) -> None:
    """Train a model, and keep what it estimates."""
    report.step(f"training {one.name}")
    run_folder = folder / "runs" / one.name.replace(" ", "-")
    trained = train(dataset, one.settings, run_folder, device=device, report=report.training)
    estimates.make(trained.model.cpu(), validations(run_folder))
