"""Vibrato and tremolo whose rate, depth and delay are known."""

import numpy as np
import pytest

from synthmatch.analysis.swing import swing
from synthmatch.arrays import F64

STEP_S = 0.01


def known(seconds: F64, rate_hz: float, delay_s: float, grows_s: float) -> F64:
    """A sine of depth 1, which begins after a delay."""
    growth = np.clip((seconds - delay_s) / grows_s, 0, 1) if grows_s else (seconds >= delay_s) * 1.0
    return np.asarray(growth * np.sin(2 * np.pi * rate_hz * (seconds - delay_s)))


@pytest.mark.parametrize("rate_hz", [3.1, 5.5, 7.3, 11.0])
@pytest.mark.parametrize(("delay_s", "grows_s"), [(0.0, 0.0), (0.6, 0.4)])
@pytest.mark.parametrize("span_s", [2.0, 8.0, 60.0])
def test_a_known_swing_is_found(rate_hz: float, delay_s: float, grows_s: float, span_s: float) -> None:
    """Catches a rate that drifts off in a long note, a phase of the wrong sign, and a delay that is ignored; a trend and noise beside
    it are not it."""
    seconds = np.arange(round(span_s / STEP_S), dtype=np.float64) * STEP_S
    truth = known(seconds, rate_hz, delay_s, grows_s)
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(seconds))
    found = swing(truth + noise + np.exp(-seconds), np.ones(len(seconds)), STEP_S)
    assert found is not None
    assert found.rate_hz == pytest.approx(rate_hz, abs=0.25 / span_s)
    assert found.depth == pytest.approx(1.0, abs=0.12)
    # a sine that is not followed is off by 0.7
    assert np.sqrt(np.square(found.at(seconds) - truth).mean()) < 0.2


def test_a_short_sound_has_none() -> None:
    """Catches a rate that is made of one period."""
    seconds = np.arange(round(1.0 / STEP_S), dtype=np.float64) * STEP_S
    assert swing(known(seconds, 5.5, 0.0, 0.0), np.ones(len(seconds)), STEP_S) is None
