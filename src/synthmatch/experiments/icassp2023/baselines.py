"""The methods without a model, from the training split of the same data set."""

import numpy as np

from synthmatch.arrays import F32, I64, Float32, Int64
from synthmatch.dataset.reader import Dataset, Subset
from synthmatch.experiments.icassp2023.answers import FLOOR, MEDOID, NEAREST, RANDOM, Method
from synthmatch.params import Preset

#: Directions that spectrograms are projected on to find the medoid: distances change by some percent.
_DIRECTIONS = 128


def baselines(dataset: Dataset) -> dict[str, Method]:
    """Every baseline by name."""
    training, test = dataset.split("train"), dataset.split("test")

    def floor(items: Int64[I64, " targets"], synth: str) -> list[Preset]:
        return [test.preset(item) for item in items.tolist()]

    def random(items: Int64[I64, " targets"], synth: str) -> list[Preset]:
        own = _own(training, synth)
        # a target's draw does not depend on which others are asked for
        drawn = [np.random.default_rng([0, item]).integers(len(own)) for item in items.tolist()]
        return [training.preset(int(own[place])) for place in drawn]

    def medoid(items: Int64[I64, " targets"], synth: str) -> list[Preset]:
        own = _own(training, synth)
        rows = _rows(training, own)
        shadows = rows @ np.random.default_rng(0).standard_normal((rows.shape[1], _DIRECTIONS), np.float32)
        middle = int(own[np.sqrt(_distances(shadows, shadows)).sum(axis=1).argmin()])
        return [training.preset(middle)] * len(items)

    def nearest(items: Int64[I64, " targets"], synth: str) -> list[Preset]:
        own = _own(training, synth)
        places = _distances(_rows(test, items), _rows(training, own)).argmin(axis=1)
        return [training.preset(int(own[place])) for place in places]

    return {FLOOR: floor, RANDOM: random, MEDOID: medoid, NEAREST: nearest}


def _own(subset: Subset, synth: str) -> Int64[I64, " items"]:
    return np.flatnonzero(subset.synth_index == subset.synths.index(synth))


def _rows(subset: Subset, items: Int64[I64, " items"]) -> Float32[F32, "items columns"]:
    """Spectrograms at half of their resolution, one a row: fine enough to compare, a quarter of the memory."""
    rows = []
    for start in range(0, len(items), 64):
        mels = subset.mels(items[start : start + 64])
        even = mels[:, :, : mels.shape[2] // 2 * 2]
        rows.append(even.reshape(len(even), even.shape[1] // 2, 2, -1, 2).mean(axis=(2, 4)).reshape(len(even), -1))
    return np.concatenate(rows)


def _distances(a: Float32[F32, "rows columns"], b: Float32[F32, "others columns"]) -> Float32[F32, "rows others"]:
    """Squared Euclidean distances of rows. Shape: (m, n), (k, n) -> (m, k)."""
    return np.maximum(np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2 * a @ b.T, 0.0)
