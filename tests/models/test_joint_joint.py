"""J-J as published, and its variants: what the mask tells, what padding learns, who counts how much."""

import pytest
import torch
from model_batch import CONFIG_8, SYNTHS, batch_of
from torch import Tensor

from synthmatch.models.joint_joint import JointJoint
from synthmatch.models.weights import build_model

pytestmark = pytest.mark.usefixtures("one_thread")


def joint_joint(name: str) -> JointJoint:
    """A new model of a kind of J-J, of all synthesizers."""
    torch.manual_seed(0)
    model = build_model(name, SYNTHS, CONFIG_8)
    assert isinstance(model, JointJoint)
    return model


def learned_columns(model: JointJoint, made_by: str) -> Tensor:
    """Which of the padded columns a batch of one synthesizer moves, (widest,)."""
    model.losses(batch_of([made_by, made_by]), 1.0, torch.Generator().manual_seed(0)).total.backward()
    last = model.parameter_decoder.layers[-2]
    assert isinstance(last, torch.nn.Linear)
    assert last.weight.grad is not None
    return last.weight.grad.any(dim=1)


@pytest.mark.parametrize("made_by", SYNTHS)
@pytest.mark.parametrize("name", ["j-j", "j-j-blind"])
def test_padding_learns_to_be_zero(name: str, made_by: str) -> None:
    """Catches an output that a mask multiplies, which the published code has had no more since September 2022."""
    assert learned_columns(joint_joint(name), made_by).all()


@pytest.mark.parametrize("made_by", SYNTHS)
@pytest.mark.parametrize("name", ["j-j-even", "j-j-masked"])
def test_only_the_makers_columns_learn(name: str, made_by: str) -> None:
    """Catches padding that counts in a variant that leaves it out: its gradient is exactly 0."""
    model = joint_joint(name)
    learned = learned_columns(model, made_by)
    assert learned[: model.widths[made_by]].all()
    assert not learned[model.widths[made_by] :].any()


def test_the_published_joint_decoder() -> None:
    """Catches a mask's layer of another width, an item's padding that does not count, and a batch told of one synthesizer.

    Against the published code, `vae_single`, layer by layer.
    """
    model = joint_joint("j-j")
    widest = max(model.widths.values())
    batch = batch_of([*SYNTHS, SYNTHS[0]])
    latent = torch.randn(len(batch.mels), 8)
    masks, wanted = torch.zeros(len(latent), widest), torch.zeros(len(latent), widest)
    for synth, rows in batch.rows.items():
        masks[rows[:, None], torch.arange(model.widths[synth])] = 1.0
        wanted[rows[:, None], torch.arange(model.widths[synth])] = batch.encoded[synth]
    assert model.mask_layer.out_features == 1024
    hidden = torch.cat([latent, torch.relu(model.mask_layer(masks))], dim=1)
    for number in (0, 2, 4):
        hidden = torch.relu(model.parameter_decoder.layers[number](hidden))
    published = torch.sigmoid(model.parameter_decoder.layers[6](hidden))
    torch.testing.assert_close(model.parameter_loss(latent, batch), (published - wanted).square().mean())
    torch.testing.assert_close(
        model.decode(latent[:1], SYNTHS[0]), published[:1, : model.widths[SYNTHS[0]]], rtol=1e-4, atol=1e-6
    )


def test_every_synthesizer_counts_alike() -> None:
    """Catches a narrow synthesizer whose error is divided by the columns of the widest."""
    model = joint_joint("j-j-even")
    batch = batch_of(SYNTHS)
    latent = torch.randn(len(batch.mels), 8)
    each = [
        (model.decode(latent[rows], synth) - batch.encoded[synth]).square().mean() for synth, rows in batch.rows.items()
    ]
    torch.testing.assert_close(model.parameter_loss(latent, batch), torch.stack(each).mean())


def test_a_mask_makes_padding_zero() -> None:
    """Catches a masked joint decoder whose answer for a narrow synthesizer has numbers beyond its columns."""
    model = joint_joint("j-j-masked")
    latent = torch.randn(3, 8)
    for number, synth in enumerate(SYNTHS):
        padded = model.padded(latent, torch.full((3,), number))
        assert not padded[:, model.widths[synth] :].any()
        torch.testing.assert_close(padded[:, : model.widths[synth]], model.decode(latent, synth))


def test_a_blind_joint_decoder_is_not_told() -> None:
    """Catches a variant without a mask that knows all the same whose preset is asked for."""
    model = joint_joint("j-j-blind")
    latent = torch.randn(1, 8)
    width = min(model.widths.values())
    answers = [model.decode(latent, synth)[:, :width] for synth in SYNTHS]
    assert all(torch.equal(answer, answers[0]) for answer in answers)
