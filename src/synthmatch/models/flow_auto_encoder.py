"""What the two auto-encoders with a normalising flow in the latent share.

The encoder's normal distribution is only where a draw starts; the flow takes it to the latent, so that the latent of a
sound may have any shape. The divergence from the standard normal has no closed form then. With z0 the draw and z the
latent it is KL(q(z0) || N) + E[log N(z0) - log N(z) - log det], whose first term is that of any auto-encoder and whose
second is estimated from the draw.
"""

from abc import abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.encoded_output import EncodedOutput
from synthmatch.models.flows import Flow
from synthmatch.params import EncodedLayout


class FlowAutoEncoder(AutoEncoder):
    """`flow`: from draws to latents. A subclass gives each synthesizer one of `heads`, from latents to raw numbers."""

    heads: nn.ModuleList
    weighs_audible = True

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig, notes: int, flow: Flow) -> None:
        super().__init__(layouts, config, notes)
        self.flow = flow
        self.outputs = nn.ModuleList(EncodedOutput(layout) for layout in layouts.values())

    def move(self, drawn: Tensor) -> tuple[Tensor, Tensor]:
        """By the flow."""
        latent, log_determinant = self.flow(drawn)
        return latent, 0.5 * (latent.square() - drawn.square()).sum(dim=1) - log_determinant

    @abstractmethod
    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the draw before the flow, each (B, latent_size)."""

    def decode(self, latent: Tensor, synth: str) -> Tensor:
        """Numbers and class probabilities."""
        number = self.synths.index(synth)
        encoded: Tensor = self.outputs[number](self.heads[number](latent))
        return encoded

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """The synthesizers' errors, each by its share of the batch: every item counts the same."""
        errors = []
        for synth, encoded in batch.encoded.items():
            rows = batch.rows[synth]
            error = self.parameter_error(latent[rows], encoded, synth, batch.audible.get(synth))
            errors.append(error * (len(rows) / len(batch.mels)))
        return torch.stack(errors).sum()

    def parameter_error(self, latent: Tensor, encoded: Tensor, synth: str, audible: Tensor | None = None) -> Tensor:
        """Mean squared error of the numbers and cross-entropy of the classes (`encoded_output`)."""
        number = self.synths.index(synth)
        output = self.outputs[number]
        assert isinstance(output, EncodedOutput)
        return output.loss(self.heads[number](latent), encoded, audible)
