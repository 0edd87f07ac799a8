"""What every model and baseline answers to the test targets, rendered and scored, one JSON line a target.

The rows beside the models, all from the same data set: the target's own preset (the noise floor), a random preset of
the training split, its medoid, and the training preset whose spectrogram is nearest: retrieval, and a search that may
render once.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from synthmatch.audio import Audio
from synthmatch.dataset.reader import Dataset, Subset
from synthmatch.errors import RenderError
from synthmatch.evaluation.metrics import lsd, lsd_icassp2023, mss, param_accuracy, param_mae, spectral_convergence
from synthmatch.models.weights import CONFIG, load_model
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

FLOOR, RANDOM, MEDOID, NEAREST = "noise floor", "random preset", "medoid preset", "nearest neighbour"
BASELINES = (FLOOR, RANDOM, MEDOID, NEAREST)
FILE = "answers.jsonl"

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Answers:
    """The scores of every method on one target. `harmonic` is its harmonic percentage."""

    synth: str
    target: str
    item: int
    harmonic: float
    scores: dict[str, Scores]


class AudioScores:
    """The audio metrics of the tables against one target; picklable, so that workers score where they render."""

    def __init__(self, target: Audio) -> None:
        self._target = target

    def __call__(self, audio: Audio) -> Scores:
        """Scores by metric name."""
        metrics = (lsd, lsd_icassp2023, mss, spectral_convergence)
        return {metric.__name__: metric(self._target, audio) for metric in metrics}


def test_items(subset: Subset, synth: str, count: int) -> npt.NDArray[np.int64]:
    """The first note of the first `count` test presets of a synthesizer."""
    own = np.flatnonzero(subset.synth_index == subset.synths.index(synth))
    first: dict[int, int] = {}
    for item in own:
        first.setdefault(subset.row_key(int(item))[1], int(item))
    return np.array(list(first.values())[:count], np.int64)


def collect(
    dataset: Dataset,
    folders: Mapping[str, Path],
    count: int,
    path: Path,
    workers: int | None = None,
    report: Callable[[int, int], None] | None = None,
) -> list[Answers]:
    """Answers of the models in `folders`, by name, and of the baselines; those that the file has are kept.

    Raises `RenderError` where a target does not render.
    """
    told = [dataset.fingerprint, count, *((name, (folder / CONFIG).read_text()) for name, folder in folders.items())]
    stamp = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    done = _read(path, stamp)
    test = dataset.split("test")
    items = {synth: test_items(test, synth, count) for synth in dataset.synths}
    total = sum(map(len, items.values()))
    for synth in dataset.synths:
        todo = np.array([item for item in items[synth] if (synth, int(item)) not in done], np.int64)
        if not len(todo):
            continue
        presets = _baselines(dataset, synth, todo)
        for name, folder in folders.items():
            presets[name] = estimates(folder, test.mels(todo), synth)
        with RenderPool(get_synth(synth), workers) as pool, path.open("a", encoding="utf-8") as stream:
            for place, item in enumerate(todo.tolist()):
                answers = _score(pool, test, item, {name: chosen[place] for name, chosen in presets.items()})
                stream.write(json.dumps({"stamp": stamp, **asdict(answers)}) + "\n")
                stream.flush()
                done[synth, item] = answers
                if report:
                    report(len(done), total)
    return [done[synth, int(item)] for synth in dataset.synths for item in items[synth]]


@torch.no_grad()
def estimates(folder: Path, mels: npt.NDArray[np.float32], synth: str) -> list[Preset]:
    """A model's presets for spectrograms, (n, 128, 431)."""
    model, space = load_model(folder), get_synth(synth).space
    rows = [model.estimate(torch.from_numpy(mels[start : start + 32]), synth) for start in range(0, len(mels), 32)]
    return [Preset(synth, native) for native in space.decode(torch.cat(rows).numpy())]


def _score(pool: RenderPool, test: Subset, item: int, presets: Mapping[str, Preset]) -> Answers:
    synth, space = pool.synth.id, pool.synth.space
    truth, note = test.preset(item), test.note(item)
    (target,) = pool.run([truth], note)
    if isinstance(target, RenderFailure):
        raise RenderError(f"a test target does not render again: {target}")
    names = [FLOOR, *presets]
    chosen = [truth, *presets.values()]
    measure = AudioScores(target)
    silence = measure(np.zeros_like(target))
    scores = {}
    for name, preset, heard in zip(names, chosen, pool.run(chosen, note, measure), strict=True):
        # what does not render is as good as silence
        scores[name] = dict(silence if isinstance(heard, RenderFailure) else heard)
        scores[name]["param_mae"] = param_mae(truth.native, preset.native, space)
        scores[name]["param_accuracy"] = param_accuracy(truth.native, preset.native, space)
    harmonic = float(test.harmonic(np.array([item]))[0])
    return Answers(synth, f"{test.names(np.array([item]))[0]} {note.name}", item, harmonic, scores)


def _baselines(dataset: Dataset, synth: str, items: npt.NDArray[np.int64]) -> dict[str, list[Preset]]:
    """Training presets that need no model: a random one a target, the medoid, the nearest spectrogram's."""
    training = dataset.split("train")
    own = np.flatnonzero(training.synth_index == training.synths.index(synth))
    known = _flat(training, own)
    wanted = _flat(dataset.split("test"), items)
    near = own[_distances(wanted, known).argmin(axis=1)]
    # spectrograms projected on a few directions keep their distances well enough to find the middle
    directions = np.random.default_rng(0).standard_normal((known.shape[1], 128), np.float32)
    medoid = training.preset(int(own[_distances(known @ directions, known @ directions).sum(axis=1).argmin()]))
    drawn = np.random.default_rng([0, len(own)]).choice(own, len(items))
    return {
        RANDOM: [training.preset(int(item)) for item in drawn],
        MEDOID: [medoid] * len(items),
        NEAREST: [training.preset(int(item)) for item in near],
    }


def _flat(subset: Subset, items: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Spectrograms of items as rows, every second frame and band averaged: half of the resolution is enough here."""
    rows = []
    for start in range(0, len(items), 64):
        mels = subset.mels(items[start : start + 64])[:, :, :430]
        rows.append(mels.reshape(len(mels), 64, 2, 215, 2).mean(axis=(2, 4)).reshape(len(mels), -1))
    return np.concatenate(rows)


def _distances(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Euclidean distances of rows. Shape: (m, n), (k, n) -> (m, k)."""
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0.0))


def _read(path: Path, stamp: str) -> dict[tuple[str, int], Answers]:
    """Answers that were given by the same models to the same targets, by synthesizer and item."""
    done = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                fields = json.loads(line)
            except ValueError:
                continue  # cut while it was written
            if fields.pop("stamp") == stamp:
                answers = Answers(**fields)
                done[answers.synth, answers.item] = answers
    return done


def mean_over_seeds(answers: Sequence[Answers], names: Sequence[str]) -> list[Answers]:
    """Answers with the mean scores of some methods under the name of the first."""
    merged = []
    for answer in answers:
        metrics = answer.scores[names[0]]
        means = {metric: float(np.mean([answer.scores[name][metric] for name in names])) for metric in metrics}
        merged.append(replace(answer, scores={**answer.scores, names[0]: means}))
    return merged
