"""Preselection: which candidates of a surrogate-assisted search to render, by their predicted distance to the target.

The surrogate's prediction is corrected by its errors at the presets that this search has rendered (`surrogate.residual`).
At a parent, whose sound is known, the prediction is the truth.

Mel bands do not show where partials lie. Where formulas give every bin (`AnalyticModel.spectrum`), presets that nothing was
rendered of are compared bin by bin, and their bands are the mean of what these and the surrogate predict.

A library keeps its presets' sounds roughly. Their mean with the predictions is nearer to the truth than either
(docs/results/tried.md), and is the prior until they are rendered.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synthmatch.analytic.model import analytic_of
from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import Audio, Float, Floats
from synthmatch.features.predicted_distance import PredictedDistance, in_bands
from synthmatch.library.sketches import stored_sketches
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.base import Proposal
from synthmatch.search.objective import Scored
from synthmatch.surrogate.inputs import FRAMES, MIDDLES_SECONDS, SEGMENTS
from synthmatch.surrogate.residual import expected_errors
from synthmatch.surrogate.surrogate import Surrogate

#: Renders that correct predictions: the latest. A matter of time, not tuned.
_RENDERS = 256
#: Presets at a time whose bins are computed: threads share them, and the numbers are the same on any machine.
_TOGETHER = 64
#: Share of the formulas in how much louder a band should be; the rest is the surrogate's (docs/results/tried.md, "The loudness
#: distance, predicted").
_FORMULAS = 0.5
#: Decimals of a prediction. Differences between machines' sums are smaller, and equal presets stay equally near.
_DECIMALS = 6


class Expected(NamedTuple):
    """What children should bring.

    `gains`, (N,): by how much they should be nearer to the target than their parents. `changes`, (N,): how far their sounds
    should be from their parents', the mean over cells in dB. `bands`, (N, segments, MELS): how much louder each cell should
    be, in dB.
    """

    gains: Float[Floats, " presets"]
    changes: Float[Floats, " presets"]
    bands: Float[Floats, "presets segments mels"]


@dataclass(frozen=True, slots=True)
class _Known:
    """A preset: its sketch and the predicted one, both (segments, MELS), and the surrogate's features."""

    sketch: Float[Floats, "segments mels"]
    predicted: Float[Floats, "segments mels"]
    features: Float[Floats, " features"]


