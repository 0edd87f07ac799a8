"""Initial values of layers as Keras draws them, which the published models start from."""

from typing import TypeVar

from torch import nn

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def keras_dense(layer: Layer) -> Layer:
    """Glorot-uniform weights, biases 0 (Glorot and Bengio 2010): the default of Keras' dense and convolution layers."""
    nn.init.xavier_uniform_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
