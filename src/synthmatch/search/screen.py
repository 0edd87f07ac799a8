"""Which children are worth a render: a surrogate's prediction, corrected by what this search has heard.

The surrogate (`surrogate.Surrogate`) knows the synthesizer in general and errs by some decibels. Where it errs, it errs
alike for presets alike, so its errors on the presets that were rendered are carried over to those that were not: a
Gaussian process over the surrogate's own features. At a parent, whose sound is known, the prediction is the truth.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synthmatch.audio import Audio
from synthmatch.features.sketch import MELS, segment_shares, sketch
from synthmatch.note import Note
from synthmatch.surrogate.inputs import SEGMENTS
from synthmatch.surrogate.surrogate import Surrogate

Floats = npt.NDArray[np.float32]

#: Renders that predictions are corrected by: the latest.
_HEARD = 256
#: Variance of what the features do not explain, beside a variance of 1 of what they do.
_UNEXPLAINED = 0.3
#: Features further apart than so many times the median distance have little to do with each other.
_REACH = 1.0


class Screen:
    """Predicts how far presets are from a target, (channels, samples), that is played with `note`."""

    def __init__(self, surrogate: Surrogate, target: Audio, note: Note) -> None:
        self._surrogate, self._note = surrogate, note
        self._target = sketch(target)[:SEGMENTS]
        self._weights = segment_shares(target.shape[-1], SEGMENTS)
        self._features: list[Floats] = []
        self._errors: list[Floats] = []

    def learn(self, unit: npt.NDArray[np.floating], sketches: Sequence[Floats]) -> None:
        """Take note of the sounds of rendered presets. Shape: (N, P), N times (segments, MELS)."""
        predicted = self._surrogate(unit, self._note)
        self._errors += [
            heard[:SEGMENTS] - own[: len(heard)] for heard, own in zip(sketches, predicted.sketch, strict=True)
        ]
        self._features += list(predicted.features)
        del self._errors[:-_HEARD], self._features[:-_HEARD]

    def gains(
        self, unit: npt.NDArray[np.floating], parents: npt.NDArray[np.floating], sketches: Sequence[Floats]
    ) -> npt.NDArray[np.float64]:
        """By how many dB, in the mean over cells, presets should be nearer to the target than their parents.

        `unit` and `parents`: (N, P). `sketches`: the sound of each parent. Shape: (N,).
        """
        predicted = self._surrogate(np.concatenate([unit, parents]), self._note)
        shown = len(self._target)
        own = predicted.sketch[:, :shown] + self._carried(predicted.features)
        before = np.stack([heard[:shown] for heard in sketches]) - self._target
        after = before + own[: len(unit)] - own[len(unit) :]
        return (np.abs(before) - np.abs(after)).mean(axis=2) @ self._weights

    def _carried(self, features: Floats) -> Floats:
        """The error to expect at these features. Shape: (N, width) -> (N, segments, MELS)."""
        known = np.stack(self._features)
        errors = np.stack(self._errors).reshape(len(known), -1)
        mean = errors.mean(axis=0)
        apart = _distances(known, known)
        unit = _REACH * max(float(np.median(apart)), 1e-6)
        covariance = np.exp(-apart / unit) + _UNEXPLAINED * np.eye(len(known), dtype=np.float32)
        weights = np.linalg.solve(covariance, errors - mean)
        carried: Floats = np.exp(-_distances(features, known) / unit) @ weights + mean
        return carried.reshape(len(features), -1, MELS)


def _distances(a: Floats, b: Floats) -> Floats:
    """Root mean square differences of rows. Shape: (N, width), (M, width) -> (N, M)."""
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2.0 * (a @ b.T)
    return np.sqrt(np.maximum(squared, 0.0) / a.shape[1]).astype(np.float32)
