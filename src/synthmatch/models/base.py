"""What every model is: the contract that training, matching and the experiments use.

Spectrograms are (B, 128, 431) float32 in 0..1 (`features.mel`), or (B, notes, 128, 431) for a model of whole rows; an
encoded row is one preset in a synthesizer's model form (`ParamSpace.encode`). A model knows its synthesizers by id, in a
fixed order.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from synthmatch.errors import InputError
from synthmatch.features.mel import FRAMES, MELS
from synthmatch.params import EncodedLayout

#: The three separate models of this size have 550 MB of weights.
_MOST_LATENT = 512


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What a model is built with; one that is no auto-encoder has no use for either.

    `latent_size`: 64 in the paper. `kl_weight`: of the Kullback-Leibler term after the warm-up; by default it stands to
    the mean squared error of a pixel as it would to the sum over all pixels, which is a Gaussian likelihood of variance
    1/2 for each. Raises `InputError` for a size or weight of no use. (The published code evaluates its warm-up once, before training, and so trains with weight 0.)
    """

    latent_size: int = 64
    kl_weight: float = 1.0 / (MELS * FRAMES)

    def __post_init__(self) -> None:
        if not 1 <= self.latent_size <= _MOST_LATENT or self.kl_weight < 0:
            raise InputError(
                f"latent size is {self.latent_size}, weight of the KL term {self.kl_weight};"
                f" expected 1 to {_MOST_LATENT}, and 0 or more"
            )


class Batch(NamedTuple):
    """B items. `rows` says which of them each synthesizer made, (n,); `encoded` has their presets, (n, width).

    `pitches` are the MIDI numbers of the notes, in the shape of `mels` before its last two axes. `audible`: 1 where a column
    of `encoded` is of an active parameter, else 0; empty where training counts all columns. Synthesizers that made none are absent.
    """

    mels: Tensor
    rows: dict[str, Tensor]
    encoded: dict[str, Tensor]
    pitches: Tensor
    audible: Mapping[str, Tensor] = MappingProxyType({})

    def to(self, device: torch.device) -> "Batch":
        """The batch on another device."""
        rows, encoded, audible = (
            {synth: tensor.to(device) for synth, tensor in part.items()}
            for part in (self.rows, self.encoded, self.audible)
        )
        return Batch(self.mels.to(device), rows, encoded, self.pitches.to(device), audible)


class Losses(NamedTuple):
    """Scalars of a batch; `total` is what training lowers. Only an auto-encoder has the last two."""

    total: Tensor
    parameters: Tensor
    spectrogram: Tensor | None = None
    kl: Tensor | None = None


class Schedule(NamedTuple):
    """How a learning rate changes. Over the first `warmup_epochs` it rises from the share `start`; then it is multiplied by
    `factor` each time that validation has not improved by a ten-thousandth for `patience` epochs, and waits as long again."""

    warmup_epochs: int
    start: float
    factor: float
    patience: int


class Model(nn.Module, ABC):
    """A joint or separate model of several synthesizers.

    `layouts`: encoded columns by synthesizer id. `notes`: spectrograms of an example, more than one only for a model of
    whole rows.
    """

    #: name in the registry
    name: ClassVar[str]
    #: whether a batch must be of one synthesizer
    one_synth: ClassVar[bool] = False
    #: whether an example is a whole row, its notes as channels, and not one note
    whole_rows: ClassVar[bool] = False
    #: whether its loss can leave out inactive parameters
    weighs_audible: ClassVar[bool] = False
    #: Adam's, unless another is asked for: the paper's
    learning_rate: ClassVar[float] = 1e-4
    #: how that changes; by default not
    schedule: ClassVar[Schedule | None] = None
    #: epochs in which its loss still changes: training does not end in them
    rises: ClassVar[int] = 0
    #: how many epochs it has been trained, which training says before each batch
    epochs: float = 0.0

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig, notes: int = 1) -> None:
        super().__init__()
        self.layouts, self.config, self.notes = dict(layouts), config, notes

    @classmethod
    def usual_config(cls, latent_size: int = 64) -> ModelConfig:
        """What it is built with, unless something else is asked for."""
        return ModelConfig(latent_size)

    @property
    def synths(self) -> tuple[str, ...]:
        """Ids of the synthesizers it knows."""
        return tuple(self.layouts)

    @property
    def widths(self) -> dict[str, int]:
        """Encoded width of each synthesizer."""
        return {synth: layout.width for synth, layout in self.layouts.items()}

    def parts(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Parts that share nothing: the synthesizers of each, and how the names of its weights begin."""
        return [(self.synths, ("",))]

    @abstractmethod
    def losses(self, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        """Losses of a batch. `kl_share`: how much of the KL weight counts, 0..1 during the warm-up."""

    @abstractmethod
    def validation(self, mels: Tensor, encoded: Tensor, synth: str, audible: Tensor | None = None) -> dict[str, Tensor]:
        """Losses by name, without noise, of items that one synthesizer made. Their sum says which weights are best.

        `audible`: as in `Batch`, where training counts active parameters alone, for a model that `weighs_audible`.
        """

    @abstractmethod
    def estimate(self, mels: Tensor, synth: str) -> Tensor:
        """The most likely presets of one synthesizer, each number in 0..1: (B, 128, 431) -> (B, width). No gradient."""

    def draw(self, mels: Tensor, synth: str, count: int, rng: np.random.Generator) -> Tensor:
        """Presets that could have made one sound: the estimate, then draws, (1, 128, 431) -> (`count`, width). No gradient.

        The estimate alone, (1, width), for a model that gives no distribution.
        """
        return self.estimate(mels, synth)
