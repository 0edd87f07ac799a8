"""Descriptors of single sounds, against sounds whose numbers are known."""

import numpy as np
import pytest

from synthmatch.features.descriptors import attack_seconds, centroid_hz, level_dbfs
from synthmatch.note import PROTOCOLS, SAMPLE_RATE_HZ

NOTE = PROTOCOLS["icassp2023"]
TIME = np.arange(NOTE.samples) / SAMPLE_RATE_HZ


@pytest.mark.parametrize("frequency_hz", [220.0, 1_000.0, 8_000.0])
def test_a_sine_is_as_bright_as_its_frequency(frequency_hz: float) -> None:
    """Catches a wrong frequency axis, and a level that changes brightness."""
    sine = np.sin(2 * np.pi * frequency_hz * TIME).astype(np.float32)
    assert centroid_hz(0.1 * sine) == pytest.approx(frequency_hz, rel=0.03)
    assert centroid_hz(np.stack([sine, sine])) == pytest.approx(centroid_hz(sine), rel=1e-5)


def test_the_level_is_in_decibels_of_full_scale() -> None:
    """Catches power taken for magnitude: a sine of amplitude 0.1 has -23 dBFS."""
    sine = 0.1 * np.sin(2 * np.pi * 441 * TIME)
    assert level_dbfs(sine.astype(np.float32)) == pytest.approx(-20 - 10 * np.log10(2), abs=0.01)


@pytest.mark.parametrize("rise_seconds", [0.05, 0.5, 2.0])
def test_an_attack_is_nine_tenths_of_a_straight_rise(rise_seconds: float) -> None:
    """Catches an attack that is counted from the render's start."""
    envelope = np.clip((TIME - NOTE.start_seconds) / rise_seconds, 0, 1)
    sound = (envelope * np.sin(2 * np.pi * 2_000 * TIME)).astype(np.float32)
    assert attack_seconds(sound, NOTE) == pytest.approx(0.9 * rise_seconds, abs=0.01)


def test_silence_has_numbers() -> None:
    """Catches a division by zero, or the logarithm of it."""
    silence = np.zeros((2, NOTE.samples), np.float32)
    assert (centroid_hz(silence), level_dbfs(silence), attack_seconds(silence, NOTE)) == (0.0, -90.0, 0.0)
