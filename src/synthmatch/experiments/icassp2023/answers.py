"""What a method answers to the test targets, rendered and scored: a file of JSON lines a method, a line a target.

Methods are the trained models and, as every table needs them, six that need no model: silence and noise of the target's
mean spectrum, which no preset made, and from the data set the target's own preset (the noise floor), a random preset of
the training split, its medoid, and the training preset whose spectrogram is nearest, which is retrieval and also what a
search may find with one render.

A file counts for one data set and one training's settings, which its lines name: a run that has answered needs no
weights any more.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from synthmatch.arrays import I64, Audio, Int64
from synthmatch.benchmark.json_lines import append_lines, read_lines
from synthmatch.calibration.anchors import ANCHOR_NAMES, anchor
from synthmatch.calibration.closeness import Closeness
from synthmatch.dataset.reader import Dataset, Subset
from synthmatch.errors import InputError, RenderError
from synthmatch.features.search_distance import INAUDIBLE_DB, SearchDistance
from synthmatch.metrics import evaluate, param_accuracy, param_mae
from synthmatch.params import Preset
from synthmatch.parsing import member, need, parse_json
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

T = TypeVar("T")

FLOOR, RANDOM, MEDOID, NEAREST = "noise floor", "random preset", "medoid preset", "nearest neighbour"
BASELINES = (*ANCHOR_NAMES.values(), FLOOR, RANDOM, MEDOID, NEAREST)

#: What is measured of sounds, and metrics of an answer in the order of tables. What no preset made has none of presets.
_OF_SOUNDS = ("lsd", "lsd_icassp2023", "mss", "loudness_error")
METRICS = ("closeness", *_OF_SOUNDS, "param_mae", "param_accuracy")

#: Targets, (n,), and the synthesizer that made them -> a preset for each, of that synthesizer or of another.
Method = Callable[[I64, str], list[Preset]]

#: Targets that are rendered at a time: their sounds are kept until they are scored.
_BATCH = 16
#: The pool of a synthesizer, by its id.
Pools = Callable[[str], RenderPool]


@contextmanager
def open_pools(workers: int | None = None) -> Iterator[Pools]:
    """Pools that start when they are first asked for and go on until all is done."""
    with ExitStack() as stack:
        yield cache(lambda synth: stack.enter_context(RenderPool(get_synth(synth), workers)))


@dataclass(frozen=True, slots=True)
class Answer:
    """One method's answer to one target, which `synth` made.

    `harmonic`: the target's percentage; `native`: the answer's values, none of what no preset made.
    """

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

    @property
    def silent(self) -> bool:
        """Whether it is none to who listens to both: far below its target."""
        return self.scores["loudness_error"] > INAUDIBLE_DB and self.scores["closeness"] == 0.0


def audio_scores(target: Audio, sound: Audio, synth: str) -> dict[str, float]:
    """Closeness and the audio metrics by name. `synth`: whose noise floor and random presets closeness goes by, the target's."""
    closeness = Closeness(target, synth)(SearchDistance(target).at_its_level(sound))
    return {"closeness": closeness, **evaluate(target, sound, _OF_SOUNDS)}


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
    """A method's answers in a folder, and how validation went of a model that was trained for them.

    `conditions`: what they depend on besides the data set, JSON.
    """

    def __init__(self, folder: Path, method: str, dataset: Dataset, conditions: Mapping[str, Any]) -> None:
        self.path = folder / f"{method.replace(' ', '-')}.jsonl"
        told = json.dumps([dataset.fingerprint, method, conditions], sort_keys=True)
        self._stamp = hashlib.sha256(told.encode()).hexdigest()[:16]
        self.answers: dict[tuple[str, int], Answer] = {}
        self.epochs: list[dict[str, Any]] = []
        for line in read_lines(self.path):
            try:
                fields = need(parse_json(line.encode()), dict, "it")
                if fields.get("stamp") != self._stamp:
                    continue
                if "epochs" in fields:
                    self.epochs = [need(epoch, dict, "an epoch") for epoch in member(fields, "epochs", list)]
                else:
                    answer = Answer.from_json(fields)
                    self.answers[answer.synth, answer.item] = answer
            except ValueError:
                continue  # damaged; answered again

    def complete(self, targets: Mapping[str, I64]) -> bool:
        """Whether every target has its answer."""
        return all((synth, item) in self.answers for synth, items in targets.items() for item in items.tolist())

    def add_epochs(self, epochs: list[dict[str, Any]]) -> None:
        """Append how validation went, an entry an epoch, as `training.log.validations` gives them."""
        append_lines(self.path, [json.dumps({"stamp": self._stamp, "epochs": epochs})])
        self.epochs = epochs

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
    pools: Pools,
) -> None:
    """Render and score what a method answers to the targets that the file has no answer for.

    Raises `RenderError` where a target itself does not render.
    """
    for synth, items in _open_targets(file, targets):
        presets = method(items, synth)
        for batch in _batches(list(zip(items.tolist(), presets, strict=True))):
            # of the target's own synthesizer, or of another that is asked for its own answer
            notes = [test.note(item) for item, _ in batch]
            rendered = pools(presets[0].synth).run([preset for _, preset in batch], notes)
            targets_of_batch = _sounds(test, [item for item, _ in batch], pools(synth))
            for (item, preset), target, sound in zip(batch, targets_of_batch, rendered, strict=True):
                # what does not render is as good as silence
                heard = np.zeros_like(target) if isinstance(sound, RenderFailure) else sound
                scores = audio_scores(target, heard, synth)
                if preset.synth == synth:
                    truth, space = test.preset(item).native, get_synth(synth).space
                    scores["param_mae"] = param_mae(truth, preset.native, space)
                    scores["param_accuracy"] = param_accuracy(truth, preset.native, space)
                file.add(_answer(name, synth, test, item, scores, preset.native.tolist()))