class Preselection:
    """Predicts how far presets are from a target, (channels, samples), that is played with `note`."""

    def __init__(self, surrogate: Surrogate, target: Audio, note: Note) -> None:
        self._surrogate, self._note = surrogate, note
        self._analytic = analytic_of(surrogate.synth)
        self._distance = PredictedDistance(target, SEGMENTS)
        self._rendered: dict[bytes, _Known] = {}
        self._prior: list[_Known] = []
        #: presets that were not rendered but may be parents, by key
        self._unrendered: dict[bytes, _Known] = {}

    def add_prior(self, proposals: Sequence[Proposal]) -> None:
        """Learn how proposed presets, one or more, sound, as far as a library keeps it (`Proposal.levels`)."""
        levels = np.stack([proposal.levels for proposal in proposals if proposal.levels is not None])
        sketches = stored_sketches(levels, self._note.hold_seconds, FRAMES)[:, : self._distance.segments]
        predicted, features = self._predict([proposal.preset for proposal in proposals])
        self._prior = [_Known(*known) for known in zip((sketches + predicted) / 2, predicted, features, strict=True)]
        keys = [proposal.preset.key() for proposal in proposals]
        self._unrendered |= dict(zip(keys, self._prior, strict=True))

    def learn(self, rendered: Sequence[Scored]) -> None:
        """Learn how rendered presets sound."""
        sketches, features = self._predict([scored.preset for scored in rendered])
        for scored, predicted, own in zip(rendered, sketches, features, strict=True):
            key, found = scored.preset.key(), scored.features
            self._rendered[key] = _Known(found.sketch[: self._distance.segments], predicted, own)

    def predict_distance(self, presets: Sequence[Preset]) -> Float[Floats, " presets"]:
        """How far presets should be from the target; they may be parents then. Shape: (N,)."""
        new = [preset for preset in presets if preset.key() not in self._unrendered]
        if new:
            predicted, features = self._predict(new)
            sketches = predicted + self._errors(features)
            for preset, *known in zip(new, sketches, predicted, features, strict=True):
                self._unrendered[preset.key()] = _Known(*known)
        sketches = np.stack([self._unrendered[preset.key()].sketch for preset in presets])
        return self._distance.of_sketches(sketches).round(_DECIMALS)

    def expect(self, presets: Sequence[Preset], parents: Sequence[Preset]) -> Expected:
        """What presets should bring over their parents, one a preset: rendered, of the prior, or predicted before."""
        each, of = _each_once(parents)
        known = [self._rendered.get(parent.key()) or self._unrendered[parent.key()] for parent in each]
        sketches, features = self._predict(presets)
        errors = self._errors(np.concatenate([features, np.stack([one.features for one in known])]))
        children = sketches + errors[: len(presets)]
        changes = children - (np.stack([one.predicted for one in known]) + errors[len(presets) :])[of]
        before = np.stack([one.sketch for one in known])
        gains = self._distance.of_sketches(before)[of] - self._distance.of_sketches(before[of] + changes)
        return Expected(gains.round(_DECIMALS), self._distance.mean_change(changes).round(_DECIMALS), changes)

    def predict_distance_per_bin(
        self, presets: Sequence[Preset], parents: Sequence[Preset]
    ) -> Float[Floats, " presets"] | None:
        """How far presets should be from the target, (N,), bin by bin; None where no formulas give bins.

        Each parent is of the prior or was predicted before.
        """
        if (computed := self._computed(presets)) is None:
            return None
        sketches = np.stack([self._unrendered[parent.key()].sketch for parent in parents])
        sketches = sketches + self.expect(presets, parents).bands
        sketches = _FORMULAS * in_bands(computed) + (1 - _FORMULAS) * sketches
        return self._distance.of_spectra(computed, sketches).round(_DECIMALS)

    def _computed(self, presets: Sequence[Preset]) -> Float[Floats, "presets segments bins"] | None:
        """Levels of bins by the synthesizer's formulas. Shape: (N, segments, bins)."""
        parts = [presets[start : start + _TOGETHER] for start in range(0, len(presets), _TOGETHER)]
        with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as threads:
            known = [part for part in threads.map(self._formulas, parts) if part is not None]
        return np.concatenate(known).astype(np.float64) if known else None

    def _formulas(self, presets: Sequence[Preset]) -> Float[Floats, "presets segments bins"] | None:
        count, note = len(presets), self._note
        native = np.stack([preset.native for preset in presets])
        pitch, hold_seconds = np.full(count, note.pitch), np.full(count, note.hold_seconds)
        seconds = MIDDLES_SECONDS[: self._distance.segments]
        return self._analytic.spectrum(PlayedPresets(native, pitch, hold_seconds, seconds))

    def _predict(
        self, presets: Sequence[Preset]
    ) -> tuple[Float[Floats, "presets segments mels"], Float[Floats, "presets features"]]:
        space = self._surrogate.space
        unit = space.to_unit(np.stack([preset.native for preset in presets]))
        predicted = self._surrogate(unit, self._note)
        return predicted.sketch[:, : self._distance.segments], predicted.features

    def _errors(self, features: Float[Floats, "presets features"]) -> Float[Floats, "presets segments mels"]:
        """The surrogate's error to expect at these features. Shape: (N, width) -> (N, segments, MELS)."""
        # the search's own renders say more than what a library keeps
        latest = list(self._rendered.values())[-_RENDERS:] or self._prior
        known = np.stack([one.features for one in latest])
        return expected_errors(known, np.stack([one.sketch - one.predicted for one in latest]), features)


def _each_once(presets: Sequence[Preset]) -> tuple[list[Preset], list[int]]:
    """Presets without repetition, and which of them each one is."""
    found = {preset.key(): preset for preset in presets}
    rows = {key: row for row, key in enumerate(found)}
    return list(found.values()), [rows[preset.key()] for preset in presets]
