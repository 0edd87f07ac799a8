"""Conditional flow matching: a distribution of presets for a sound, since many presets make one sound.

After Lipman et al., *Flow matching for generative modeling* (2023), and for synthesizers Hayes, Saitis, Fazekas, *Audio
synthesizer inversion in symmetric parameter spaces with approximately equivariant flow matching* (ISMIR 2025). A row in
-1..1 and normal noise are the ends of a straight path; at time t, 0 at the noise, a point of it is t x row + (1 - t) x noise.
The network hears the sound and sees a point, and its time; a draw starts at noise and follows the velocity that it expects.

The velocity is (row - point) / (1 - t), so to expect the row is to expect the velocity. The network does the former, as
numbers and classes (`encoded_output`), with their errors as its loss: variational flow matching (Eijkelboom et al., NeurIPS
2024), whose best network is that of the velocity's squared error. What it expects is then always a legal row, classes are
learned as classes, and the noise, which has as many numbers as the row, need not pass a few tokens (Li, He, *Back to basics*,
2025). In one of ten items the sound is left out, for guidance without a classifier (Ho, Salimans 2022).

All that a synthesizer has of its own is one of `heads`, from its row to tokens and back. A synthesizer can join a trained model
with a head of its own, the rest as it is.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from synthmatch.models.base import Batch, Losses, Model, ModelConfig
from synthmatch.models.conditioned_trunk import ConditionedTrunk
from synthmatch.models.parameter_tokens import ParameterTokens
from synthmatch.models.patches import CELLS, PatchCells
from synthmatch.params import EncodedLayout

WIDTH, HEADS, BLOCKS, TOKENS = 256, 4, 6, 32
FILTERS = (32, 64, 128, WIDTH)
#: Layers in which a sound's cells hear each other.
SOUND_LAYERS = 2
#: Share of items whose sound is left out in training.
LEFT_OUT = 0.1
#: Euler steps of a draw, and how far it goes from what is expected without the sound to with it, and beyond.
STEPS, GUIDANCE = 24, 1.5
#: Times at which validation looks.
_TIMES = (0.05, 0.2, 0.4, 0.7)


class SoundTokens(nn.Module):
    """A sound as one token a cell of its spectrogram. Shape: (B, 128, 431) -> (B, 56, WIDTH)."""

    def __init__(self) -> None:
        super().__init__()
        cells = CELLS[0] * CELLS[1]
        self.cells = PatchCells(FILTERS)
        self.positions = nn.Parameter(0.02 * torch.randn(cells, WIDTH))
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, SOUND_LAYERS, nn.LayerNorm(WIDTH), enable_nested_tensor=False)
        self.nothing = nn.Parameter(0.02 * torch.randn(cells, WIDTH))

    def forward(self, mels: Tensor) -> Tensor:
        """The tokens."""
        tokens: Tensor = self.layers(self.cells(mels).flatten(2).transpose(1, 2) + self.positions)
        return tokens


class FlowMatching(Model):
    """One transformer for all synthesizers, and a head each."""

    name = "flow-matching"
    weighs_audible = True
    learning_rate = 3e-4

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config)
        self.sound = SoundTokens()
        self.trunk = ConditionedTrunk(WIDTH, HEADS, BLOCKS, CELLS[0] * CELLS[1])
        self.heads = nn.ModuleList(ParameterTokens(layout, TOKENS, WIDTH) for layout in layouts.values())

    def losses(self, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        """The heads' errors at a time of each item, uniform over 0..1, each by its share of the batch."""
        device, count = batch.mels.device, len(batch.mels)
        time = torch.rand(count, generator=generator, device=device)
        left_out = torch.rand(count, generator=generator, device=device) < LEFT_OUT
        sound = torch.where(left_out[:, None, None], self.sound.nothing, self.sound(batch.mels))
        order = torch.cat([batch.rows[synth] for synth in batch.encoded])
        points = {}
        for synth, encoded in batch.encoded.items():
            noise = torch.randn(encoded.shape, generator=generator, device=device)
            points[synth] = _between(noise, encoded, time[batch.rows[synth], None])
        tokens = torch.cat([self._head(synth)(point) for synth, point in points.items()])
        hidden = self.trunk(tokens, self.trunk.read(sound[order]), time[order])
        errors = []
        for (synth, point), own in zip(points.items(), hidden.split([len(p) for p in points.values()]), strict=True):
            head = self._head(synth)
            raw = head.raw(own, point, time[batch.rows[synth]])
            error = head.output.loss(raw, batch.encoded[synth], batch.audible.get(synth))
            errors.append(error * (len(point) / count))
        total = torch.stack(errors).sum()
        return Losses(total, total.detach())

    def validation(self, mels: Tensor, encoded: Tensor, synth: str, audible: Tensor | None = None) -> dict[str, Tensor]:
        """The mean error at a few times, with the same noise each time it is asked and for every item."""
        head, read = self._head(synth), self.trunk.read(self.sound(mels))
        noises = _fixed_noise(len(_TIMES), encoded.shape[1]).to(mels.device)
        errors = []
        for at, noise in zip(_TIMES, noises, strict=True):
            time = torch.full((len(mels),), at, device=mels.device)
            point = _between(noise, encoded, time[:, None])
            raw = head.raw(self.trunk(head(point), read, time), point, time)
            errors.append(head.output.loss(raw, encoded, audible))
        return {"parameters": torch.stack(errors).mean()}

    @torch.no_grad()
    def estimate(self, mels: Tensor, synth: str) -> Tensor:
        """One draw for each sound, from noise that is always the same."""
        noise = _fixed_noise(1, self.widths[synth]).to(mels.device).expand(len(mels), -1)
        return self._followed(self.trunk.read(self.sound(mels)), noise, synth)

    @torch.no_grad()
    def draw(self, mels: Tensor, synth: str, count: int, rng: np.random.Generator) -> Tensor:
        """The estimate, then draws."""
        drawn = torch.from_numpy(rng.standard_normal((count - 1, self.widths[synth]), np.float32))
        noise = torch.cat([_fixed_noise(1, self.widths[synth]), drawn]).to(mels.device)
        read = [tokens.expand(count, *tokens.shape[1:]) for tokens in self.trunk.read(self.sound(mels))]
        return self._followed(read, noise, synth)

    def _followed(self, read: list[Tensor], noise: Tensor, synth: str) -> Tensor:
        """Encoded rows at the ends of the paths from noise, (B, width), for what the trunk reads of B sounds."""
        head, count = self._head(synth), len(noise)
        nothing = self.trunk.read(self.sound.nothing[None])
        both = [torch.cat([own, none.expand_as(own)]) for own, none in zip(read, nothing, strict=True)]
        point = expected = noise
        for step in range(STEPS):
            time = torch.full((2 * count,), step / STEPS, device=noise.device)
            twice = point.repeat(2, 1)
            conditioned, unconditioned = head.raw(self.trunk(head(twice), both, time), twice, time).chunk(2)
            # between raw numbers, so that what is expected stays a legal row
            expected = head.output(unconditioned + GUIDANCE * (conditioned - unconditioned))
            # (row - point) / (1 - time), for 1 / STEPS: the last step ends at the row
            point = point + (2 * expected - 1 - point) / (STEPS - step)
        return expected

    def _head(self, synth: str) -> ParameterTokens:
        head = self.heads[self.synths.index(synth)]
        assert isinstance(head, ParameterTokens)
        return head


def _between(noise: Tensor, encoded: Tensor, time: Tensor) -> Tensor:
    """Points of the paths from noise to encoded rows."""
    return time * (2 * encoded - 1) + (1 - time) * noise


def _fixed_noise(count: int, width: int) -> Tensor:
    """Normal noise, the same each time and on every device."""
    return torch.randn(count, width, generator=torch.Generator().manual_seed(0))
