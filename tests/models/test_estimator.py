"""A trained model at work: several presets for a sound, each once, and the same for a seed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from synthmatch.models.base import ModelConfig
from synthmatch.models.estimator import Estimator
from synthmatch.models.weights import build_model, save_model
from synthmatch.note import Note

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize(("name", "count"), [("flow-matching", 3), ("j-s", 3), ("regression", 1)])
def test_a_seed_gives_its_candidates(name: str, count: int, tmp_path: Path) -> None:
    """Catches a search that starts elsewhere when it is run again, a model whose draws are not asked for, and the same
    answer twice.
    """
    torch.manual_seed(0)
    save_model(tmp_path, build_model(name, ("amsynth",), ModelConfig(latent_size=8)), {})
    estimator = Estimator(tmp_path)
    audio = np.random.default_rng(0).standard_normal((1, 44_100)).astype(np.float32)
    once, again, other = (
        estimator.estimate(audio, Note(), "amsynth", 3, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    keys = [preset.key() for preset in once]
    assert len(set(keys)) == len(keys) == count
    assert keys == [preset.key() for preset in again]
    assert keys[0] == other[0].key()
    assert not {*keys[1:]} & {preset.key() for preset in other[1:]}
