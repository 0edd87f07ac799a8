"""Which children are worth a render: a surrogate's prediction, corrected by what this search has heard.

The surrogate (`surrogate.Surrogate`) knows the synthesizer in general and errs by some decibels. Where it errs, it errs
alike for presets alike, so its errors on the presets that were rendered are carried over to those that were not: a
Gaussian process over the surrogate's own features. At a parent, whose sound is known, the prediction is the truth.

A library remembers its presets' sounds roughly. Their mean with the predictions is nearer to the truth than either, and
is what is known of them until they are rendered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthmatch.audio import Audio
from synthmatch.features.bands import mel_bands
from synthmatch.features.remembered import remembered_sketches
from synthmatch.features.sketch import MELS, WINDOW, segment_shares, sketch
from synthmatch.library.library import Neighbour
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.search.objective import Scored
from synthmatch.surrogate.inputs import FRAMES, SEGMENTS
from synthmatch.surrogate.surrogate import Surrogate

Floats = npt.NDArray[np.floating]

#: Renders that predictions are corrected by: the latest.
_HEARD = 256
#: Variance of what the features do not explain, beside a variance of 1 of what they do.
_UNEXPLAINED = 0.3
#: Decimals of what is expected, in dB. What machines add up differently is smaller, and presets alike stay equally near.
_DECIMALS = 6


class Expected(NamedTuple):
    """What children should bring, both in dB and of shape (N,).

    `gains`: by how much they should be nearer to the target than their parents. `changes`: how far their sounds should be
    from their parents', the mean over cells.
    """

    gains: Floats
    changes: Floats


@dataclass(frozen=True, slots=True)
class _Known:
    """A preset: its sound and the prediction, both (segments, MELS), and the surrogate's features."""

    heard: Floats
    predicted: Floats
    features: Floats


class Screen:
    """Predicts how far presets are from a target, (channels, samples), that is played with `note`."""

    def __init__(self, surrogate: Surrogate, target: Audio, note: Note) -> None:
        self._surrogate, self._note = surrogate, note
        self._target = sketch(target)[:SEGMENTS]
        self._shares = segment_shares(target.shape[-1], SEGMENTS)
        self._known: dict[bytes, _Known] = {}
        self._remembered: list[_Known] = []
        #: presets that nobody heard but that may be parents, by key
        self._imagined: dict[bytes, _Known] = {}

    def remember(self, neighbours: Sequence[Neighbour]) -> None:
        """Take note of how a library's presets, one or more, sound, as far as it remembers."""
        levels = np.stack([neighbour.levels for neighbour in neighbours])
        sketches = remembered_sketches(levels, self._note.hold_seconds, FRAMES)[:, : len(self._target)]
        predicted, features = self._predict([neighbour.preset for neighbour in neighbours])
        self._remembered = [
            _Known(*known) for known in zip((sketches + predicted) / 2, predicted, features, strict=True)
        ]
        keys = [neighbour.preset.key() for neighbour in neighbours]
        self._imagined |= dict(zip(keys, self._remembered, strict=True))

    def learn(self, rendered: Sequence[Scored]) -> None:
        """Take note of how presets sound."""
        sketches, features = self._predict([scored.preset for scored in rendered])
        for scored, predicted, own in zip(rendered, sketches, features, strict=True):
            self._known[scored.preset.key()] = _Known(scored.sketch[: len(self._target)], predicted, own)

    def imagine(self, presets: Sequence[Preset]) -> Floats:
        """How far presets should be from the target before any is heard, in dB. Shape: (N,).

        They may be parents then. Those that are not remembered are predicted.
        """
        new = [preset for preset in presets if preset.key() not in self._imagined]
        if new:
            predicted, features = self._predict(new)
            heard = predicted + self._carried(features)
            for preset, *known in zip(new, heard, predicted, features, strict=True):
                self._imagined[preset.key()] = _Known(*known)
        heard = np.stack([self._imagined[preset.key()].heard for preset in presets])
        return self._distances_to(heard).round(_DECIMALS)

    def expect(self, presets: Sequence[Preset], parents: Sequence[Preset]) -> Expected:
        """What presets should bring over their parents, one a preset, each of them learned, remembered or imagined."""
        rows = {key: row for row, key in enumerate(dict.fromkeys(parent.key() for parent in parents))}
        known = [self._known.get(key) or self._imagined[key] for key in rows]
        of = [rows[parent.key()] for parent in parents]
        sketches, features = self._predict(presets)
        carried = self._carried(np.concatenate([features, np.stack([one.features for one in known])]))
        children = sketches + carried[: len(presets)]
        changes = children - (np.stack([one.predicted for one in known]) + carried[len(presets) :])[of]
        heard = np.stack([one.heard for one in known])
        gains = self._distances_to(heard)[of] - self._distances_to(heard[of] + changes)
        sizes = np.abs(changes).mean(axis=2) @ self._shares
        return Expected(gains.round(_DECIMALS), sizes.round(_DECIMALS))

    def _distances_to(self, sketches: Floats) -> Floats:
        """How far sketches, (N, segments, MELS), are from the target: as the fast score, which hears spectra. Shape: (N,)."""
        difference = sketches - self._target
        cells = np.abs(difference).mean(axis=2) @ self._shares
        if not self._known:
            # squares make much of what is predicted wrongly: before anything was heard, the mean over cells chooses better
            return np.asarray(cells)
        spectral = np.sqrt(np.square(difference) @ _bin_shares()) @ self._shares
        return np.asarray((2 * spectral + cells) / 3)

    def _predict(self, presets: Sequence[Preset]) -> tuple[Floats, Floats]:
        space = self._surrogate.space
        unit = space.to_unit(np.stack([preset.native for preset in presets]))
        predicted = self._surrogate(unit, self._note)
        return predicted.sketch[:, : len(self._target)], predicted.features

    def _carried(self, features: Floats) -> Floats:
        """The error to expect at these features. Shape: (N, width) -> (N, segments, MELS)."""
        # what was heard by itself says more than what a library remembers
        latest = list(self._known.values())[-_HEARD:] or self._remembered
        known = np.stack([one.features for one in latest])
        errors = np.stack([one.heard - one.predicted for one in latest])
        mean = errors.mean(axis=0)
        apart = _distances(known, known)
        np.fill_diagonal(apart, 0.0)
        # features further apart than the median have little to do with each other
        unit = max(float(np.median(apart)), 1e-6)
        covariance = np.exp(-apart / unit) + _UNEXPLAINED * np.eye(len(known))
        weights = np.linalg.solve(covariance, (errors - mean).reshape(len(known), -1))
        carried = np.exp(-_distances(features, known) / unit) @ weights
        return carried.reshape(len(features), *mean.shape) + mean


def _distances(a: Floats, b: Floats) -> Floats:
    """Root mean square differences of rows. Shape: (N, width), (M, width) -> (N, M)."""
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2.0 * (a @ b.T)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0) / a.shape[1]))


@cache
def _bin_shares() -> Floats:
    """Which share of a spectrum's bins each mel band stands for. Shape: (MELS,)."""
    bands = mel_bands(WINDOW, MELS).toarray()
    of_bins = bands / np.maximum(bands.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return np.asarray(of_bins.sum(axis=0) / of_bins.sum())
