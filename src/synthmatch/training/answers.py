"""Whether a model of another package answers as the contract says: before it is trained, not after."""

import torch
from torch import Tensor

from synthmatch.errors import InputError
from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.base import Model


def check_answers(model: Model) -> None:
    """Ask a new model for a preset of each synthesizer. Raises `InputError` for one of another width, or outside 0..1."""
    device = next(iter(model.parameters()), torch.zeros(1)).device
    model.eval()
    for synth, width in model.widths.items():
        answer = model.estimate(torch.zeros(1, MELS, FRAMES, device=device), synth)
        shape = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
        if shape != (1, width):
            raise InputError(
                f"the model {model.name} estimates {shape} for one sound of {synth}, expected {(1, width)}"
            )
        assert isinstance(answer, Tensor)
        if not bool(((answer >= 0) & (answer <= 1)).all()):
            raise InputError(f"the model {model.name} estimates numbers outside 0..1 for {synth}; end with a sigmoid")
