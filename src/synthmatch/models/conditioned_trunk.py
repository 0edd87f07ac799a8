"""A transformer over parameter tokens that also attends to a sound's tokens and knows a time.

Blocks are those of DiT (Peebles, Xie 2023), whose normalisations are scaled and shifted by the time and a summary of the
sound; the layer which computes that is one for all blocks, to which each adds its own (PixArt-alpha, Chen et al. 2024). The
summary is also added to every token: attention alone takes long to begin to hear. The sound's tokens do not change from
block to block and do not know the time: what the blocks read of them is computed once for all the steps of a draw.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: Sines and cosines of the time, from half a turn over 0..1 to 64 turns.
_FREQUENCIES = 64
#: Numbers of each cell in the summary of a sound.
_SUMMARY = 32


class _Block(nn.Module):
    """Attention and a dense layer of four times the width. `read` is keys and values of a sound."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.own = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.dense = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.modulation = nn.Parameter(torch.zeros(6, width))

    def forward(self, tokens: Tensor, read: Tensor, modulation: Tensor) -> Tensor:
        """(B, tokens, width), (B, cells, 2 x width), (B, 6, width) -> (B, tokens, width)."""
        shift, scale, gate, dense_shift, dense_scale, dense_gate = (modulation + self.modulation)[:, :, None].unbind(1)
        own = self.own(modulated(tokens, shift, scale))
        query, both = own.split([tokens.shape[2], read.shape[2]], dim=2)
        key, value = torch.cat([read, both], dim=1).chunk(2, dim=2)
        mixed = F.scaled_dot_product_attention(self._split(query), self._split(key), self._split(value))
        tokens = tokens + gate * self.attended(mixed.transpose(1, 2).flatten(2))
        return tokens + dense_gate * self.dense(modulated(tokens, dense_shift, dense_scale))

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, heads, tokens, width / heads)


def modulated(tokens: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Normalised, scaled by 1 + `scale` and shifted."""
    return F.layer_norm(tokens, tokens.shape[-1:]) * (1 + scale) + shift


class ConditionedTrunk(nn.Module):
    """`blocks` of a width, and a last normalisation."""

    frequencies: Tensor

    def __init__(self, width: int, heads: int, blocks: int, cells: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(blocks))
        self.sound = nn.ModuleList(nn.Linear(width, 2 * width) for _ in range(blocks))
        self.time = nn.Sequential(nn.Linear(2 * _FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width))
        self.summary = nn.Sequential(nn.Linear(width, _SUMMARY), nn.Flatten(), nn.Linear(cells * _SUMMARY, width))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 8 * width))
        last = self.modulation[-1]
        assert isinstance(last, nn.Linear)
        # as in the source every block starts as nothing
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        frequencies = math.pi * 128.0 ** torch.linspace(0.0, 1.0, _FREQUENCIES)
        self.register_buffer("frequencies", frequencies, persistent=False)

    def read(self, sound: Tensor) -> list[Tensor]:
        """What `forward` needs of a sound's tokens (B, cells, width): its summary, and keys and values for each block."""
        return [self.summary(sound), *(layer(sound) for layer in self.sound)]

    def forward(self, tokens: Tensor, read: list[Tensor], time: Tensor) -> Tensor:
        """(B, tokens, width) and times (B,) -> (B, tokens, width)."""
        turns = time[:, None] * self.frequencies
        known = self.time(torch.cat([turns.sin(), turns.cos()], dim=1)) + read[0]
        tokens = tokens + read[0][:, None]
        modulation = self.modulation(known).unflatten(1, (8, -1))
        for block, keys_values in zip(self.blocks, read[1:], strict=True):
            tokens = block(tokens, keys_values, modulation[:, :6])
        shift, scale = modulation[:, 6:, None].unbind(1)
        return modulated(tokens, shift, scale)
