"""Bands of a frame, against a measured sketch."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.analytic.mel_filterbank import BANDS, CENTRES_HZ, mean_power, place_of, shares
from synthmatch.features.sketch import sketch
from synthmatch.note import SAMPLE_RATE_HZ


@given(frequency_hz=st.floats(200.0, 21_000.0))
@settings(max_examples=30, deadline=None)
def test_a_sine_fills_the_bands_that_a_sketch_says(frequency_hz: float) -> None:
    """Catches wrong edges, window, scale or table: bands of a sine are those that a frame of one has."""
    seconds = np.arange(SAMPLE_RATE_HZ // 4) / SAMPLE_RATE_HZ
    wave = np.sin(2 * np.pi * frequency_hz * seconds)
    measured = sketch(wave.astype(np.float32)[None])[3]
    power = mean_power(shares(np.array([[frequency_hz]]), 1).transpose(0, 2, 1))[0, :, 0]
    computed = 10 * np.log10(np.maximum(power, 1e-9))
    loud = measured > -30
    # the table goes in quarters of a bin, which on a band's flank is up to 2 dB
    assert np.abs(computed - measured)[loud].max() < 2.5
    assert abs(np.argmax(computed) - np.argmax(measured)) <= 1


def test_a_spread_partial_keeps_its_power() -> None:
    """Catches a bundle of harmonics that is counted at its width, or at one place of it."""
    frequency = np.array([[500.0, 2000.0, 8000.0]])
    single, spread = shares(frequency, 3), shares(frequency, 0)
    assert np.allclose(single.sum(axis=2), spread.sum(axis=2), rtol=0.02)
    assert (spread.max(axis=2) < single.max(axis=2)).all()


def test_the_place_of_a_centre_is_its_number() -> None:
    """Catches a place that is off by one."""
    assert np.allclose(place_of(CENTRES_HZ), np.arange(BANDS))
