"""The convolutional encoder of the ICASSP 2023 auto-encoders: a mel spectrogram to the mean and variance of a latent.

Twice: convolution 3 x 3 of 8 filters, batch normalisation, ReLU, max-pooling by 2; then a dense layer each for mean and
log-variance. Kernels, normalisation and initial values are those of the published Keras code (model.py, `vae`). The first
block is computed another way, which gives the same numbers: see `first_block`.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.first_block import EPSILON, MOMENTUM, FirstBlock
from synthmatch.models.initial import keras_dense

FILTERS = 8
#: Rows and columns after two poolings that keep what is left over at the edge.
SMALL = (-(-MELS // 4), -(-FRAMES // 4))


class Encoder(nn.Module):
    """Mel spectrograms to the parameters of a normal distribution. Shape: (B, 128, 431) -> twice (B, latent_size)."""

    def __init__(self, latent_size: int) -> None:
        super().__init__()
        self.first = FirstBlock(FILTERS)
        self.convolution = keras_dense(nn.Conv2d(FILTERS, FILTERS, 3, padding=1))
        self.norm = nn.BatchNorm2d(FILTERS, eps=EPSILON, momentum=MOMENTUM)
        width = FILTERS * SMALL[0] * SMALL[1]
        self.mean = keras_dense(nn.Linear(width, latent_size))
        self.log_variance = keras_dense(nn.Linear(width, latent_size))

    def forward(self, mels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of each spectrogram's latent."""
        # channels last, as in Keras: on a CPU, convolutions of so few channels then take half the time
        first = self.first(mels).contiguous(memory_format=torch.channels_last)
        y = self.norm(self.convolution(first))  # (B, 8, 64, 216)
        # ReLU does not fall, so it may come after the maximum, where there is a quarter as much
        pooled = F.relu(F.max_pool2d(y, 2, ceil_mode=True))  # (B, 8, 32, 108)
        flat = pooled.permute(0, 2, 3, 1).flatten(1)  # (B, 27648)
        return self.mean(flat), self.log_variance(flat)
