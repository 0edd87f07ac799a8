"""From a network's raw numbers to an encoded row, and how far they are from a preset: numbers and classes.

A continuous parameter is a sigmoid and its error mean squared; a categorical one is a softmax over its classes and its
error the cross-entropy. That is the form "num + cat" of Le Vaillant, Dutoit, Dekeyser (DAFx 2021), and so is the weight
of the cross-entropy (gwendal-lv/preset-gen-vae, model/loss.py, `SynthParamsLoss`).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.params import EncodedLayout

#: A cross-entropy is several times larger than the mean squared error of a parameter that is as badly known.
CLASS_WEIGHT = 0.2


class EncodedOutput(nn.Module):
    """Has no weights: knows the columns of one synthesizer. Raw numbers are (B, width)."""

    continuous: Tensor
    classes: Tensor

    def __init__(self, layout: EncodedLayout) -> None:
        super().__init__()
        self._width = layout.width
        most = max((group.stop - group.start for group in layout.categorical), default=0)
        # a parameter with fewer classes than another is filled up with the column beyond the last
        classes = torch.full((len(layout.categorical), most), layout.width)
        for row, group in zip(classes, layout.categorical, strict=True):
            row[: group.stop - group.start] = torch.arange(group.start, group.stop)
        self.register_buffer("continuous", torch.tensor(layout.continuous, dtype=torch.long), persistent=False)
        self.register_buffer("classes", classes, persistent=False)  # (categorical parameters, most classes)

    def forward(self, raw: Tensor) -> Tensor:
        """Encoded rows: numbers in 0..1, and probabilities that sum to 1 over the classes of a parameter."""
        encoded = raw.new_zeros(len(raw), self._width + 1)
        encoded[:, self.continuous] = torch.sigmoid(raw[:, self.continuous])
        encoded[:, self.classes] = self._scores(raw).softmax(dim=-1)
        return encoded[:, : self._width]

    def loss(self, raw: Tensor, encoded: Tensor, audible: Tensor | None = None) -> Tensor:
        """Mean squared error of the numbers, and the mean cross-entropy of the classes by its weight. A scalar.

        `audible`, (B, columns): 1 where a column counts, 0 where it does not; by default all count.
        """
        error = raw.new_zeros(())
        if len(self.continuous):
            squared = (torch.sigmoid(raw[:, self.continuous]) - encoded[:, self.continuous]).square()
            error = error + _mean(squared, None if audible is None else audible[:, self.continuous])
        if len(self.classes):
            wanted = F.pad(encoded, (0, 1))[:, self.classes].argmax(dim=-1)  # (B, categorical parameters)
            crossed = F.cross_entropy(self._scores(raw).flatten(0, 1), wanted.flatten(), reduction="none")
            error = error + CLASS_WEIGHT * _mean(
                crossed.view_as(wanted), None if audible is None else audible[:, self.classes[:, 0]]
            )
        return error

    def _scores(self, raw: Tensor) -> Tensor:
        """Scores of the classes, which those that a parameter does not have can never win. (B, parameters, most)."""
        return F.pad(raw, (0, 1), value=float("-inf"))[:, self.classes]


def _mean(errors: Tensor, weights: Tensor | None) -> Tensor:
    """The mean, or the mean by weights of the same shape, 0 where all of them are 0."""
    return errors.mean() if weights is None else (errors * weights).sum() / weights.sum().clamp(min=1.0)
