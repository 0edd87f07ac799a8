"""Batches of random spectrograms and presets for the tests of models."""

from collections.abc import Sequence

import numpy as np
import torch

from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.synths.registry import get_synth, synth_names

SYNTHS = synth_names()
CONFIG_8 = ModelConfig(latent_size=8)


def batch_of(synths: Sequence[str], seed: int = 0) -> Batch:
    """A random spectrogram and preset for each synthesizer named, in this order."""
    rng = np.random.default_rng(seed)
    rows, encoded = {}, {}
    for synth in dict.fromkeys(synths):
        space = get_synth(synth).space
        own = [i for i, name in enumerate(synths) if name == synth]
        rows[synth] = torch.tensor(own)
        encoded[synth] = torch.from_numpy(space.encode(space.to_native(rng.random((len(own), len(space))))))
    mels = torch.from_numpy(rng.random((len(synths), MELS, FRAMES), np.float32))
    return Batch(mels, rows, encoded, torch.full((len(synths),), 60))
