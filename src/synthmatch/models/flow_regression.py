"""Flow regression: Esling, Masuda, Bardet, Despres, Chemla-Romeu-Santos, *Flow Synthesizer* (DAFx 2019, Applied Sciences
2020). An auto-encoder whose posterior is a flow, and another flow from the latent to the parameters.

Where it differs from the source (acids-ircam/flow_synthesizer), and why:

* There latent and parameters are of one size, so that the regression flow is a bijection of both, and categorical
  parameters are numbers. Here several synthesizers of 66 to 2,362 columns share one latent, and classes are no numbers.
  So each synthesizer's flow is a bijection of the latent, whose numbers a linear layer then reads as raw parameters.
* The regression is the error of `encoded_output`, not a Gaussian likelihood with learned variances.
* The posterior flow is the same for every sound; there the encoder also says how it is.
* Encoder and decoder are the cheap ones of `patches`.
* There are 200 epochs, of which the first 100 train the auto-encoder alone and the others raise the regression's weight. Here these
  are 12 epochs each: a training here ends after some tens. Flows are as long as there.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.flow_auto_encoder import FlowAutoEncoder
from synthmatch.models.flows import autoregressive_flow
from synthmatch.models.patches import PatchDecoder, PatchEncoder
from synthmatch.params import EncodedLayout

FEATURES = 512
#: Layers of the posterior's and of each regression's flow, as in the source, and the width of their networks.
POSTERIOR_LAYERS, REGRESSION_LAYERS, HIDDEN = 16, 3, 128
#: Epochs before the regression counts, and over which its weight rises (docs/results/tried.md, "Baselines with their authors' weights").
STARTS, RISES = 12, 12


class RegressionFlow(nn.Module):
    """A bijection of the latent and a linear layer. Shape: (B, latent_size) -> raw parameters, (B, width)."""

    def __init__(self, latent_size: int, width: int) -> None:
        super().__init__()
        self.flow = autoregressive_flow(latent_size, REGRESSION_LAYERS, HIDDEN)
        self.last = nn.Linear(latent_size, width)

    def forward(self, latent: Tensor) -> Tensor:
        """Raw numbers, for `EncodedOutput`."""
        moved, _ = self.flow(latent)
        raw: Tensor = self.last(moved)
        return raw


class FlowRegression(FlowAutoEncoder):
    """One encoder, flow and spectrogram decoder for all, a regression flow for each."""

    name = "flow-regression"
    learning_rate = 2e-4
    rises = STARTS + RISES

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        size = config.latent_size
        super().__init__(layouts, config, 1, autoregressive_flow(size, POSTERIOR_LAYERS, HIDDEN))
        self.encoder = PatchEncoder(FEATURES)
        self.mean, self.log_variance = nn.Linear(FEATURES, size), nn.Linear(FEATURES, size)
        self.spectrogram_decoder = PatchDecoder(size, 1)
        self.heads = nn.ModuleList(RegressionFlow(size, layout.width) for layout in layouts.values())

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """By its weight, which rises with the epochs."""
        return min(max(self.epochs - STARTS, 0.0) / RISES, 1.0) * super().parameter_loss(latent, batch)

    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """By the one encoder."""
        features = self.encoder(mels)
        return self.mean(features), self.log_variance(features)

    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """By the one decoder."""
        return self.spectrogram_decoder(latent)[:, 0]
