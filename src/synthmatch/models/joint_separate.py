"""J-S, Joint-Encoder Separate-Decoder (Faronbi, Roman, Bello, ICASSP 2023): one encoder, a decoder a synthesizer.

In the paper each parameter decoder's output is multiplied by a mask, all ones where its synthesizer made the sound and
all zeros elsewhere, and compared with a target that is zero where the mask is. A masked item then has an error of
exactly 0 and no gradient. So it is the same, and cheaper, to give a decoder only the items that its synthesizer made,
and to divide by the size of the whole batch, as the mean over masked items does. At inference the mask is the choice of
`synth` in `decode`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.encoder import Encoder
from synthmatch.models.parameter_decoder import ParameterDecoder
from synthmatch.models.spectrogram_decoder import SpectrogramDecoder
from synthmatch.params import EncodedLayout


class JointSeparate(AutoEncoder):
    """One encoder and spectrogram decoder for all, a parameter decoder for each."""

    name = "j-s"

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config)
        self.encoder = Encoder(config.latent_size)
        self.spectrogram_decoder = SpectrogramDecoder(config.latent_size)
        self.parameter_decoders = nn.ModuleList(ParameterDecoder(config.latent_size, w) for w in self.widths.values())

    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """By the one encoder."""
        mean, log_variance = self.encoder(mels)
        return mean, log_variance

    def decode(self, latent: Tensor, synth: str) -> Tensor:
        """By the synthesizer's decoder."""
        encoded: Tensor = self.parameter_decoders[self.synths.index(synth)](latent)
        return encoded

    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """By the one decoder."""
        mels: Tensor = self.spectrogram_decoder(latent)
        return mels

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """Sum over the decoders of their means over the masked batch."""
        size = len(batch.mels)
        means = []
        for synth, encoded in batch.encoded.items():
            error = self.decode(latent[batch.rows[synth]], synth) - encoded  # (n, width)
            means.append(error.square().sum() / (size * self.widths[synth]))
        return torch.stack(means).sum()
