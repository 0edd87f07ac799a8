"""What every model is: the contract that training, matching and the experiments use.

Spectrograms are (B, 128, 431) float32 in 0..1 (`features.mel`); an encoded row is one preset in a synthesizer's model
form (`ParamSpace.encode`); a latent is (B, latent_size). A model knows its synthesizers by id, in a fixed order.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.features.mel import FRAMES, MELS


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What a model is built with.

    `latent_size`: 64 in the paper. `kl_weight`: of the Kullback-Leibler term after the warm-up; by default it stands to
    the mean squared error of a pixel as it would to the sum over all pixels, which is a Gaussian likelihood of variance
    1/2 for each. (The published code evaluates its warm-up once, before training, and so trains with weight 0.)
    """

    latent_size: int = 64
    kl_weight: float = 1.0 / (MELS * FRAMES)


class Batch(NamedTuple):
    """B items. `rows` says which of them each synthesizer made, (n,); `encoded` has their presets, (n, width).

    Synthesizers that made none are absent from both.
    """

    mels: Tensor
    rows: dict[str, Tensor]
    encoded: dict[str, Tensor]

    def to(self, device: torch.device) -> "Batch":
        """The batch on another device."""
        rows = {synth: tensor.to(device) for synth, tensor in self.rows.items()}
        return Batch(self.mels.to(device), rows, {synth: tensor.to(device) for synth, tensor in self.encoded.items()})


class Losses(NamedTuple):
    """Scalars of a batch; `total` is what training lowers."""

    total: Tensor
    spectrogram: Tensor
    parameters: Tensor
    kl: Tensor


class Model(nn.Module, ABC):
    """A joint or separate model of several synthesizers. `widths`: encoded width by synthesizer id."""

    #: name in the registry
    name: ClassVar[str]
    #: whether a batch must be of one synthesizer
    one_synth: ClassVar[bool] = False

    def __init__(self, widths: Mapping[str, int], config: ModelConfig) -> None:
        super().__init__()
        self.widths, self.config = dict(widths), config

    @property
    def synths(self) -> tuple[str, ...]:
        """Ids of the synthesizers it knows."""
        return tuple(self.widths)

    def parts(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Parts that share nothing: the synthesizers of each, and how the names of its weights begin."""
        return [(self.synths, ("",))]

    @abstractmethod
    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent, each (B, latent_size). A joint model's do not depend on `synth`."""

    @abstractmethod
    def decode(self, latent: Tensor, synth: str) -> Tensor:
        """Encoded presets of one synthesizer, (B, width), each number in 0..1."""

    @abstractmethod
    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """Mel spectrograms, (B, 128, 431)."""

    @abstractmethod
    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """Mean squared error of the encoded presets that the batch knows, as the model's source counts it."""

    def losses(self, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        """Losses of a batch. `kl_share`: how much of the KL weight counts, 0..1 during the warm-up."""
        synth = next(iter(batch.rows))
        mean, log_variance = self.encode(batch.mels, synth)
        noise = torch.randn(mean.shape, generator=generator, device=mean.device)
        latent = mean + torch.exp(0.5 * log_variance) * noise
        spectrogram = F.mse_loss(self.reconstruct(latent, synth), batch.mels)
        parameters = self.parameter_loss(latent, batch)
        # divergence from the standard normal: summed over the latent, mean over the batch
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1).mean()
        total = spectrogram + parameters + kl_share * self.config.kl_weight * kl
        return Losses(total, spectrogram.detach(), parameters.detach(), kl.detach())

    @torch.no_grad()
    def estimate(self, mels: Tensor, synth: str) -> Tensor:
        """The most likely presets of one synthesizer for spectrograms of any sound: (B, 128, 431) -> (B, width)."""
        return self.decode(self.encode(mels, synth)[0], synth)
