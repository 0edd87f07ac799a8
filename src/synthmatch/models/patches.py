"""Convolutions that are cheap on a CPU: the first layer cuts the spectrogram into patches of 4 x 4 pixels.

Full resolution is where an auto-encoder of spectrograms spends its time (docs/results/training.md). After the patches
there is a sixteenth as much. Encoder: patches, then three times a convolution 3 x 3 of stride 2 with batch normalisation
and ReLU, which leaves cells of 32 bands and 32 frames, then a dense layer. Decoder: the same way back.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.features.mel import FRAMES, MELS

PATCH = 4
#: Filters of each layer, from the patches on.
FILTERS = (16, 32, 64, 128)
#: Patches of each axis; the last one is filled up with silence.
_PATCHES = (-(-MELS // PATCH), -(-FRAMES // PATCH))
#: What is left of them after the strides: cells of each axis.
CELLS = (-(-_PATCHES[0] // 8), -(-_PATCHES[1] // 8))


class PatchCells(nn.Module):
    """Mel spectrograms to cells, not below 0, by `filters` a layer. Shape: (B, 128, 431) -> (B, filters[-1], 4, 14)."""

    def __init__(self, filters: Sequence[int] = FILTERS) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(1, filters[0], PATCH, stride=PATCH), nn.BatchNorm2d(filters[0]), nn.ReLU()]
        for before, after in pairwise(filters):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, mels: Tensor) -> Tensor:
        """The cells."""
        whole = F.pad(mels, (0, _PATCHES[1] * PATCH - FRAMES))[:, None].contiguous(memory_format=torch.channels_last)
        cells: Tensor = self.layers(whole)
        return cells


class PatchEncoder(PatchCells):
    """Mel spectrograms to features, not below 0. Shape: (B, 128, 431) -> (B, features)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.dense = nn.Linear(FILTERS[-1] * CELLS[0] * CELLS[1], features)

    def forward(self, mels: Tensor) -> Tensor:
        """The features."""
        return F.relu(self.dense(super().forward(mels).flatten(1)))


class PatchDecoder(nn.Module):
    """A latent to mel spectrograms in 0..1. Shape: (B, latent_size) -> (B, notes, 128, 431)."""

    def __init__(self, latent_size: int, notes: int) -> None:
        super().__init__()
        self.dense = nn.Linear(latent_size, FILTERS[-1] * CELLS[0] * CELLS[1])
        layers: list[nn.Module] = []
        for before, after in pairwise(FILTERS[::-1]):
            layers += [nn.ConvTranspose2d(before, after, 2, stride=2), nn.BatchNorm2d(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(FILTERS[0], notes, PATCH, stride=PATCH))

    def forward(self, latent: Tensor) -> Tensor:
        """The reconstruction; what is beyond the last frame is cut."""
        small = F.relu(self.dense(latent)).unflatten(1, (FILTERS[-1], *CELLS))  # (B, 128, 4, 14)
        mels = self.layers(small.contiguous(memory_format=torch.channels_last))  # (B, notes, 128, 448)
        return torch.sigmoid(mels[..., :FRAMES])
