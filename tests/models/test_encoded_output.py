"""Numbers and classes of an encoded row: against torch's own layers, one parameter at a time."""

import pytest
import torch
import torch.nn.functional as F

from synthmatch.models.encoded_output import CLASS_WEIGHT, EncodedOutput
from synthmatch.params import EncodedLayout
from synthmatch.synths.registry import get_synth, synth_names

#: A class of one, classes of different numbers, and numbers between them.
MIXED = EncodedLayout(9, (0, 4), (slice(1, 4), slice(5, 6), slice(6, 8), slice(8, 9)))
LAYOUTS = [
    MIXED,
    EncodedLayout(3, (0, 1, 2), ()),
    EncodedLayout(4, (), (slice(0, 2), slice(2, 4))),
    *(get_synth(synth).space.layout for synth in synth_names()),
]


def row_of(layout: EncodedLayout, count: int) -> torch.Tensor:
    """Random encoded rows."""
    encoded = torch.rand(count, layout.width)
    for group in layout.categorical:
        classes = group.stop - group.start
        encoded[:, group] = F.one_hot(torch.randint(classes, (count,)), classes).float()
    return encoded


@pytest.mark.parametrize("layout", LAYOUTS)
def test_classes_are_probabilities_and_numbers_are_in_range(layout: EncodedLayout) -> None:
    """Catches a softmax over another parameter's columns, or over what fills the shorter ones up."""
    torch.manual_seed(0)
    raw = 20 * torch.randn(3, layout.width)
    encoded = EncodedOutput(layout)(raw)
    assert encoded.shape == raw.shape
    torch.testing.assert_close(encoded[:, list(layout.continuous)], torch.sigmoid(raw[:, list(layout.continuous)]))
    for group in layout.categorical:
        torch.testing.assert_close(encoded[:, group], raw[:, group].softmax(dim=1))
        torch.testing.assert_close(encoded[:, group].sum(dim=1), torch.ones(3))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_loss_is_that_of_each_parameter(layout: EncodedLayout) -> None:
    """Catches a mean over the wrong count, a class beside the right one, and a gradient that is no number."""
    torch.manual_seed(0)
    raw, wanted = torch.randn(4, layout.width, requires_grad=True), row_of(layout, 4)
    expected = torch.zeros(())
    if layout.continuous:
        columns = list(layout.continuous)
        expected = expected + F.mse_loss(torch.sigmoid(raw[:, columns]), wanted[:, columns])
    if layout.categorical:
        each = [F.cross_entropy(raw[:, group], wanted[:, group].argmax(dim=1)) for group in layout.categorical]
        expected = expected + CLASS_WEIGHT * torch.stack(each).mean()
    loss = EncodedOutput(layout).loss(raw, wanted)
    torch.testing.assert_close(loss, expected)
    (ours,), (theirs,) = torch.autograd.grad(loss, raw), torch.autograd.grad(expected, raw)
    torch.testing.assert_close(ours, theirs)


def test_what_is_not_heard_counts_nothing() -> None:
    """Catches a mean that still counts what is left out, and a class that is left out by another one's column."""
    torch.manual_seed(0)
    raw, wanted = torch.randn(2, MIXED.width, requires_grad=True), row_of(MIXED, 2)
    audible = torch.ones(2, MIXED.width)
    audible[0, 1:4] = 0.0  # a class of the first preset
    audible[:, 4] = 0.0  # a number of both
    output = EncodedOutput(MIXED)
    loss = output.loss(raw, wanted, audible)
    (slopes,) = torch.autograd.grad(loss, raw)
    assert not slopes[0, 1:4].any()
    assert not slopes[:, 4].any()
    assert slopes[1, 1:4].all()
    numbers = F.mse_loss(torch.sigmoid(raw[:, [0]]), wanted[:, [0]])
    each = [
        F.cross_entropy(raw[row : row + 1, group], wanted[row : row + 1, group].argmax(dim=1))
        for row in range(2)
        for group in MIXED.categorical
        if audible[row, group.start]
    ]
    torch.testing.assert_close(loss, numbers + CLASS_WEIGHT * torch.stack(each).mean())
    torch.testing.assert_close(output.loss(raw, wanted, torch.ones_like(wanted)), output.loss(raw, wanted))
    assert output.loss(raw, wanted, torch.zeros_like(wanted)) == 0


def test_a_sure_and_right_answer_costs_nothing() -> None:
    """Catches a loss whose least value is not at the preset."""
    wanted = row_of(MIXED, 5)
    raw = torch.where(wanted > 0.5, 60.0, -60.0)
    raw[:, list(MIXED.continuous)] = torch.logit(wanted[:, list(MIXED.continuous)])
    assert float(EncodedOutput(MIXED).loss(raw, wanted)) < 1e-10
