"""Peaks that are found in spectra whose truth is known."""

import numpy as np
import pytest
from scipy.signal.windows import blackmanharris

from synthmatch.analysis.peaks import partial_peaks, peak_bins
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ

SIZE = 16_384


def power(hz: list[float], amplitudes: list[float], noise: float = 0.0) -> F64:
    """A spectrum of sines and noise, in a window without side lobes."""
    time = np.arange(SIZE // 2) / SAMPLE_RATE_HZ
    sound = np.sum([a * np.sin(2 * np.pi * one * time) for one, a in zip(hz, amplitudes, strict=True)], axis=0)
    sound = sound + noise * np.random.default_rng(0).standard_normal(len(time))
    return np.asarray(np.square(np.abs(np.fft.rfft(sound * blackmanharris(len(sound)), SIZE))))


@pytest.mark.parametrize("hz", [60.0, 441.3, 3001.7])
def test_a_partial_has_its_frequency_and_level(hz: float) -> None:
    """Catches a frequency that is rounded to a bin of 2.7 Hz, and a level of amplitude for one of power."""
    found = partial_peaks(power([hz, 10_000.0], [0.1, 0.2]), SIZE, 20.0)
    assert found.hz == pytest.approx([hz, 10_000.0], abs=0.3)
    assert found.levels_db == pytest.approx([-6.0, 0.0], abs=0.3)


def test_the_range_prominence_and_distance_bound_what_is_found() -> None:
    """Catches a bound that is ignored, and lobes and noise that are taken for partials."""
    tones = power([1000.0, 1060.0, 4000.0], [0.3, 0.2, 0.001])
    assert partial_peaks(tones, SIZE, 30.0).hz == pytest.approx([1000.0, 1060.0], abs=2.0)
    assert partial_peaks(tones, SIZE, 55.0, 9.0).hz == pytest.approx([1000.0, 1060.0, 4000.0], abs=2.0)
    assert partial_peaks(tones, SIZE, 30.0, apart_bins=40).hz == pytest.approx([1000.0], abs=2.0)
    noisy = power([1000.0], [0.3], 0.01)
    assert len(peak_bins(noisy, 60.0)) > 100
    assert len(peak_bins(noisy, 60.0, 45.0)) < 5


def test_what_is_below_every_key_is_at_the_lowest() -> None:
    """Catches an offset at 0 Hz and a rumble that lines are drawn through."""
    found = partial_peaks(power([12.0, 500.0], [0.5, 0.1]), SIZE, 20.0)
    assert found.hz[-1] == pytest.approx(500.0, abs=0.3)
    assert found.hz.min() > 24.0


@pytest.mark.filterwarnings("error")
def test_silence_has_no_peaks() -> None:
    """Catches a division by nothing, and a peak of rounding errors."""
    silence = np.zeros(SIZE // 2 + 1)
    assert not len(peak_bins(silence, 90.0))
    assert not len(partial_peaks(silence, SIZE, 50.0).hz)
