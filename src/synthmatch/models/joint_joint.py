"""J-J, Joint-Encoder Joint-Decoder (Faronbi, Roman, Bello, ICASSP 2023): one decoder for the presets of all.

Encoded presets are padded with zeros to the widest synthesizer's. A mask of that width, ones where the synthesizer has a
column, goes through a dense layer and joins the latent, so that the decoder knows whose preset is asked for; and it
multiplies the output, so that padding is exactly 0.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.encoder import Encoder
from synthmatch.models.initial import keras_dense
from synthmatch.models.parameter_decoder import ParameterDecoder
from synthmatch.models.spectrogram_decoder import SpectrogramDecoder
from synthmatch.params import EncodedLayout


class JointJoint(AutoEncoder):
    """One encoder, one spectrogram decoder, one parameter decoder with masks."""

    name = "j-j"
    masks: Tensor

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config)
        size, widest = config.latent_size, max(self.widths.values())
        self.encoder = Encoder(size)
        self.spectrogram_decoder = SpectrogramDecoder(size)
        # the paper does not say how wide the mask's layer is: as wide as the latent that it joins
        self.mask_layer = keras_dense(nn.Linear(widest, size))
        self.parameter_decoder = ParameterDecoder(2 * size, widest)
        columns = torch.arange(widest)
        masks = [columns < width for width in self.widths.values()]
        self.register_buffer("masks", torch.stack(masks).float(), persistent=False)  # (synths, widest)

    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """By the one encoder."""
        mean, log_variance = self.encoder(mels)
        return mean, log_variance

    def padded(self, latent: Tensor, masks: Tensor) -> Tensor:
        """Encoded presets with zeros where the masks have them. Shape: latent (B, latent_size), masks (B, widest)."""
        told = F.relu(self.mask_layer(masks))  # (B, latent_size)
        encoded: Tensor = self.parameter_decoder(torch.cat([latent, told], dim=1)) * masks
        return encoded

    def decode(self, latent: Tensor, synth: str) -> Tensor:
        """The columns that the synthesizer has."""
        mask = self.masks[self.synths.index(synth)].expand(len(latent), -1)
        return self.padded(latent, mask)[:, : self.widths[synth]]

    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """By the one decoder."""
        mels: Tensor = self.spectrogram_decoder(latent)
        return mels

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """Mean over the padded batch."""
        masks = torch.zeros(len(batch.mels), self.masks.shape[1], device=latent.device)
        wanted = torch.zeros_like(masks)
        for synth, encoded in batch.encoded.items():
            masks[batch.rows[synth]] = self.masks[self.synths.index(synth)]
            wanted[batch.rows[synth], : self.widths[synth]] = encoded
        return F.mse_loss(self.padded(latent, masks), wanted)
