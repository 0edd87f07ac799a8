"""Normalising flows: invertible layers whose change of volume is known (Rezende, Mohamed 2015). Layers are zuko's.

Points are (B, size). Each layer is a network that says, from some of the numbers, how to scale and shift the others.
"""

import torch
from torch import Tensor, nn
from zuko.flows import GeneralCouplingTransform, MaskedAutoregressiveTransform
from zuko.lazy import LazyComposedTransform


class Flow(nn.Module):
    """Layers in their order. `layers` are lazy transforms of zuko."""

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = LazyComposedTransform(*layers)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Where the points go, (B, size), and the logarithm of the volume's change there, (B,)."""
        y, log_determinant = self.layers().call_and_ladj(x)
        return y, log_determinant

    def inverse(self, y: Tensor) -> Tensor:
        """The points that come to `y`. Shape: (B, size) -> (B, size)."""
        x: Tensor = self.layers().inv(y)
        return x


def autoregressive_flow(size: int, layers: int, hidden: int) -> Flow:
    """Each number is scaled and shifted as the ones before it say; the order turns around from layer to layer.

    Inverse autoregressive (Kingma et al. 2016) where points are drawn before it: forward takes one pass, back `size`.
    """
    forward = torch.arange(size)
    orders = [forward if i % 2 == 0 else forward.flip(0) for i in range(layers)]
    return Flow(
        [MaskedAutoregressiveTransform(size, order=order, hidden_features=(hidden, hidden)) for order in orders]
    )


def coupling_flow(size: int, layers: int, hidden: int) -> Flow:
    """RealNVP (Dinh, Sohl-Dickstein, Bengio 2017): one half of the numbers says how the other moves, in turns."""
    masks = [torch.arange(size) % 2 == i % 2 for i in range(layers)]
    return Flow([GeneralCouplingTransform(size, mask=mask, hidden_features=(hidden, hidden)) for mask in masks])
