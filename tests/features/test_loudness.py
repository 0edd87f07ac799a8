"""Loudness against what ITU-R BS.1770 and EBU Tech 3341 say that a meter must read."""

import numpy as np
import pytest
from scipy.signal import freqz

from synthmatch.features.loudness import loudness_db


def sine(hz: float, peak_db: float, channels: int) -> np.ndarray:
    """Three seconds of a sine, peak in dB below full scale."""
    wave = 10 ** (peak_db / 20) * np.sin(2 * np.pi * hz * np.arange(3 * 44_100) / 44_100)
    return np.tile(wave.astype(np.float32), (channels, 1))


@pytest.mark.parametrize(("channels", "expected_db"), [(1, -3.01), (2, 0.0)])
def test_a_full_scale_sine_of_997_hz(channels: int, expected_db: float) -> None:
    """Catches a wrong offset, and channels that are averaged: BS.1770-4 names this value."""
    assert loudness_db(sine(997, 0, channels)) == pytest.approx(expected_db, abs=0.05)


def test_minus_23() -> None:
    """Catches a wrong scale: case 1 of EBU Tech 3341 is 1 kHz at -23 dBFS in both channels, which reads -23."""
    assert loudness_db(sine(1000, -23, 2)) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("hz", [20, 38.13, 100, 500, 1682, 4000, 10_000])
def test_the_response_is_the_standards(hz: float) -> None:
    """Catches filters that are wrong at our sample rate: the standard gives its own as numbers, for 48 kHz."""
    shelf = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
    high_pass = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    gain = np.prod([np.abs(freqz(b, a, worN=[hz], fs=48_000)[1][0]) for b, a in (shelf, high_pass)])
    expected_db = -20 - 3.01 - 0.691 + 20 * np.log10(gain)
    # the two sample rates bend the top of the shelf differently
    assert loudness_db(sine(hz, -20, 1)) == pytest.approx(expected_db, abs=0.1)


def test_silence_has_a_level() -> None:
    """Catches minus infinity, which no JSON can hold."""
    assert loudness_db(np.zeros((2, 44_100), np.float32)) == -120
