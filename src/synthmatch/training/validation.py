"""How well a model does on data that it does not learn from."""

import numpy as np
import torch

from synthmatch.dataset.reader import Subset
from synthmatch.models.base import Model
from synthmatch.training.batches import batch_of


@torch.no_grad()
def validate(model: Model, subset: Subset, batch_size: int, device: torch.device) -> dict[str, dict[str, float]]:
    """Mean losses by synthesizer, of the latent's mean: no noise, and the same number at any time.

    ``spectrogram`` and ``parameters`` are mean squared errors. The subset has items of every synthesizer. Leaves the model in evaluation mode.
    """
    model.eval()
    sums: dict[str, np.ndarray] = {synth: np.zeros(3) for synth in subset.synths}
    for number, synth in enumerate(subset.synths):
        items = np.flatnonzero(subset.synth_index == number)
        for start in range(0, len(items), batch_size):
            batch = batch_of(subset, items[start : start + batch_size]).to(device)
            latent, _ = model.encode(batch.mels, synth)
            spectrogram = (model.reconstruct(latent, synth) - batch.mels).square().mean()
            parameters = (model.decode(latent, synth) - batch.encoded[synth]).square().mean()
            sums[synth] += np.array([spectrogram.item(), parameters.item(), 1.0]) * len(batch.mels)
    return {synth: {"spectrogram": float(s[0] / s[2]), "parameters": float(s[1] / s[2])} for synth, s in sums.items()}
