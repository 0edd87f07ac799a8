"""What is found in two channels whose difference is known."""

import numpy as np
import pytest

from synthmatch.analysis.stereo import channel_level, is_wide, phases_between
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ

TIME = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def harmonics(hz: float, phases: list[float]) -> F64:
    """Harmonics of one level."""
    return np.asarray(np.sum([0.1 * np.cos(2 * np.pi * hz * h * TIME + p) for h, p in enumerate(phases, 1)], axis=0))


@pytest.mark.parametrize("hz", [41.2, 440.0, 2000.0])
def test_phases_between_channels_are_found(hz: float) -> None:
    """Catches a wrong sign, and a harmonic whose neighbours' phases are added to its own."""
    ahead = np.array([0.0, 1.0, -2.0, 3.0])
    left, right = harmonics(hz, [0.3, 0.1, 0.2, 2.0]), harmonics(hz, [0.3, 1.1, -1.8, 5.0])
    found = phases_between(left, right, hz, 4)
    assert np.abs(np.angle(np.exp(1j * (found - ahead)))).max() < 0.02


@pytest.mark.parametrize("samples", [1, 100, 1323])
def test_a_short_sound_has_phases(samples: int) -> None:
    """Catches an error where a sound is shorter than a window."""
    sound = harmonics(440.0, [0.0, 1.0])[:samples]
    assert np.isfinite(phases_between(sound, sound, 440.0, 20)).all()


def test_what_is_wide() -> None:
    """Catches a recording of one channel, or of two that are the same, drawn twice, and one of opposite phases drawn in the middle."""
    left, right = np.random.default_rng(0).standard_normal((2, 4410)).astype(np.float32)
    assert not is_wide(left[None])
    assert not is_wide(np.stack([left, 0.98 * left]))
    assert is_wide(np.stack([left, right]))
    assert is_wide(np.stack([left, -left]))
    assert np.allclose(channel_level(np.stack([left, -left])), np.abs(left))
