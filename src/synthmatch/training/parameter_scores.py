"""How well a trained model knows the presets of a data set's test split, by parameter group; nothing is rendered."""

import numpy as np
import torch

from synthmatch.dataset.reader import Subset
from synthmatch.metrics.groups import GroupScore, group_scores
from synthmatch.models.base import Model
from synthmatch.models.pitch_conditioning import with_note
from synthmatch.params.parameter import Group
from synthmatch.synths.registry import get_synth

#: Spectrograms at a time.
_BATCH = 64


@torch.no_grad()
def parameter_scores(model: Model, subset: Subset, synth: str, *, note: bool = False) -> dict[Group, GroupScore]:
    """Scores of the model's estimates for all items of a synthesizer. `note`: whether it was trained to be told the note."""
    items, space = subset.examples(synth), get_synth(synth).space
    estimated = []
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        mels = torch.from_numpy(subset.mels(batch))
        if note:
            mels = with_note(mels, torch.from_numpy(subset.pitches(batch)))
        estimated.append(space.decode(model.estimate(mels, synth).numpy()))
    truths = np.array([subset.preset(item).native for item in items.tolist()])
    return group_scores(truths, np.concatenate(estimated), space)
