"""Items of a data set as a model's batches."""

import numpy as np
import numpy.typing as npt
import torch

from synthmatch.dataset.reader import Subset
from synthmatch.models.base import Batch


def batch_of(subset: Subset, items: npt.NDArray[np.int64]) -> Batch:
    """The batch of these items, (n,), or of these rows' items, (n, notes), on the CPU."""
    first = items if items.ndim == 1 else items[:, 0]
    made_by = subset.synth_index[first]
    rows, encoded = {}, {}
    for number, synth in enumerate(subset.synths):
        own = np.flatnonzero(made_by == number)
        if len(own):
            rows[synth] = torch.from_numpy(own)
            encoded[synth] = torch.from_numpy(subset.encoded_of(synth, first[own]))
    mels = torch.from_numpy(subset.mels(items.ravel()))
    return Batch(mels.unflatten(0, items.shape), rows, encoded)
