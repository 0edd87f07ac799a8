"""S-S, Separate-Encoder Separate-Decoder: a whole auto-encoder for each synthesizer, the baseline of ICASSP 2023.

After Esling et al. 2019 and Le Vaillant et al. 2021, who train one model for one synthesizer.
"""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.encoder import Encoder
from synthmatch.models.parameter_decoder import ParameterDecoder
from synthmatch.models.spectrogram_decoder import SpectrogramDecoder
from synthmatch.params import EncodedLayout


class Separate(AutoEncoder):
    """One encoder, spectrogram decoder and parameter decoder a synthesizer, which share nothing."""

    name = "s-s"
    one_synth = True

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config)
        size = config.latent_size
        self.encoders = nn.ModuleList(Encoder(size) for _ in layouts)
        self.spectrogram_decoders = nn.ModuleList(SpectrogramDecoder(size) for _ in layouts)
        self.parameter_decoders = nn.ModuleList(ParameterDecoder(size, width) for width in self.widths.values())

    def parts(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """A part a synthesizer."""
        kinds = ("encoders", "spectrogram_decoders", "parameter_decoders")
        return [((synth,), tuple(f"{kind}.{i}." for kind in kinds)) for i, synth in enumerate(self.synths)]

    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        """By the synthesizer's own encoder."""
        mean, log_variance = self.encoders[self.synths.index(synth)](mels)
        return mean, log_variance

    def decode(self, latent: Tensor, synth: str) -> Tensor:
        """By the synthesizer's own decoder."""
        encoded: Tensor = self.parameter_decoders[self.synths.index(synth)](latent)
        return encoded

    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        """By the synthesizer's own decoder."""
        mels: Tensor = self.spectrogram_decoders[self.synths.index(synth)](latent)
        return mels

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        """Over a batch of one synthesizer."""
        ((synth, encoded),) = batch.encoded.items()
        return F.mse_loss(self.decode(latent, synth), encoded)
