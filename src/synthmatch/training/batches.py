"""Items of a data set as a model's batches."""

import numpy as np
import numpy.typing as npt
import torch

from synthmatch.dataset.reader import Subset
from synthmatch.models.base import Batch


def batch_of(subset: Subset, items: npt.NDArray[np.int64]) -> Batch:
    """The batch of these items, on the CPU."""
    made_by = subset.synth_index[items]
    rows, encoded = {}, {}
    for number, synth in enumerate(subset.synths):
        own = np.flatnonzero(made_by == number)
        if len(own):
            rows[synth] = torch.from_numpy(own)
            encoded[synth] = torch.from_numpy(subset.encoded_of(synth, items[own]))
    return Batch(torch.from_numpy(subset.mels(items)), rows, encoded)
