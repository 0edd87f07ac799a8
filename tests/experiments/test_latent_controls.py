"""Controls of a latent: a model whose first number is a volume knob is found out, and one that has none is not."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor

from synthmatch.experiments.latent_controls import DESCRIPTORS, controls, rank_correlation, traversals
from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.registry import load_estimator
from synthmatch.models.weights import save_model
from synthmatch.note import PROTOCOLS
from synthmatch.params import EncodedLayout
from synthmatch.synths.registry import get_synth

pytestmark = pytest.mark.usefixtures("one_thread")


class Knob(AutoEncoder):
    """Decodes amsynth's default preset, with the master volume as the latent's first number says."""

    name = f"{__name__}:Knob"
    preset: Tensor

    def __init__(self, layouts: Mapping[str, EncodedLayout], config: ModelConfig) -> None:
        super().__init__(layouts, config)
        space = get_synth("amsynth").space
        self.register_buffer("preset", torch.from_numpy(space.encode(space.default)))
        self.column = int(space.offsets[space.index["master_vol"]])

    def encode(self, mels: Tensor, synth: str) -> tuple[Tensor, Tensor]:
        raise NotImplementedError

    def reconstruct(self, latent: Tensor, synth: str) -> Tensor:
        raise NotImplementedError

    def parameter_loss(self, latent: Tensor, batch: Batch) -> Tensor:
        raise NotImplementedError

    def decode(self, latent: Tensor, synth: str) -> Tensor:
        encoded = self.preset.expand(len(latent), -1).clone()
        encoded[:, self.column] = 0.4 + 0.1 * latent[:, 0].clamp(-3, 3)
        return encoded


def test_a_volume_knob_is_found(tmp_path: Path) -> None:
    """Catches numbers, points and steps that are mixed up between latents, renders and the table."""
    config = ModelConfig(latent_size=2)
    save_model(tmp_path, Knob({"amsynth": get_synth("amsynth").space.layout}, config), {})
    points = np.array([[0.0, 1.0], [2.0, -1.0]])
    found = controls(
        load_estimator(f"{Knob.name}={tmp_path}"),
        "amsynth",
        PROTOCOLS["icassp2023"],
        points,
        np.linspace(-3.0, 3.0, 5),
        workers=1,
    )
    assert found.shape == (2, len(DESCRIPTORS))
    assert found[0, list(DESCRIPTORS).index("level")] > 0.99
    # the second number changes nothing, and a preset sounds the same again
    assert not found[1].any()


def test_one_number_moves_at_a_time() -> None:
    """Catches a traversal that moves a number of another point, or several."""
    points, positions = np.arange(6.0).reshape(2, 3), np.array([-9.0, 9.0])
    moved = traversals(points, positions)
    for point in range(2):
        for number in range(3):
            for step in range(2):
                wanted = points[point].copy()
                wanted[number] = positions[step]
                np.testing.assert_array_equal(moved[point, number, step], wanted)


def test_the_correlation_is_spearmans() -> None:
    """Catches ranks along the wrong axis, ties that count by their order, and a constant that gives NaN."""
    rng = np.random.default_rng(0)
    positions = np.linspace(-3, 3, 9)
    described = np.stack([rng.random(9), rng.integers(0, 3, 9), np.exp(positions), -(positions**3), np.ones(9)], axis=1)
    found = rank_correlation(positions, described)
    for ours, column in zip(found[:4], described.T[:4], strict=True):
        assert ours == pytest.approx(spearmanr(positions, column).statistic)
    assert found[4] == 0
