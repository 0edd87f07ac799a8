"""Regression: convolutions from a spectrogram to the parameters, without a latent. The plain baseline of the field.

After the convolutional networks of Barkan, Tsiris, Katz, Koenigstein, *InverSynth* (2019), which have every parameter as
classes; here only categorical ones are (`encoded_output`), and the layers are the cheap ones of `patches`.
"""

from collections.abc import Mapping

from synthmatch.models.base import ModelConfig
from synthmatch.models.patches import PatchEncoder
from synthmatch.models.regressor import Regressor
from synthmatch.params import EncodedLayout

FEATURES = 512


class Regression(Regressor):
    """Convolutions on patches, and a head a synthesizer."""

    name = "regression"

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config, PatchEncoder(FEATURES), FEATURES)
