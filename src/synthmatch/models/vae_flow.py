"""VAE with a flow: Le Vaillant, Dutoit, Dekeyser, *Improving synthesizer programming from variational autoencoders latent
space* (DAFx 2021). Hears a preset at several pitches, which are channels, and has RealNVP in the latent.

As in the source (gwendal-lv/preset-gen-vae), every note goes through the same convolutions, what they find is joined
before the latent, and three layers of 1,024 lead from the latent to numbers and classes. A single spectrogram stands for
all notes: such an input was not in training, unless the model was trained with one note.

Weights are those of the published configuration: the KL term counts 0.2 of its mean over the latent, Adam begins at 2e-4
after a rise over six epochs and is five times slower after each plateau, and the two first dense layers have batch normalisation.

Where it differs: the layers of `patches` and a latent of 64 in place of 8 convolutions and 256, so that a CPU can train
it; numbers are a sigmoid, whose gradient does not end at 0 and 1 as a clipped one's does; parameters of operators that are
switched off count too, since only a table for each synthesizer could say which these are; no dropout and no weight decay;
the KL term rises from 0, not from half of its weight.
"""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.models.base import ModelConfig, Schedule
from synthmatch.models.flow_auto_encoder import FlowAutoEncoder
from synthmatch.models.flows import coupling_flow
from synthmatch.models.patches import PatchDecoder, PatchEncoder
from synthmatch.params import EncodedLayout

FEATURES, HIDDEN = 512, 1024
#: Weight of the KL term per number of the latent (gwendal-lv/preset-gen-vae, config.py, `train.beta`).
KL_SHARE = 0.2
#: A flow of the published code, 4 layers whose networks are 200 wide.
FLOW_LAYERS, FLOW_HIDDEN = 4, 200


class RowNorm(nn.BatchNorm1d):
    """Batch normalisation that takes a batch of one item too, as a synthesizer may have: by the running statistics."""

    def forward(self, x: Tensor) -> Tensor:
        """Shape: (B, size) -> (B, size)."""
        if len(x) > 1 or not self.training:
            normal: Tensor = super().forward(x)
            return normal
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)


class VaeFlow(FlowAutoEncoder):
    """One encoder, flow and spectrogram decoder for all, dense layers for each."""

    name = "vae-flow"
    whole_rows = True
    learning_rate = 2e-4
    schedule = Schedule(6, 0.1, 0.2, 6)

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig, notes: int = 1) -> None:
        size = config.latent_size
        super().__init__(layouts, config, notes, coupling_flow(size, FLOW_LAYERS, FLOW_HIDDEN))
        self.encoder = PatchEncoder(FEATURES)
        self.mean, self.log_variance = nn.Linear(notes * FEATURES, size), nn.Linear(notes * FEATURES, size)
        self.spectrogram_decoder = PatchDecoder(size, notes)
        self.heads = nn.ModuleList(_dense(size, layout.width) for layout in layouts.values())

    @classmethod
    def usual_config(cls, latent_size: int = 64) -> ModelConfig:
        """Its KL term is a mean over the latent."""
        return ModelConfig(latent_size, KL_SHARE / latent_size)

    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """By the one encoder. Shape: (B, notes, 128, 431), or (B, 128, 431) for one note that stands for all."""
        each: Tensor = self.encoder(mels.flatten(0, -3))  # (B * notes, FEATURES)
        one = mels.ndim == 3
        joined = each.repeat(1, self.notes) if one else each.unflatten(0, mels.shape[:2]).flatten(1)
        return self.mean(joined), self.log_variance(joined)

    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """By the one decoder: (B, notes, 128, 431)."""
        mels: Tensor = self.spectrogram_decoder(latent)
        return mels


def _dense(latent_size: int, width: int) -> nn.Module:
    layers: list[nn.Module] = []
    for size in (latent_size, HIDDEN):
        layers += [nn.Linear(size, HIDDEN), RowNorm(HIDDEN), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, width))
