"""J-J, Joint-Encoder Joint-Decoder (Faronbi, Roman, Bello, ICASSP 2023): one decoder for the presets of all.

Encoded presets are padded with zeros to the widest synthesizer's. A mask of that width, ones where the synthesizer has a
column, goes through a dense layer of 1,024 with ReLU and joins the latent, so that the decoder knows whose preset is asked
for. So the published code has it (dafaronbi/Multi-Task-Automatic-Synthesizer-Programming, `model.py`, `vae_single`; the
product of output and mask that it had is gone since September 2022): padding learns to be zero, and counts as much as any
column. A narrow synthesizer's own columns are then a small part of the mean.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.encoder import Encoder
from synthmatch.models.initial import keras_dense
from synthmatch.models.parameter_decoder import HIDDEN, ParameterDecoder
from synthmatch.models.spectrogram_decoder import SpectrogramDecoder
from synthmatch.params import EncodedLayout


class JointJoint(AutoEncoder):
    """One encoder, one spectrogram decoder, one parameter decoder that is told by a mask whose preset is asked for."""

    name = "j-j"
    masks: Tensor

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config)
        size, widest = config.latent_size, max(self.widths.values())
        self.encoder = Encoder(size)
        self.spectrogram_decoder = SpectrogramDecoder(size)
        told = self.told(size)
        if told:
            self.mask_layer = keras_dense(nn.Linear(widest, told))
        self.parameter_decoder = ParameterDecoder(size + told, widest)
        columns = torch.arange(widest)
        masks = [columns < width for width in self.widths.values()]
        self.register_buffer("masks", torch.stack(masks).float(), persistent=False)  # (synths, widest)

    def told(self, latent_size: int) -> int:
        """How many numbers join the latent to say whose preset is asked for."""
        return HIDDEN

    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """By the one encoder."""
        mean, log_variance = self.encoder(mels)
        return mean, log_variance

    def padded(self, latent: Tensor, asked: Tensor) -> Tensor:
        """Encoded presets with their padding. Shape: latent (B, latent_size), places of synthesizers (B,) -> (B, widest)."""
        told = F.relu(self.mask_layer(self.masks))  # (synths, HIDDEN)
        encoded: Tensor = self.parameter_decoder(torch.cat([latent, told[asked]], dim=1))
        return encoded

    def decode(self, latent: Tensor, synth: str) -> Tensor:
        """The columns that the synthesizer has."""
        asked = torch.full((len(latent),), self.synths.index(synth), device=latent.device)
        return self.padded(latent, asked)[:, : self.widths[synth]]

    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """By the one decoder."""
        mels: Tensor = self.spectrogram_decoder(latent)
        return mels

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """Mean over the padded batch."""
        asked, wanted = self._asked(latent, batch)
        return F.mse_loss(self.padded(latent, asked), wanted)

    def _asked(self, latent: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Whose preset each item's is, (B,), and those presets with zeros as padding, (B, widest)."""
        asked = torch.zeros(len(latent), dtype=torch.long, device=latent.device)
        wanted = latent.new_zeros(len(latent), self.masks.shape[1])
        for synth, encoded in batch.encoded.items():
            asked[batch.rows[synth]] = self.synths.index(synth)
            wanted[batch.rows[synth], : self.widths[synth]] = encoded
        return asked, wanted


class JointJointEven(JointJoint):
    """J-J in which every synthesizer counts alike: an item's error is the mean over its own columns, padding is left out."""

    name = "j-j-even"

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """Mean over the items of the mean over the columns that each has."""
        asked, wanted = self._asked(latent, batch)
        masks = self.masks[asked]  # (B, widest)
        error = (self.padded(latent, asked) - wanted).square() * masks
        return (error.sum(dim=1) / masks.sum(dim=1)).mean()


class JointJointBlind(JointJoint):
    """J-J that is not told whose preset is asked for: the published code's `vae_single_no_mask`."""

    name = "j-j-blind"

    def told(self, latent_size: int) -> int:
        """Nothing."""
        return 0

    def padded(self, latent: Tensor, asked: Tensor) -> Tensor:
        """The same columns whoever is asked for: a synthesizer's preset is their first."""
        encoded: Tensor = self.parameter_decoder(latent)
        return encoded


class JointJointMasked(JointJoint):
    """J-J whose mask's layer is as wide as the latent, and whose mask multiplies the output, so that padding is exactly 0."""

    name = "j-j-masked"

    def told(self, latent_size: int) -> int:
        """As many as the latent has."""
        return latent_size

    def padded(self, latent: Tensor, asked: Tensor) -> Tensor:
        """Zeros where a synthesizer has no column."""
        return super().padded(latent, asked) * self.masks[asked]
