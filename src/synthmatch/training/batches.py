"""Items of a data set as a model's batches, on the device where it is trained.

A CPU reads each batch from the files. A GPU, which would wait for that, holds the whole subset where it fits, its
spectrograms as the bytes that are stored.
"""

from collections.abc import Callable

import numpy as np
import torch

from synthmatch.arrays import I64, Int64
from synthmatch.dataset.reader import Subset
from synthmatch.models.base import Batch

#: Items, (n,), or rows' items, (n, notes) -> their batch.
Reader = Callable[[I64], Batch]

#: Items that are read at a time on their way to a GPU.
_CHUNK = 1024


def reader_of(subset: Subset, device: torch.device, *, audible: bool = False) -> Reader:
    """What makes batches of a subset on a device, with `audible` such as have the active parameters of their presets."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        # another half for the model and what else is there
        if len(subset) * np.prod(subset.mel_shape) < free / 2:
            return HeldSubset(subset, device, audible=audible)
    return lambda items: batch_of(subset, items, audible=audible).to(device)


def batch_of(subset: Subset, items: Int64[I64, " items *notes"], *, audible: bool = False) -> Batch:
    """The batch of these items, (n,), or of these rows' items, (n, notes), on the CPU."""
    first = items if items.ndim == 1 else items[:, 0]
    made = _made(subset, first)
    encoded = {synth: torch.from_numpy(subset.encoded_of(synth, first[own])) for synth, own in made}
    rows = {synth: torch.from_numpy(own) for synth, own in made}
    mels = torch.from_numpy(subset.mels(items.ravel()))
    active = {synth: torch.from_numpy(subset.active_of(synth, first[own])) for synth, own in made if audible}
    return Batch(mels.unflatten(0, items.shape), rows, encoded, torch.from_numpy(subset.pitches(items)), active)


class HeldSubset:
    """A subset in the memory of a device. Its batches have the numbers of `batch_of`."""

    def __init__(self, subset: Subset, device: torch.device, *, audible: bool = False) -> None:
        self._subset, self._device = subset, device
        # in chunks, so that no second copy of all stands beside
        self._mels = torch.empty((len(subset), *subset.mel_shape), dtype=torch.uint8, device=device)
        for start in range(0, len(subset), _CHUNK):
            items = np.arange(start, min(start + _CHUNK, len(subset)))
            self._mels[start : start + len(items)] = torch.from_numpy(subset.stored_mels(items)).to(device)
        self._place = np.zeros(len(subset), np.int64)
        self._encoded, self._audible = {}, {}
        for synth in subset.synths:
            own = subset.examples(synth)
            self._place[own] = np.arange(len(own))
            self._encoded[synth] = torch.from_numpy(subset.encoded_of(synth, own)).to(device)
            if audible:
                self._audible[synth] = torch.from_numpy(subset.active_of(synth, own)).to(device)

    def __call__(self, items: Int64[I64, " items *notes"]) -> Batch:
        """The batch of these items, (n,), or of these rows' items, (n, notes), on the device."""
        first = items if items.ndim == 1 else items[:, 0]
        made = _made(self._subset, first)
        places = {synth: self._there(self._place[first[own]]) for synth, own in made}
        encoded = {synth: self._encoded[synth][own] for synth, own in places.items()}
        audible = {synth: self._audible[synth][own] for synth, own in places.items() if synth in self._audible}
        rows = {synth: self._there(own) for synth, own in made}
        mels = self._mels[self._there(items.ravel())].float() / 255  # as `features.mel.from_bytes`
        pitches = self._there(self._subset.pitches(items))
        return Batch(mels.unflatten(0, items.shape), rows, encoded, pitches, audible)

    def _there(self, numbers: Int64[I64, " *items"]) -> torch.Tensor:
        return torch.from_numpy(numbers).to(self._device)


def _made(subset: Subset, items: Int64[I64, " items *notes"]) -> list[tuple[str, I64]]:
    """Which of these items each synthesizer made, of those that made one."""
    made_by = subset.synth_index[items]
    each = [(synth, np.flatnonzero(made_by == number)) for number, synth in enumerate(subset.synths)]
    return [(synth, own) for synth, own in each if len(own)]
