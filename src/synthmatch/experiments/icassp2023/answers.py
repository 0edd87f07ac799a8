"""What a method answers to the test targets, rendered and scored: a file of JSON lines a method, a line a target.

Methods are the trained models and, as every table needs them, four that need no model, all from the same data set: the
target's own preset (the noise floor), a random preset of the training split, its medoid, and the training preset whose
spectrogram is nearest, which is retrieval and also what a search may find with one render.

A file counts for one data set and one training's settings, which its lines name: a run that has answered needs no
weights any more.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.arrays import I64, Audio, Int64
from synthmatch.benchmark.json_lines import append_lines, read_lines
from synthmatch.dataset.reader import Dataset, Subset
from synthmatch.errors import InputError, RenderError
from synthmatch.metrics import lsd, lsd_icassp2023, mss, param_accuracy, param_mae
from synthmatch.params import Preset
from synthmatch.parsing import member, need, parse_json
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

FLOOR, RANDOM, MEDOID, NEAREST = "noise floor", "random preset", "medoid preset", "nearest neighbour"
BASELINES = (FLOOR, RANDOM, MEDOID, NEAREST)

#: Metrics of an answer, in the order of tables.
METRICS = ("lsd", "lsd_icassp2023", "mss", "param_mae", "param_accuracy")

#: Targets, (n,), and spectrograms of one synthesizer -> a preset for each.
Method = Callable[[I64, str], list[Preset]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One method's answer to one target. `harmonic`: the target's percentage; `native`: the answer's values."""

    method: str
    synth: str
    target: str
    item: int
    harmonic: float
    scores: dict[str, float]
    native: list[float]

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Answer":
        """The answer of a line. Raises `ValueError`."""
        method, synth, target = (member(fields, name, str) for name in ("method", "synth", "target"))
        scores = {name: need(score, float, name) for name, score in member(fields, "scores", dict).items()}
        native = [need(value, float, "a value") for value in member(fields, "native", list)]
        return cls(
            method, synth, target, member(fields, "item", int), member(fields, "harmonic", float), scores, native
        )


class AudioScores:
    """The audio metrics against one target; picklable, so that workers score where they render."""

    def __init__(self, target: Audio) -> None:
        self._target = target

    def __call__(self, audio: Audio) -> dict[str, float]:
        """Scores by metric name."""
        return {metric.__name__: metric(self._target, audio) for metric in (lsd, lsd_icassp2023, mss)}


def targets_of(test: Subset, count: int) -> dict[str, Int64[I64, " _targets"]]:
    """The first note of the first `count` test presets of each synthesizer, as item numbers.

    Raises `InputError` where a synthesizer has none.
    """
    found = {}
    for number, synth in enumerate(test.synths):
        first: dict[int, int] = {}
        for item in np.flatnonzero(test.synth_index == number).tolist():
            first.setdefault(test.row_key(item)[1], item)
        if not first:
            raise InputError(f"the data set has no test preset of {synth}; generate more presets")
        found[synth] = np.array(list(first.values())[:count], np.int64)
    return found


class AnswerFile:
    """A method's answers in a folder. `conditions`: what they depend on besides the data set, JSON."""

    def __init__(self, folder: Path, method: str, dataset: Dataset, conditions: Mapping[str, Any]) -> None:
        self.path = folder / f"{method.replace(' ', '-')}.jsonl"
        told = json.dumps([dataset.fingerprint, method, conditions], sort_keys=True)
        self._stamp = hashlib.sha256(told.encode()).hexdigest()[:16]
        self.answers: dict[tuple[str, int], Answer] = {}
        for line in read_lines(self.path):
            try:
                fields = need(parse_json(line.encode()), dict, "it")
                if fields.get("stamp") == self._stamp:
                    answer = Answer.from_json(fields)
                    self.answers[answer.synth, answer.item] = answer
            except ValueError:
                continue  # damaged; answered again

    def complete(self, targets: Mapping[str, I64]) -> bool:
        """Whether every target has its answer."""
        return all((synth, item) in self.answers for synth, items in targets.items() for item in items.tolist())

    def add(self, answer: Answer) -> None:
        """Append an answer."""
        append_lines(self.path, [json.dumps({"stamp": self._stamp, **asdict(answer)})])
        self.answers[answer.synth, answer.item] = answer


def answer(
    file: AnswerFile,
    name: str,
    method: Method,
    test: Subset,
    targets: Mapping[str, I64],
    workers: int | None = None,
) -> None:
    """Render and score what a method answers to the targets that the file has no answer for.

    Raises `RenderError` where a target itself does not render.
    """
    for synth, items in targets.items():
        todo = np.array([item for item in items.tolist() if (synth, item) not in file.answers], np.int64)
        if not len(todo):
            continue
        presets = method(todo, synth)
        with RenderPool(get_synth(synth), workers) as pool:
            truths = [test.preset(item) for item in todo.tolist()]
            notes = [test.note(item) for item in todo.tolist()]
            for item, preset, truth, note, sound in zip(
                todo.tolist(), presets, truths, notes, pool.run(truths, notes), strict=True
            ):
                if isinstance(sound, RenderFailure):
                    raise RenderError(f"a test target does not render again: {sound}")
                measure = AudioScores(sound)
                (measured,) = pool.run([preset], note, measure)
                # what does not render is as good as silence
                scores = measure(np.zeros_like(sound)) if isinstance(measured, RenderFailure) else measured
                scores["param_mae"] = param_mae(truth.native, preset.native, pool.synth.space)
                scores["param_accuracy"] = param_accuracy(truth.native, preset.native, pool.synth.space)
                title = f"{test.names(np.array([item]))[0]} {note.name}"
                harmonic = float(test.harmonic(np.array([item]))[0])
                file.add(Answer(name, synth, title, item, harmonic, scores, preset.native.tolist()))


def means(answers: Sequence[Answer]) -> Answer:
    """Answers of several seeds to one target as one, with their mean scores."""
    scores = {metric: float(np.mean([a.scores[metric] for a in answers])) for metric in METRICS}
    first = answers[0]
    return Answer(first.method, first.synth, first.target, first.item, first.harmonic, scores, first.native)
