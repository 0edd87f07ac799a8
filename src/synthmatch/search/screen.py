"""Which children are worth a render: a surrogate's prediction, corrected by what this search has heard.

The surrogate (`surrogate.Surrogate`) knows the synthesizer in general and errs by some decibels. Where it errs, it errs
alike for presets alike, so its errors on the presets that were rendered are carried over to those that were not: a
Gaussian process over the surrogate's own features. At a parent, whose sound is known, the prediction is the truth.

Bands do not show where partials lie. Where formulas do (`Synth.spectra`), a child's spectrum is taken to be its parent's,
changed bin by bin as they say, with each band as loud as the surrogate expects.

A library remembers its presets' sounds roughly. Their mean with the predictions is nearer to the truth than either, and
is what is known of them until they are rendered.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthmatch.audio import Audio
from synthmatch.features.bands import mel_bands
from synthmatch.features.remembered import remembered_sketches
from synthmatch.features.sketch import HOP, MELS, WINDOW, segment_means, segment_shares, sketch
from synthmatch.features.stft import FLOOR_DB, decibels, power_frames
from synthmatch.library.library import Neighbour
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.search.objective import Scored
from synthmatch.surrogate.inputs import FRAMES, MIDDLES_SECONDS, SEGMENTS
from synthmatch.surrogate.surrogate import Surrogate
from synthmatch.synths.frame_bands import between_bands

Floats = npt.NDArray[np.floating]

#: Renders that predictions are corrected by: the latest.
_HEARD = 256
#: Variance of what the features do not explain, beside a variance of 1 of what they do.
_UNEXPLAINED = 0.3
#: Presets at a time whose bins are computed: threads share them, and the numbers are the same on any machine.
_TOGETHER = 64
#: Decimals of what is expected, in dB. What machines add up differently is smaller, and presets alike stay equally near.
_DECIMALS = 6


class Expected(NamedTuple):
    """What children should bring, in dB.

    `gains`, (N,): by how much they should be nearer to the target than their parents. `changes`, (N,): how far their sounds
    should be from their parents', the mean over cells. `bands`, (N, segments, MELS): how much louder each cell should be.
    """

    gains: Floats
    changes: Floats
    bands: Floats


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
        self._spectrum = segment_means(decibels(power_frames(target, WINDOW, HOP)))[:SEGMENTS].astype(np.float64)
        self._shares = segment_shares(target.shape[-1], SEGMENTS)
        self._known: dict[bytes, _Known] = {}
        #: spectra of those that were rendered, (segments, bins), by key
        self._spectra: dict[bytes, Floats] = {}
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

    def nearest_first(self, neighbours: Sequence[Neighbour]) -> Sequence[Neighbour]:
        """Neighbours that were remembered, the nearest bin by bin first; as they are where no formulas say what bins hear."""
        presets = [neighbour.preset for neighbour in neighbours]
        distances = self.imagine_finer(presets, presets)
        return neighbours if distances is None else [neighbours[i] for i in np.argsort(distances, kind="stable")]

    def learn(self, rendered: Sequence[Scored]) -> None:
        """Take note of how presets sound."""
        sketches, features = self._predict([scored.preset for scored in rendered])
        for scored, predicted, own in zip(rendered, sketches, features, strict=True):
            key, heard = scored.preset.key(), scored.heard
            self._known[key] = _Known(heard.sketch[: len(self._target)], predicted, own)
            self._spectra[key] = heard.spectrum[: len(self._target)]

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
        each, of = _each_once(parents)
        known = [self._known.get(parent.key()) or self._imagined[parent.key()] for parent in each]
        sketches, features = self._predict(presets)
        carried = self._carried(np.concatenate([features, np.stack([one.features for one in known])]))
        children = sketches + carried[: len(presets)]
        changes = children - (np.stack([one.predicted for one in known]) + carried[len(presets) :])[of]
        heard = np.stack([one.heard for one in known])
        gains = self._distances_to(heard)[of] - self._distances_to(heard[of] + changes)
        sizes = np.abs(changes).mean(axis=2) @ self._shares
        return Expected(gains.round(_DECIMALS), sizes.round(_DECIMALS), changes)

    def finer(self, presets: Sequence[Preset], parents: Sequence[Preset], bands: Floats) -> Floats | None:
        """The gains again, (N,), bin by bin; None where no formulas say what bins hear.

        Each parent was learned. `bands`: what is expected of them (`Expected`).
        """
        each, of = _each_once(parents)
        if (computed := self._computed([*presets, *each])) is None:
            return None
        heard = np.stack([self._spectra[parent.key()] for parent in each]).astype(np.float64)
        sketches = np.stack([self._known[parent.key()].heard for parent in each])
        found = heard[of] + (computed[: len(presets)] - computed[len(presets) :][of])
        found = found + (bands - (_in_bands(found) - _in_bands(heard)[of])) @ between_bands()
        after = self._distances_by_bins(found, sketches[of] + bands)
        return np.asarray((self._distances_by_bins(heard, sketches)[of] - after).round(_DECIMALS))

    def imagine_finer(self, presets: Sequence[Preset], parents: Sequence[Preset]) -> Floats | None:
        """How far presets should be from the target, (N,), bin by bin, in dB; None where no formulas say what bins hear.

        Each parent was remembered or imagined.
        """
        if (computed := self._computed(presets)) is None:
            return None
        sketches = np.stack([self._imagined[parent.key()].heard for parent in parents])
        sketches = sketches + self.expect(presets, parents).bands
        found = computed + (sketches - _in_bands(computed)) @ between_bands()
        return self._distances_by_bins(found, sketches).round(_DECIMALS)

    def _computed(self, presets: Sequence[Preset]) -> Floats | None:
        """Levels of bins by the synthesizer's formulas. Shape: (N, segments, bins)."""
        parts = [presets[start : start + _TOGETHER] for start in range(0, len(presets), _TOGETHER)]
        with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as threads:
            known = [part for part in threads.map(self._formulas, parts) if part is not None]
        return np.concatenate(known).astype(np.float64) if known else None

    def _formulas(self, presets: Sequence[Preset]) -> Floats | None:
        count, note = len(presets), self._note
        native = np.stack([preset.native for preset in presets])
        pitch, hold_seconds = np.full(count, note.pitch), np.full(count, note.hold_seconds)
        return self._surrogate.synth.spectra(native, pitch, hold_seconds, MIDDLES_SECONDS[: len(self._target)])

    def _distances_by_bins(self, spectra: Floats, sketches: Floats) -> Floats:
        """The fast score of spectra, (N, segments, bins), and sketches, (N, segments, MELS). Shape: (N,)."""
        spectra = np.maximum(spectra, FLOOR_DB)
        spectral = np.sqrt(np.square(spectra - self._spectrum).mean(axis=2)) @ self._shares
        return np.asarray((2 * spectral + self._cells(sketches)) / 3)

    def _cells(self, sketches: Floats) -> Floats:
        """Mean absolute difference to the target over bands, (N, segments, MELS). Shape: (N,)."""
        return np.asarray(np.abs(sketches - self._target).mean(axis=2) @ self._shares)

    def _distances_to(self, sketches: Floats) -> Floats:
        """How far sketches, (N, segments, MELS), are from the target: as the fast score, which hears spectra. Shape: (N,)."""
        cells = self._cells(sketches)
        if not self._known:
            # squares make much of what is predicted wrongly: before anything was heard, the mean over cells chooses better
            return cells
        spectral = np.sqrt(np.square(sketches - self._target) @ _bin_shares()) @ self._shares
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


def _each_once(presets: Sequence[Preset]) -> tuple[list[Preset], list[int]]:
    """Presets without repetition, and which of them each one is."""
    found = {preset.key(): preset for preset in presets}
    rows = {key: row for row, key in enumerate(found)}
    return list(found.values()), [rows[preset.key()] for preset in presets]


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


def _in_bands(spectra: Floats) -> Floats:
    """Levels of bands from those of bins, (N, segments, bins). Shape: (N, segments, MELS)."""
    power = 10.0 ** (spectra.reshape(-1, spectra.shape[2]) / 10)
    return np.asarray(10.0 * np.log10(power @ mel_bands(WINDOW, MELS))).reshape(*spectra.shape[:2], MELS)
