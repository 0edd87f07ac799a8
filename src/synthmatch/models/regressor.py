"""Models without a latent: one encoder for all synthesizers, and a head for each, from its features to encoded rows.

A head learns from the sounds that its synthesizer made, the encoder from all. Every item of a batch counts the same.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.models.base import Batch, Losses, Model, ModelConfig
from synthmatch.models.encoded_output import EncodedOutput
from synthmatch.params import EncodedLayout


class Head(nn.Module):
    """A hidden layer with ReLU, as wide as the features, and a linear one. Shape: (B, features) -> (B, width)."""

    def __init__(self, features: int, layout: EncodedLayout) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, features)
        self.last = nn.Linear(features, layout.width)
        self.output = EncodedOutput(layout)

    def forward(self, features: Tensor) -> Tensor:
        """Raw numbers, for `output`."""
        raw: Tensor = self.last(F.relu(self.hidden(features)))
        return raw


class Regressor(Model):
    """`encoder`: spectrograms to features, (B, 128, 431) -> (B, features)."""

    weighs_audible = True

    def __init__(
        self, layouts: Mapping[str, EncodedLayout], config: ModelConfig, encoder: nn.Module, features: int
    ) -> None:
        super().__init__(layouts, config)
        self.encoder = encoder
        self.heads = nn.ModuleList(Head(features, layout) for layout in layouts.values())

    def losses(self, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        """The heads' errors, each by its share of the batch."""
        features = self.encoder(batch.mels)
        errors = []
        for synth, encoded in batch.encoded.items():
            rows = batch.rows[synth]
            errors.append(
                self._error(features[rows], encoded, synth, batch.audible.get(synth)) * (len(rows) / len(batch.mels))
            )
        total = torch.stack(errors).sum()
        return Losses(total, total.detach())

    def validation(self, mels: Tensor, encoded: Tensor, synth: str, audible: Tensor | None = None) -> dict[str, Tensor]:
        """The error of the synthesizer's head."""
        return {"parameters": self._error(self.encoder(mels), encoded, synth, audible)}

    @torch.no_grad()
    def estimate(self, mels: Tensor, synth: str) -> Tensor:
        """Numbers and class probabilities."""
        head = self._head(synth)
        encoded: Tensor = head.output(head(self.encoder(mels)))
        return encoded

    def _head(self, synth: str) -> Head:
        head = self.heads[self.synths.index(synth)]
        assert isinstance(head, Head)
        return head

    def _error(self, features: Tensor, encoded: Tensor, synth: str, audible: Tensor | None = None) -> Tensor:
        head = self._head(synth)
        return head.output.loss(head(features), encoded, audible)
