"""How well a model does on data that it does not learn from."""

import torch

from synthmatch.dataset.reader import Subset
from synthmatch.models.base import Model
from synthmatch.models.pitch_conditioning import with_note
from synthmatch.training.batches import Reader


@torch.no_grad()
def validate(
    model: Model, subset: Subset, batch_size: int, read: Reader, *, note: bool = False
) -> dict[str, dict[str, float]]:
    """Mean losses by synthesizer, without noise: the same numbers at any time (`Model.validation`).

    `note`: the model is told the note. `read` makes the subset's batches where the model is. The subset has items of every synthesizer. Leaves the model in evaluation mode.
    """
    model.eval()
    means: dict[str, dict[str, float]] = {}
    for synth in subset.synths:
        examples = subset.examples(synth, whole_rows=model.whole_rows)
        sums: dict[str, float] = {}
        for start in range(0, len(examples), batch_size):
            batch = read(examples[start : start + batch_size])
            mels = with_note(batch.mels, batch.pitches) if note else batch.mels
            # only a model that can leave out inactive parameters gets them
            told = [batch.audible[synth]] if synth in batch.audible else []
            for name, loss in model.validation(mels, batch.encoded[synth], synth, *told).items():
                sums[name] = sums.get(name, 0.0) + loss.item() * len(batch.mels)
        means[synth] = {name: total / len(examples) for name, total in sums.items()}
    return means