def answer_without_presets(file: AnswerFile, kind: str, test: Subset, targets: Mapping[str, I64], pools: Pools) -> None:
    """Score one of `calibration.anchors.ANCHORS` against the targets that the file has no answer for. Raises as `answer`."""
    for synth, items in _open_targets(file, targets):
        for batch in _batches(items.tolist()):
            for item, target in zip(batch, _sounds(test, batch, pools(synth)), strict=True):
                scores = audio_scores(target, anchor(kind, target), synth)
                file.add(_answer(ANCHOR_NAMES[kind], synth, test, item, scores, []))


def _open_targets(file: AnswerFile, targets: Mapping[str, I64]) -> Iterator[tuple[str, I64]]:
    """Those of each synthesizer that have no answer, where there are any."""
    for synth, items in targets.items():
        if todo := [item for item in items.tolist() if (synth, item) not in file.answers]:
            yield synth, np.array(todo, np.int64)


def _batches(entries: Sequence[T]) -> Iterator[Sequence[T]]:
    return (entries[start : start + _BATCH] for start in range(0, len(entries), _BATCH))


def _sounds(test: Subset, items: Sequence[int], pool: RenderPool) -> list[Audio]:
    """The targets, rendered again."""
    rendered = pool.run([test.preset(item) for item in items], [test.note(item) for item in items])
    sounds = []
    for sound in rendered:
        if isinstance(sound, RenderFailure):
            raise RenderError(f"a test target does not render again: {sound}")
        sounds.append(sound)
    return sounds


def _answer(name: str, synth: str, test: Subset, item: int, scores: dict[str, float], native: list[float]) -> Answer:
    title = f"{test.names(np.array([item]))[0]} {test.note(item).name}"
    return Answer(name, synth, title, item, float(test.harmonic(np.array([item]))[0]), scores, native)


def means(answers: Sequence[Answer]) -> Answer:
    """Answers of several seeds to one target as one, with their mean scores."""
    first = answers[0]
    scores = {metric: float(np.mean([a.scores[metric] for a in answers])) for metric in first.scores}
    return Answer(first.method, first.synth, first.target, first.item, first.harmonic, scores, first.native)
