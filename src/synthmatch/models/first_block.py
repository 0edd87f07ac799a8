"""Convolution, batch normalisation, ReLU and max-pooling of one full-resolution channel, without its full-size tensors.

At full resolution a batch of 32 spectrograms has 1.8 million pixels, and each tensor of 8 channels takes 56 MB: on a CPU
reading and writing those is what the ICASSP 2023 auto-encoder spends its time on. The same numbers come cheaper:

* A pooled cell of 2 x 2 pixels sees a patch of 4 x 4 input pixels. Its four convolutions are four products of one matrix
  of patches with the kernel, placed at four corners; only the largest is stored at a time.
* Mean and variance of the convolution over all pixels follow from the patches' first and second moments, since it is
  linear: with a kernel k, mean = k.m and variance = k'Ck. So batch normalisation needs no pass over its input, and its
  gradient none either.
* Normalisation and ReLU come after the maximum: x -> max(0, scale * x + shift) with a positive scale does not fall, so
  both orders give the same. A negative scale is turned positive by negating its kernel first.

A GPU has the bandwidth and does better with torch's own layers.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.models.initial import keras_dense

#: Weight of a new batch in the running statistics: Keras' 0.99, seen from the other side.
MOMENTUM = 0.01
#: Keras' too.
EPSILON = 1e-3

#: Of the 16 pixels of a patch, the 9 under the kernel at each of the cell's four pixels.
_TAPS = torch.tensor([[(a + i) * 4 + b + j for i in range(3) for j in range(3)] for a in range(2) for b in range(2)])


class FirstBlock(nn.Module):
    """``Conv2d(1, filters, 3, padding=1)``, ``BatchNorm2d``, ``ReLU``, ``MaxPool2d(2, ceil_mode=True)``.

    Shape: (B, H, W) -> (B, filters, ceil(H/2), ceil(W/2)). Gives no gradient for its input.
    """

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.convolution = keras_dense(nn.Conv2d(1, filters, 3, padding=1))
        self.norm = nn.BatchNorm2d(filters, eps=EPSILON, momentum=MOMENTUM)

    def forward(self, x: Tensor) -> Tensor:
        """As the module says while training on a CPU; as torch's layers say elsewhere."""
        if not self.training or x.is_cuda:
            return F.max_pool2d(F.relu(self.norm(self.convolution(x[:, None]))), 2, ceil_mode=True)
        (size, height, width), filters = x.shape, self.convolution.out_channels
        rows, columns = -(-height // 2), -(-width // 2)
        patches = _patches(x, rows, columns)  # (16, cells)
        sign = torch.where(self.norm.weight < 0, -1.0, 1.0).to(x.dtype)  # (filters,)
        flat = (self.convolution.weight[:, 0] * sign[:, None, None]).flatten(1)  # (filters, 9)
        kernels = torch.stack([flat.new_zeros(filters, 16).index_copy(1, t, flat) for t in _TAPS.to(x.device)])

        moments, sums = _moments(patches, size, (height, width), (rows, columns))  # (4, 16, 16), (4, 16)
        pixels = size * height * width
        mean = torch.einsum("fck,fk->c", kernels, sums) / pixels  # without the bias, which the norm takes out again
        variance = torch.einsum("fcj,fjk,fck->c", kernels, moments, kernels) / pixels - mean.square()
        self._remember(mean.detach() * sign, variance.detach(), pixels)

        outside = _outside(size, (height, width), (rows, columns), x.device)
        pooled = _LargestOfFour.apply(patches, kernels, outside)  # type: ignore[no-untyped-call]  # (filters, cells)
        scale = self.norm.weight.abs() * torch.rsqrt(variance + EPSILON)
        shift = self.norm.bias - mean * scale
        out = F.relu(torch.addcmul(shift[:, None], pooled, scale[:, None]))
        return out.view(filters, size, rows, columns).transpose(0, 1)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, pixels: int) -> None:
        """Running statistics, as `nn.BatchNorm2d` keeps them: with the bias, and of the unbiased variance."""
        running_mean, running_variance, bias = self.norm.running_mean, self.norm.running_var, self.convolution.bias
        assert running_mean is not None
        assert running_variance is not None
        assert bias is not None
        running_mean.lerp_(mean + bias, MOMENTUM)
        running_variance.lerp_(variance * (pixels / max(pixels - 1, 1)), MOMENTUM)


class _LargestOfFour(torch.autograd.Function):
    """The largest of four matrix products, entry by entry; the first of equal ones, as max-pooling takes it.

    ``kernels[f] @ patches`` for f in 0..3, where ``outside[f]`` does not rule a cell out. Shapes: (16, cells),
    (4, filters, 16) -> (filters, cells).
    """

    @staticmethod
    def forward(ctx: Any, patches: Tensor, kernels: Tensor, outside: list[Tensor | None]) -> Tensor:
        """Keeps which one it was."""
        largest = kernels[0] @ patches
        larger = []
        for kernel, ruled_out in zip(kernels[1:], outside[1:], strict=True):
            y = kernel @ patches
            if ruled_out is not None:
                y[:, ruled_out] = -torch.inf
            larger.append(y > largest)
            torch.maximum(largest, y, out=largest)
        ctx.save_for_backward(patches, *larger)
        return largest

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor, None]:
        """The gradient of a cell goes to the kernel that gave it."""
        patches, *larger = ctx.saved_tensors
        (gradient,) = gradients
        taken = torch.zeros_like(larger[0])
        shares = []
        for mask in reversed(larger):
            shares.append((gradient * (mask & ~taken)) @ patches.T)
            taken |= mask
        shares.append((gradient * ~taken) @ patches.T)
        return None, torch.stack(shares[::-1]), None


def _patches(x: Tensor, rows: int, columns: int) -> Tensor:
    """The 4 x 4 pixels around every cell of 2 x 2, zeros outside. Shape: (B, H, W) -> (16, B * rows * columns)."""
    height, width = x.shape[1:]
    padded = F.pad(x, (1, 1 + 2 * columns - width, 1, 1 + 2 * rows - height))
    corners = [(i, j) for i in range(4) for j in range(4)]
    return torch.stack([padded[:, i : i + 2 * rows : 2, j : j + 2 * columns : 2] for i, j in corners]).flatten(1)


def _outside(size: int, full: tuple[int, int], cells: tuple[int, int], device: torch.device) -> list[Tensor | None]:
    """Cells, as indices, whose pixel of each kind lies outside: the last row and column of cells where a size is odd."""
    (height, width), (rows, columns) = full, cells
    grid = torch.arange(size * rows * columns, device=device).view(size, rows, columns)
    last_row, last_column = grid[:, -1], grid[:, :, -1]
    kinds: list[Tensor | None] = []
    for below in (False, True):
        for right in (False, True):
            gone = [last_row] if below and height % 2 else []
            gone += [last_column] if right and width % 2 else []
            kinds.append(torch.cat([cells.flatten() for cells in gone]).unique() if gone else None)
    return kinds


def _moments(patches: Tensor, size: int, full: tuple[int, int], cells: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Sums of products and sums of patches over the cells whose pixel of each kind is inside. Shapes: (4, 16, 16), (4, 16)."""
    products, sums = patches @ patches.T, patches.sum(dim=1)
    each = []
    for gone in _outside(size, full, cells, patches.device):
        left = patches[:, gone] if gone is not None else patches[:, :0]
        each.append((products - left @ left.T, sums - left.sum(dim=1)))
    return torch.stack([p for p, _ in each]), torch.stack([s for _, s in each])
