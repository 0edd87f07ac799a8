"""What a surrogate's training draws from: neighbourhoods with what is seen of each preset, cut into training and validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from synthmatch.arrays import F16, I64, Float16, Int64
from synthmatch.errors import InputError
from synthmatch.features.sketch import MELS
from synthmatch.surrogate.inputs import SEGMENTS, Inputs
from synthmatch.surrogate.training.data import Neighbourhoods, read_neighbourhoods
from synthmatch.surrogate.training.neighbourhoods import MEMBERS
from synthmatch.synths.registry import get_synth

#: One neighbourhood in so many is for validation; not tuned.
VALIDATION = 20
#: Neighbourhoods of each synthesizer that validation uses, at most; a matter of time.
_VALIDATED = 400
#: Neighbourhoods whose inputs are computed at once: a matter of memory.
_TOGETHER = 256
#: Neighbourhoods from which the first map of analytic levels to a sketch's is fitted; not tuned.
_FITTED = 1000


class Batch(NamedTuple):
    """Inputs, expected levels and sketches. Shape: (B, width), (B, SEGMENTS, bands), (B, SEGMENTS, MELS)."""

    numbers: Tensor
    levels: Tensor
    sketch: Tensor


@dataclass(frozen=True)
class Prepared:
    """One synthesizer's neighbourhoods, cut into training and validation by their numbers, and what is seen of each preset.

    `numbers`: (neighbourhoods, MEMBERS, width), `levels`: (neighbourhoods, MEMBERS, SEGMENTS, bands), once for all steps and in half
    precision. `mean`: the mean sketch of the training neighbourhoods, (SEGMENTS, MELS).
    """

    number: int
    numbers: Float16[F16, "neighbourhoods members width"]
    levels: Float16[F16, "neighbourhoods members segments bands"]
    neighbourhoods: Neighbourhoods
    training: Int64[I64, " _training"]
    validation: Int64[I64, " _validation"]
    mean: Tensor

    def batch(self, rows: Int64[I64, " neighbourhoods"], device: torch.device) -> Batch:
        """The presets of neighbourhoods, on a device."""
        parts = (self.numbers, self.levels, self.neighbourhoods.sketch)
        return Batch(*(torch.from_numpy(part[rows]).to(device).float().flatten(0, 1) for part in parts))


def prepare(folders: Sequence[Path], synth: str, number: int) -> Prepared:
    """The neighbourhoods of a synthesizer in folders. `number`: which of a network's it is.

    Raises `InputError` for missing or damaged neighbourhoods, and for one alone.
    """
    neighbourhoods = read_neighbourhoods(folders, synth)
    rows = np.arange(len(neighbourhoods.pitch))
    validation = rows % VALIDATION == 0
    if validation.all():
        raise InputError(
            f"{', '.join(map(str, folders))} has {len(rows)} neighbourhoods of {synth}, expected 2 or more"
        )
    numbers, levels = _seen(synth, neighbourhoods)
    mean = neighbourhoods.sketch[~validation].mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
    validated = rows[validation][:_VALIDATED]
    return Prepared(number, numbers, levels, neighbourhoods, rows[~validation], validated, torch.from_numpy(mean))


def _seen(
    synth: str, neighbourhoods: Neighbourhoods
) -> tuple[Float16[F16, "neighbourhoods members width"], Float16[F16, "neighbourhoods members segments bands"]]:
    """What is seen of each preset of neighbourhoods. Shape: (neighbourhoods, MEMBERS, width), (neighbourhoods, MEMBERS, SEGMENTS, bands)."""
    inputs, parts = Inputs(get_synth(synth)), []
    for start in range(0, len(neighbourhoods.pitch), _TOGETHER):
        rows = slice(start, start + _TOGETHER)
        unit = neighbourhoods.unit[rows].reshape(-1, neighbourhoods.unit.shape[2])
        pitch, hold = (np.repeat(notes[rows], MEMBERS) for notes in (neighbourhoods.pitch, neighbourhoods.hold_seconds))
        parts.append([array.astype(np.float16) for array in inputs(unit, pitch, hold)])
    numbers, levels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return numbers.reshape(-1, MEMBERS, inputs.width), levels.reshape(-1, MEMBERS, SEGMENTS, inputs.bands)


def expected_levels(data: Prepared) -> tuple[Tensor, Tensor]:
    """How expected levels best become a sketch's, and what is left in the mean. Shape: (MELS, bands), (SEGMENTS, MELS).

    Least squares over cells of some training neighbourhoods.
    """
    rows = data.training[:_FITTED]
    levels = data.levels[rows].reshape(-1, data.levels.shape[3]).astype(np.float64)
    sketch = data.neighbourhoods.sketch[rows].reshape(-1, MELS).astype(np.float64)
    centred = levels - levels.mean(axis=0)
    normal = centred.T @ centred + 1e-3 * len(levels) * np.eye(levels.shape[1])
    matrix = np.linalg.solve(normal, centred.T @ (sketch - sketch.mean(axis=0))).T
    left = (sketch - levels @ matrix.T).reshape(-1, SEGMENTS, MELS).mean(axis=0)
    return torch.from_numpy(matrix.astype(np.float32)), torch.from_numpy(left.astype(np.float32))
