"""The spectrogram decoder of the ICASSP 2023 auto-encoders: a latent back to the mel spectrogram.

A dense layer, then two transposed convolutions 3 x 3 with stride 2 (published Keras code, model.py, `vae_multi`).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.encoder import FILTERS, SMALL
from synthmatch.models.initial import keras_dense


class SpectrogramDecoder(nn.Module):
    """A latent to a mel spectrogram in 0..1. Shape: (B, latent_size) -> (B, 128, 431)."""

    def __init__(self, latent_size: int) -> None:
        super().__init__()
        self.dense = keras_dense(nn.Linear(latent_size, FILTERS * SMALL[0] * SMALL[1]))
        # each doubles rows and columns; the output paddings are Keras', which leave out an odd last frame
        self.first = keras_dense(nn.ConvTranspose2d(FILTERS, FILTERS, 3, stride=2, padding=1, output_padding=(1, 1)))
        self.second = keras_dense(nn.ConvTranspose2d(FILTERS, 1, 3, stride=2, padding=1, output_padding=(1, 0)))

    def forward(self, latent: Tensor) -> Tensor:
        """The reconstruction."""
        # channels last, as in the encoder
        small = F.relu(self.dense(latent)).view(-1, *SMALL, FILTERS).permute(0, 3, 1, 2)  # (B, 8, 32, 108)
        middle = F.relu(self.first(small))  # (B, 8, 64, 216)
        mels = torch.sigmoid(self.second(middle)[:, 0])  # (B, 128, 431)
        assert mels.shape[1:] == (MELS, FRAMES)
        return mels
