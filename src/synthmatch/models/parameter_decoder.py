"""The parameter decoder of the ICASSP 2023 auto-encoders: a latent to encoded parameters."""

from torch import Tensor, nn

from synthmatch.models.initial import keras_dense

HIDDEN = 1024


class ParameterDecoder(nn.Module):
    """Three dense layers of 1,024 with ReLU, then a sigmoid. Shape: (B, inputs) -> (B, width) in 0..1."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for size in (inputs, HIDDEN, HIDDEN):
            layers += [keras_dense(nn.Linear(size, HIDDEN)), nn.ReLU()]
        self.layers = nn.Sequential(*layers, keras_dense(nn.Linear(HIDDEN, width)), nn.Sigmoid())

    def forward(self, latent: Tensor) -> Tensor:
        """Encoded parameters: continuous ones, and a number a class of the categorical ones."""
        encoded: Tensor = self.layers(latent)
        return encoded
