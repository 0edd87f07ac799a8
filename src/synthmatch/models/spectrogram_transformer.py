"""AST: an audio spectrogram transformer (Gong, Chung, Glass, Interspeech 2021) from a spectrogram to the parameters.

For presets by Bruford, Blang, Nercessian, *Synthesizer Sound Matching Using Audio Spectrogram Transformers* (2024), who
regress 16 continuous parameters of one synthesizer. The source has 12 layers of 12 heads, patches of 16 x 16 that overlap,
and starts from the weights of an image network. So that it trains on a CPU, ours has patches without overlap and 4 layers
of width 192 with 3 heads; it starts from chance. Positions are learned, and the class token is what a synthesizer's head
sees, as in the source.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.base import ModelConfig
from synthmatch.models.regressor import Regressor
from synthmatch.params import EncodedLayout

PATCH, WIDTH, LAYERS, HEADS = 16, 192, 4, 3
#: Patches of each axis; the last one in time is filled up with silence.
_PATCHES = (MELS // PATCH, -(-FRAMES // PATCH))


class TransformerEncoder(nn.Module):
    """Patches and a class token through torch's own layers. Shape: (B, 128, 431) -> (B, WIDTH)."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, WIDTH, PATCH, stride=PATCH)
        self.token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.positions = nn.Parameter(torch.zeros(1, 1 + _PATCHES[0] * _PATCHES[1], WIDTH))
        for start in (self.token, self.positions):
            nn.init.trunc_normal_(start, std=0.02)  # as in the published code
        # no dropout: more presets can be rendered instead; normalisation first, as in the source
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, LAYERS, nn.LayerNorm(WIDTH), enable_nested_tensor=False)

    def forward(self, mels: Tensor) -> Tensor:
        """The class token after the last layer."""
        whole = F.pad(mels, (0, _PATCHES[1] * PATCH - FRAMES))  # (B, 128, 432)
        patches = self.patches(whole[:, None]).flatten(2).transpose(1, 2)  # (B, 216, WIDTH)
        tokens = torch.cat([self.token.expand(len(mels), -1, -1), patches], dim=1) + self.positions
        seen: Tensor = self.layers(tokens)[:, 0]
        return seen


class SpectrogramTransformer(Regressor):
    """A transformer, and a head a synthesizer."""

    name = "ast"

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config, TransformerEncoder(), WIDTH)
