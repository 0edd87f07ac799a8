"""Bands of a quarter octave."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.synths.partials import BANDS, CENTRES_HZ, band_power


@given(st.lists(st.tuples(st.floats(1.0, 30000.0), st.floats(0.0, 1.0)), min_size=1, max_size=20))
def test_every_partial_is_counted_once(partials: list[tuple[float, float]]) -> None:
    """Catches a partial that is lost between two bands, counted twice, or counted in another preset's row."""
    frequency, power = np.array(partials).T
    found = band_power(np.stack([frequency, frequency[::-1]]), np.stack([power, np.zeros_like(power)]))
    heard = power[frequency <= CENTRES_HZ[-1]].sum()
    assert np.isclose(found[0].sum(), heard)
    assert not found[1].any()


def test_a_partial_at_a_centre_is_in_that_band_alone() -> None:
    """Catches bands that are off by one."""
    found = band_power(CENTRES_HZ[:, None], np.ones((BANDS, 1)))
    assert np.allclose(found, np.eye(BANDS), atol=1e-9)
