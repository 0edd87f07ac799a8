"""Normalising flows: they can be undone, their volume is the Jacobian's, and the divergence estimated with them is one."""

from collections.abc import Callable

import pytest
import torch
from model_batch import CONFIG_8, batch_of

from synthmatch.models.base import ModelConfig
from synthmatch.models.flow_auto_encoder import FlowAutoEncoder
from synthmatch.models.flow_regression import RISES, STARTS, FlowRegression
from synthmatch.models.flows import Flow, autoregressive_flow, coupling_flow
from synthmatch.models.weights import build_model

pytestmark = pytest.mark.usefixtures("one_thread")

KINDS = [autoregressive_flow, coupling_flow]


def stirred(kind: Callable[[int, int, int], Flow], size: int) -> Flow:
    """A flow far from where it starts, in double precision."""
    torch.manual_seed(0)
    flow = kind(size, 4, 16).double()
    with torch.no_grad():
        for weight in flow.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return flow


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_it_can_be_undone(kind: Callable[[int, int, int], Flow], size: int) -> None:
    """Catches layers that are undone in the wrong order, and a latent size that no layer takes."""
    flow = stirred(kind, size)
    x = torch.randn(6, size, dtype=torch.float64)
    y, log_determinant = flow(x)
    assert log_determinant.shape == (6,)
    assert float((y - x).detach().abs().max()) > 0.1
    torch.testing.assert_close(flow.inverse(y), x, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_volume_is_the_jacobians(kind: Callable[[int, int, int], Flow]) -> None:
    """Catches a sign or a layer missing in the log-determinant; every number must also move some other."""
    flow = stirred(kind, 5)
    x = torch.randn(3, 5, dtype=torch.float64)
    jacobians = torch.stack([torch.autograd.functional.jacobian(lambda p: flow(p[None])[0][0], point) for point in x])
    torch.testing.assert_close(flow(x)[1], torch.linalg.slogdet(jacobians)[1])
    moves_others = (jacobians.abs() > 1e-9).any(dim=0) & ~torch.eye(5, dtype=torch.bool)
    assert moves_others.any(dim=0).all()


@pytest.mark.parametrize("name", ["flow-regression", "vae-flow"])
def test_the_divergence_is_estimated_without_bias(name: str) -> None:
    """Catches a flow term of the wrong sign, by which a model could gain without end: a divergence is not below 0.

    The mean over many draws is that of the difference of the log-densities, from their definitions.
    """
    torch.manual_seed(0)
    model = build_model(name, ("amsynth",), ModelConfig(latent_size=4)).double()
    assert isinstance(model, FlowAutoEncoder)
    model.flow = stirred(coupling_flow, 4)
    mean, log_variance = torch.randn(4, dtype=torch.float64), torch.randn(4, dtype=torch.float64)
    start = torch.distributions.Normal(mean, torch.exp(0.5 * log_variance))
    standard = torch.distributions.Normal(torch.zeros(4, dtype=torch.float64), torch.ones(4, dtype=torch.float64))
    drawn = start.sample((20_000,))
    with torch.no_grad():
        latent, added = model.move(drawn)
        log_determinant = model.flow(drawn)[1]
    density = start.log_prob(drawn).sum(dim=1) - log_determinant
    plain = (density - standard.log_prob(latent).sum(dim=1)).mean()
    ours = torch.distributions.kl_divergence(start, standard).sum() + added.mean()
    assert float(plain) > 0
    assert float(ours) == pytest.approx(float(plain), rel=0.02)


def test_a_regression_rises_with_the_epochs() -> None:
    """Catches a regression that counts from the first step on, or never."""
    torch.manual_seed(0)
    model = build_model("flow-regression", ("dexed",), CONFIG_8)
    assert isinstance(model, FlowRegression)
    batch, latent = batch_of(["dexed"] * 2), torch.randn(2, 8)
    losses = []
    for epochs in (0.0, STARTS, STARTS + RISES / 2, STARTS + RISES, 99.0):
        model.epochs = epochs
        losses.append(model.parameter_loss(latent, batch).item())
    assert losses[-1] > 0.1
    assert [loss / losses[-1] for loss in losses] == pytest.approx([0, 0, 0.5, 1, 1])
