"""A trained model's estimates: its most likely preset first, then draws from what it finds likely."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.base import Proposal, Proposer
from synthmatch.synths.base import Synth

#: Presets that a model is asked for: its first estimate, and draws; as many as retrieval ranks again in the benchmark. Not tuned.
ESTIMATES = 16


class TrainedModel(Protocol):
    """What is needed of a model (`models.estimator.Estimator`). `fingerprint` tells its weights."""

    @property
    def name(self) -> str:
        """As tables show it."""

    @property
    def fingerprint(self) -> str:
        """A short hash of its weights, without spaces."""

    @property
    def synths(self) -> tuple[str, ...]:
        """Ids of the synthesizers it knows."""

    def estimate(self, audio: Audio, note: Note, synth: str, count: int, rng: np.random.Generator) -> list[Preset]:
        """At most `count` presets for the sound of a note, the most likely first."""


class ModelProposer(Proposer):
    """The estimates of a trained model."""

    name = "model"
    stands_alone = True

    def __init__(self, model: TrainedModel) -> None:
        self._model = model

    def propose(self, target: Audio, note: Note, synth: Synth, rng: np.random.Generator) -> Sequence[Proposal]:
        """Its estimates for a synthesizer that it knows. It does not say how near they should be."""
        if synth.id not in self._model.synths:
            return []
        return [Proposal(preset) for preset in self._model.estimate(target, note, synth.id, ESTIMATES, rng)]
