"""What every search operator owes: a preset's values from a parent's, by its arguments alone."""

import numpy as np
import pytest

from synthmatch.arrays import F64
from synthmatch.library.builtin import builtin_library
from synthmatch.params import GROUPS
from synthmatch.search.audibility import Audibility
from synthmatch.search.jacobian import Jacobian
from synthmatch.search.operators import Context, Operator, operators
from synthmatch.synths.registry import get_synth

SPACE = get_synth("dexed").space
OPERATORS = operators([group for group in GROUPS if any(p.group == group for p in SPACE.parameters)])


def context() -> Context:
    """Sixteen presets of the library, one of them just improved, and slopes that were learned of some changes."""
    library = builtin_library("dexed")
    assert library
    rng = np.random.default_rng(0)
    members = library.unit[:16].astype(np.float64)
    slopes = Jacobian(SPACE)
    for column in np.flatnonzero(~SPACE.categorical):
        slopes.learn(0.1 * np.eye(len(SPACE))[column], rng.normal(0, 1, 64).astype(np.float32))
    last = np.where(SPACE.categorical, 0.0, rng.normal(0, 0.05, len(SPACE)))
    return Context(SPACE, members, members, Audibility(SPACE), slopes, last, np.ones(64, np.float32), most_changed=4)


def children(operator: Operator, seed: int) -> F64:
    """Twenty children of one parent."""
    given, rng = context(), np.random.default_rng(seed)
    return np.stack([operator.change(given.members[0], given, rng) for _ in range(20)])


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_contract(operator: Operator) -> None:
    """Catches children of another shape or not finite, ones that never differ, and a generator that is not the argument's."""
    parent = context().members[0]
    made = children(operator, 1)
    assert made.shape == (20, len(SPACE))
    assert np.isfinite(made).all()
    changed = SPACE.to_native(np.clip(made, 0, 1)) != SPACE.to_native(parent)
    assert changed.any()
    np.testing.assert_array_equal(made, children(operator, 1))
    assert (made != children(operator, 2)).any()


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_the_parent_stays_as_it_is(operator: Operator) -> None:
    """Catches an operator that writes into the population."""
    given, rng = context(), np.random.default_rng(1)
    before = given.members.copy()
    for _ in range(20):
        operator.change(given.members[0], given, rng)
    np.testing.assert_array_equal(given.members, before)


def test_names_and_shares() -> None:
    """Catches two operators that share what one of them earned, and one that nobody draws."""
    assert len({operator.name for operator in OPERATORS}) == len(OPERATORS)
    assert [operator.name for operator in OPERATORS if not operator.searched and not operator.training_weight] == []
