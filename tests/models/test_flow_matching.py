"""A model that gives a distribution: what a seed and the other items of a batch change, and that it hears."""

import numpy as np
import pytest
import torch
from torch import Tensor

from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.base import Batch, Model, ModelConfig
from synthmatch.models.flow_matching import FlowMatching
from synthmatch.models.parameter_tokens import ParameterTokens
from synthmatch.models.weights import build_model
from synthmatch.params import EncodedLayout
from synthmatch.synths.registry import get_synth

pytestmark = pytest.mark.usefixtures("one_thread")

#: Two numbers, and a parameter of three classes.
SMALL = EncodedLayout(5, (0, 4), (slice(1, 4),))


@pytest.fixture
def model() -> FlowMatching:
    """For amsynth and Dexed, without training."""
    torch.manual_seed(0)
    built = build_model("flow-matching", ("amsynth", "dexed"), ModelConfig())
    assert isinstance(built, FlowMatching)
    return built.eval()


def presets(synth: str, count: int, seed: int) -> Tensor:
    """Encoded random presets, (count, width)."""
    space = get_synth(synth).space
    return torch.from_numpy(space.encode(space.to_native(np.random.default_rng(seed).random((count, len(space))))))


@pytest.mark.parametrize("name", ["flow-matching", "j-s"])
def test_draws_differ_and_repeat_for_a_seed(name: str) -> None:
    """Catches one noise for all draws, draws from another generator than the one given, and a lost estimate."""
    torch.manual_seed(0)
    model: Model = build_model(name, ("amsynth",), ModelConfig(latent_size=8)).eval()
    mels = torch.rand(1, MELS, FRAMES)
    drawn, again, other = (model.draw(mels, "amsynth", 4, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert drawn.shape == (4, get_synth("amsynth").space.encoded_width)
    assert 0 <= float(drawn.min()) <= float(drawn.max()) <= 1
    assert len(drawn.unique(dim=0)) == 4
    assert torch.equal(drawn, again)
    assert not torch.equal(drawn[1:], other[1:])
    torch.testing.assert_close(drawn[:1], model.estimate(mels, "amsynth"), rtol=0, atol=1e-4)


def test_an_estimate_depends_on_its_sound_alone(model: FlowMatching) -> None:
    """Catches noise of torch's own generator, or of the place in the batch, in an estimate."""
    mels = torch.rand(3, MELS, FRAMES)
    once = model.estimate(mels, "dexed")
    torch.manual_seed(5)
    assert torch.equal(model.estimate(mels, "dexed"), once)
    torch.testing.assert_close(model.estimate(mels[1:2], "dexed"), once[1:2], rtol=0, atol=1e-4)


def test_an_item_counts_for_itself(model: FlowMatching) -> None:
    """Catches rows, times or sounds that reach another item of the batch: then two changes would not add up."""
    mels = torch.rand(2, 3, MELS, FRAMES)
    rows = {"dexed": torch.tensor([0, 2]), "amsynth": torch.tensor([1])}

    def loss(dexed: int, amsynth: int) -> float:
        heard = torch.stack([mels[dexed, 0], mels[amsynth, 1], mels[dexed, 2]])
        encoded = {"dexed": presets("dexed", 2, dexed), "amsynth": presets("amsynth", 1, amsynth)}
        return float(
            model.losses(
                Batch(heard, rows, encoded, torch.full((len(heard),), 60)), 1.0, torch.Generator().manual_seed(0)
            ).parameters
        )

    assert abs(loss(0, 0) - loss(1, 0)) > 1.6e-3  # measured: 3.3e-3
    assert loss(0, 0) - loss(1, 0) == pytest.approx(loss(0, 1) - loss(1, 1), abs=1e-5)


def test_validation_is_the_mean_of_its_items(model: FlowMatching) -> None:
    """Catches noise by the place in a batch: the best epoch would depend on the batch size."""
    mels, encoded = torch.rand(2, MELS, FRAMES), presets("dexed", 2, 0)
    with torch.no_grad():
        both = model.validation(mels, encoded, "dexed")["parameters"]
        alone = [model.validation(mels[i : i + 1], encoded[i : i + 1], "dexed")["parameters"] for i in range(2)]
    torch.testing.assert_close(both, torch.stack(alone).mean())


def test_it_hears(model: FlowMatching) -> None:
    """Catches a trunk that does not see the sound, or draws without it: two sounds are told apart after a short fit."""
    mels, encoded = torch.rand(2, MELS, FRAMES), presets("amsynth", 2, 0)
    batch = Batch(mels, {"amsynth": torch.arange(2)}, {"amsynth": encoded}, torch.full((2,), 60))
    adam, noise = torch.optim.Adam(model.parameters(), lr=1e-3), torch.Generator().manual_seed(0)
    model.train()
    for _ in range(40):
        adam.zero_grad()
        model.losses(batch, 1.0, noise).total.backward()
        adam.step()
    model.eval()
    for sound in range(2):
        drawn = model.draw(mels[sound : sound + 1], "amsynth", 4, np.random.default_rng(0))
        right, wrong = ((drawn - encoded[item]).square().mean(dim=1) for item in (sound, 1 - sound))
        assert bool((right < 0.3 * wrong).all()), (right, wrong)


@pytest.fixture
def head() -> ParameterTokens:
    """Of a small synthesizer."""
    torch.manual_seed(0)
    return ParameterTokens(SMALL, 2, 8)


def test_evidence_of_classes_is_their_likelihood(head: ParameterTokens) -> None:
    """Catches evidence of a wrong sign or scale: against the densities of the noise around each class."""
    time, noisy = torch.tensor([[0.3]]), torch.tensor([[0.2, -0.5, 0.9, 0.1, -0.4]])
    ends = 2 * torch.eye(3) - 1
    likely = torch.distributions.Normal(0.3 * ends, 0.7).log_prob(noisy[:, 1:4]).sum(dim=1)
    torch.testing.assert_close(head.evidence(noisy, time)[0, 1:4].softmax(dim=0), likely.softmax(dim=0))


@pytest.mark.parametrize("end", [0.0, 0.3, 1.0])
def test_evidence_of_a_number_ends_at_it(head: ParameterTokens, end: float) -> None:
    """Catches a logit of the wrong scale: near the end of a path the row says what it is, at its start nothing."""
    time = torch.tensor([[0.99]])
    said = head.evidence(time * torch.full((1, 5), 2 * end - 1), time)[0, 0]
    assert float(torch.sigmoid(said)) == pytest.approx(end, abs=2e-3)
    assert not head.evidence(torch.randn(1, 5), torch.zeros(1, 1)).any()
