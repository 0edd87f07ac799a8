"""The experiments from data to answers: generate, train each model, let it answer. Each step is stored and resumes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthmatch.dataset.banks import read_banks
from synthmatch.dataset.generate import generate
from synthmatch.dataset.reader import Dataset
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.experiments.icassp2023.answers import Answer, AnswerFile, answer, targets_of
from synthmatch.experiments.icassp2023.baselines import baselines
from synthmatch.experiments.icassp2023.estimates import Estimates
from synthmatch.experiments.icassp2023.scale import Run, Scale, runs
from synthmatch.render.progress import RenderProgress
from synthmatch.synths.base import Synth
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
    """The data set and every method's answers, by method."""

    dataset: Dataset
    answers: dict[str, list[Answer]]


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
    test = dataset.split("test")
    targets = targets_of(test, scale.targets)

    answers: dict[str, list[Answer]] = {}

    def collect(name: str, file: AnswerFile) -> None:
        answers[name] = [file.answers[synth, item] for synth, items in targets.items() for item in items.tolist()]

    for name, method in baselines(dataset).items():
        file = AnswerFile(records, name, dataset, {})
        report.step(name)
        answer(file, name, method, test, targets, workers)
        collect(name, file)
    trained = 0
    for one in runs(scale):
        file = AnswerFile(records, one.name, dataset, {"settings": one.settings.named()})
        if not file.complete(targets):
            estimates = Estimates(folder / "estimates", one, dataset, targets)
            if not estimates.found():
                if trained == at_most:
                    continue
                trained += 1
                _train(one, dataset, estimates, folder, device, report)
            report.step(f"answers of {one.name}")
            answer(file, one.name, estimates, test, targets, workers)
        collect(one.name, file)
    return Outcome(dataset, answers)


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
    estimates.make(trained.model.cpu())
