"""A synthesizer's encoded row as tokens, and tokens as what is believed of the row: PARAM2TOK.

After Hayes, Saitis, Fazekas, *Audio synthesizer inversion in symmetric parameter spaces with approximately equivariant flow
matching* (ISMIR 2025). Every column has a vector and a share in each token, both learned. A token is the sum of the columns'
vectors, each by its value and share; back, a column reads the tokens by its shares, and that by its vector. So a column costs
a few hundred numbers, where one dense layer to 32 tokens of width 256 would cost 8,192.

Two things differ from the source. Shares start with neighbouring columns together, which mostly belong to one part of the
synthesizer, so that at first no token holds more columns than it has numbers. And what a noisy row says of its own columns
is computed, not learned (`evidence`): how much it counts, against what the sound and the other columns say, is the network's
to learn. Otherwise the row itself, noise and all, would have to pass the tokens.
"""

import math

import torch
from torch import Tensor, nn

from synthmatch.models.encoded_output import EncodedOutput
from synthmatch.params import EncodedLayout

#: The furthest that a number's evidence goes, in -1..1: beyond it the logit grows without end.
_FURTHEST = 0.998
#: Of a class's evidence; twice this between two classes settles them.
_MOST_FACTOR = 10.0


class ParameterTokens(nn.Module):
    """All that one synthesizer has of its own in a model. `output` makes an encoded row of raw numbers."""

    numbers: Tensor

    def __init__(self, layout: EncodedLayout, tokens: int, width: int) -> None:
        super().__init__()
        columns = layout.width
        nearest = torch.arange(columns) * tokens // columns  # the token of each column
        together = (torch.arange(tokens)[:, None] == nearest).float()  # (tokens, columns)
        self.shares_in = nn.Parameter(together + 0.02 * torch.randn(tokens, columns))
        self.shares_out = nn.Parameter(together + 0.02 * torch.randn(tokens, columns))
        # a token then starts with a variance of about 1, a raw number near 0
        self.vectors_in = nn.Parameter(torch.randn(columns, width) * math.sqrt(tokens / columns))
        self.vectors_out = nn.Parameter(torch.randn(width, 2, columns) * (0.02 / math.sqrt(width)))
        self.start = nn.Parameter(0.02 * torch.randn(tokens, width))
        self.bias = nn.Parameter(torch.zeros(2, columns))
        self.output = EncodedOutput(layout)
        numbers = torch.zeros(columns, dtype=torch.bool)
        numbers[list(layout.continuous)] = True
        self.register_buffer("numbers", numbers, persistent=False)

    def forward(self, noisy: Tensor) -> Tensor:
        """Tokens of rows. Shape: (B, columns) -> (B, tokens, width)."""
        return (noisy[:, None] * self.shares_in) @ self.vectors_in + self.start

    def raw(self, hidden: Tensor, noisy: Tensor, time: Tensor) -> Tensor:
        """Raw numbers for `output`, from the network's tokens (B, tokens, width), the rows and their times (B,)."""
        seen = hidden @ self.vectors_out.flatten(1)  # (B, tokens, 2 x columns)
        said, trust = ((seen.unflatten(2, (2, -1)) * self.shares_out[:, None]).sum(dim=1) + self.bias).unbind(dim=1)
        return said + torch.sigmoid(trust) * self.evidence(noisy, time[:, None])

    def evidence(self, noisy: Tensor, time: Tensor) -> Tensor:
        """What a row, time x (row in -1..1) + (1 - time) x noise, says of each of its columns alone, as raw numbers.

        Of a number its own logit, shrunk as if normal with a variance of 1; of a class its log-likelihood, up to what
        all classes have alike. Nothing at time 0. Shape: (B, columns) and (B, 1) -> (B, columns).
        """
        shrunk = time.square() / (time.square() + (1 - time).square())
        scaled = (noisy / time.clamp(min=1e-3)).clamp(-_FURTHEST, _FURTHEST)
        factor = (2 * time / (1 - time).square().clamp(min=1e-3)).clamp(max=_MOST_FACTOR)
        return torch.where(self.numbers, 2 * shrunk * torch.atanh(scaled), factor * noisy)
