"""Models with a latent: variational auto-encoders of spectrograms, which also decode presets from the latent.

A latent is (B, latent_size). `synthmatch morph` and `sample` need one.
"""

from abc import abstractmethod

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from synthmatch.models.base import Batch, Losses, Model


class AutoEncoder(Model):
    """An encoder, a decoder of spectrograms, and decoders of presets (Kingma, Welling 2014)."""

    @abstractmethod
    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent, each (B, latent_size). A joint model's do not depend on `synth`."""

    def move(self, drawn: Tensor) -> tuple[Tensor, Tensor]:
        """The latent of a draw from what `encode` gave, and what the way there adds to its divergence, (B,).

        The draw itself, and nothing, for a model without a flow.
        """
        return drawn, drawn.new_zeros(len(drawn))

    @abstractmethod
    def decode(self, latent: Tensor, synth: str) -> Tensor:
        """Encoded presets of one synthesizer, (B, width), each number in 0..1."""

    @abstractmethod
    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """Mel spectrograms, as many and as large as were encoded."""

    @abstractmethod
    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """Error of the encoded presets that the batch knows, as the model's source counts it."""

    def parameter_error(self, latent: Tensor, encoded: Tensor, synth: str, audible: Tensor | None = None) -> Tensor:
        """Error of one synthesizer's encoded presets, as validation counts it: mean squared.

        `audible`: what counts, for a model that `weighs_audible`.
        """
        return (self.decode(latent, synth) - encoded).square().mean()

    def losses(self, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        """Of spectrogram and presets, decoded from a draw, and the divergence from the standard normal."""
        synth = next(iter(batch.rows))
        mean, log_variance = self.encode(batch.mels, synth)
        noise = torch.randn(mean.shape, generator=generator, device=mean.device)
        latent, added = self.move(mean + torch.exp(0.5 * log_variance) * noise)
        spectrogram = F.mse_loss(self.reconstruct(latent, synth), batch.mels)
        parameters = self.parameter_loss(latent, batch)
        # divergence from the standard normal: summed over the latent, mean over the batch
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1).mean() + added.mean()
        total = spectrogram + parameters + kl_share * self.config.kl_weight * kl
        return Losses(total, parameters.detach(), spectrogram.detach(), kl.detach())

    def latents(self, mels: Tensor, synth: str, noise: Tensor) -> Tensor:
        """Latents of one sound, (n, latent_size): the mean's for `noise` of zeros, draws for normal noise."""
        mean, log_variance = self.encode(mels, synth)
        return self.move(mean + torch.exp(0.5 * log_variance) * noise)[0]

    def latent(self, mels: Tensor, synth: str) -> Tensor:
        """The latent of the encoder's mean, (B, latent_size)."""
        return self.move(self.encode(mels, synth)[0])[0]

    def validation(self, mels: Tensor, encoded: Tensor, synth: str, audible: Tensor | None = None) -> dict[str, Tensor]:
        """Mean squared error of the spectrograms, and the presets' error."""
        latent = self.latent(mels, synth)
        spectrogram = (self.reconstruct(latent, synth) - mels).square().mean()
        return {"spectrogram": spectrogram, "parameters": self.parameter_error(latent, encoded, synth, audible)}

    @torch.no_grad()
    def estimate(self, mels: Tensor, synth: str) -> Tensor:
        """What the latent of the mean decodes to."""
        return self.decode(self.latent(mels, synth), synth)

    @torch.no_grad()
    def draw(self, mels: Tensor, synth: str, count: int, rng: np.random.Generator) -> Tensor:
        """What the latent of the mean decodes to, then latents that are drawn."""
        noise = np.zeros((count, self.config.latent_size), np.float32)
        noise[1:] = rng.standard_normal((count - 1, self.config.latent_size), np.float32)
        return self.decode(self.latents(mels, synth, torch.from_numpy(noise).to(mels.device)), synth)
