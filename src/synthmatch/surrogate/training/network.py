"""The surrogate's network for training: what `surrogate.Surrogate` computes, with gradients."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.features.sketch import MELS
from synthmatch.surrogate.inputs import SEGMENTS
from synthmatch.surrogate.surrogate import SCALE_DB


class Block(nn.Module):
    """A residual block: normalise, widen by nothing, bend, add. Shape: (B, width) -> (B, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """x and what this block adds."""
        added: Tensor = self.second(F.silu(self.first(self.norm(x))))
        return x + added


class Network(nn.Module):
    """Presets with notes to sketches, for several synthesizers, which are numbered.

    `widths`: width of each one's inputs (`inputs.Inputs`). `expected`: for each one, how its bands of expected levels become
    those of a sketch, (MELS, bands). `means`: for each one, what a sketch has above that in the mean, in dB, (synths,
    SEGMENTS, MELS).
    """

    def __init__(
        self, widths: Sequence[int], expected: Sequence[Tensor], means: Tensor, width: int, blocks: int
    ) -> None:
        super().__init__()
        self.inputs = nn.ModuleList(nn.Linear(own, width) for own in widths)
        self.blocks = nn.ModuleList(Block(width) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.sketch = nn.Linear(width, SEGMENTS * MELS)
        self.levels = nn.ModuleList(nn.Linear(matrix.shape[1], MELS, bias=False) for matrix in expected)
        self.register_buffer("means", means.flatten(1))
        with torch.no_grad():
            # at first what is added to the expected levels is little
            self.sketch.weight *= 0.1
            self.sketch.bias.zero_()
            for layer, matrix in zip(self.levels, expected, strict=True):
                layer.get_parameter("weight").copy_(matrix)

    def forward(self, inputs: Tensor, levels: Tensor, number: int) -> Tensor:
        """Sketches in dBFS of one synthesizer's presets. Shape: (B, width), (B, SEGMENTS, bands) -> (B, SEGMENTS, MELS)."""
        x = self.inputs[number](inputs)
        for block in self.blocks:
            x = block(x)
        added: Tensor = SCALE_DB * self.sketch(self.norm(x)) + self.get_buffer("means")[number]
        expected: Tensor = self.levels[number](levels)
        return expected + added.view(-1, SEGMENTS, MELS)
