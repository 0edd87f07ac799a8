"""The layers that are computed another way than they are written: the same numbers as torch's plain ones."""

import pytest
import torch
from torch import Tensor, nn

from synthmatch.models.encoder import Encoder
from synthmatch.models.first_block import FirstBlock
from synthmatch.models.spectrogram_decoder import SpectrogramDecoder


def plain(block: FirstBlock) -> nn.Sequential:
    """The block as the paper writes it, with the same weights."""
    convolution, norm = nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
    convolution.load_state_dict(block.convolution.state_dict())
    norm.load_state_dict(block.norm.state_dict())
    return nn.Sequential(convolution, norm, nn.ReLU(), nn.MaxPool2d(2, 2, ceil_mode=True)).double()


def gradients(module: nn.Module, x: Tensor, wanted: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Output, and gradients of a loss with respect to every weight."""
    out = module(x)
    found = torch.autograd.grad((out - wanted).square().sum(), list(module.parameters()), allow_unused=True)
    return out.detach(), [torch.zeros(8, dtype=torch.float64) if g is None else g for g in found]


@pytest.mark.parametrize("size", [(6, 8), (7, 9), (7, 8), (6, 9), (1, 1), (128, 431)])
def test_the_first_block_is_the_papers(size: tuple[int, int]) -> None:
    """Catches a wrong sign, statistic or gradient where the scale is negative, zero or positive, and at odd edges."""
    torch.manual_seed(0)
    block = FirstBlock(8).double()
    with torch.no_grad():
        block.norm.weight.copy_(torch.linspace(-1.5, 1.5, 8))
        block.norm.bias.copy_(torch.randn(8))
        for start in (block.convolution.bias, block.norm.running_mean):
            assert start is not None
            start.copy_(torch.randn(8))
    reference = plain(block)
    x = torch.randn(5, *size, dtype=torch.float64)
    # silence: all four pixels of a cell are equal
    x[:, : size[0] // 2] = 0.0
    wanted = torch.randn(5, 8, -(-size[0] // 2), -(-size[1] // 2), dtype=torch.float64)
    for _ in range(2):
        ours, theirs = gradients(block, x, wanted), gradients(reference, x[:, None], wanted)
        torch.testing.assert_close(ours[0], theirs[0])
        for a, b in zip(ours[1], theirs[1], strict=True):
            torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-6)
    norm = reference[1]
    assert isinstance(norm, nn.BatchNorm2d)
    torch.testing.assert_close(block.norm.running_mean, norm.running_mean)
    torch.testing.assert_close(block.norm.running_var, norm.running_var)
    torch.testing.assert_close(block.eval()(x), reference.eval()(x[:, None]))


def test_a_spectrogram_comes_back_in_its_shape() -> None:
    """Catches an encoder that loses the odd last frame, and a decoder that does not crop to it."""
    mean, log_variance = Encoder(16)(torch.rand(2, 128, 431))
    assert mean.shape == log_variance.shape == (2, 16)
    back = SpectrogramDecoder(16)(mean).detach()
    assert back.shape == (2, 128, 431)
    assert 0 <= back.min() <= back.max() <= 1
