"""The expected improvement against what it must be, and against draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.search.acquisition import expected_improvement

GAINS, DEVIATIONS = st.floats(-50, 50), st.floats(1e-3, 50)


@given(GAINS, DEVIATIONS)
def test_it_is_at_least_what_is_expected(gain: float, deviation: float) -> None:
    """Catches a wrong sign, and a tail that underflows to something else than 0."""
    (worth,) = expected_improvement(np.array([gain]), np.array([deviation]))
    assert np.isfinite(worth)
    assert worth >= max(gain, 0.0) - 1e-9


@given(GAINS, DEVIATIONS, st.floats(0, 5))
def test_more_gain_and_more_doubt_are_worth_more(gain: float, deviation: float, more: float) -> None:
    """Catches doubt that counts against a preset: of several renders only the best counts."""
    gains, deviations = np.array([gain, gain + more, gain]), np.array([deviation, deviation, deviation + more])
    worth, of_more_gain, of_more_doubt = expected_improvement(gains, deviations)
    assert min(of_more_gain, of_more_doubt) >= worth - 1e-9


def test_it_is_the_mean_over_draws() -> None:
    """Catches a formula that only behaves like one."""
    gains, deviations = np.array([-0.3, 0.0, 0.2]), np.array([0.5, 0.1, 1.0])
    draws = np.random.default_rng(0).normal(gains, deviations, (400_000, 3))
    assert expected_improvement(gains, deviations) == pytest.approx(np.maximum(draws, 0.0).mean(axis=0), abs=0.005)
