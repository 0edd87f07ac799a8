"""What is found in sounds whose truth is known."""

import numpy as np
import pytest

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.harmonics import harmonic_amplitudes
from synthmatch.analysis.tonal import tonal_part
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ

TIME = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def series(hz: float, amplitudes: list[float], decay_per_second: float = 0.0) -> F64:
    """Harmonics in sine phase that die away together."""
    waves = [a * np.sin(2 * np.pi * hz * h * TIME) for h, a in enumerate(amplitudes, 1)]
    return np.asarray(np.sum(waves, axis=0) * np.exp(-decay_per_second * TIME))


@pytest.mark.parametrize("note_hz", [41.2, 261.63, 3951.1])
@pytest.mark.parametrize("cents", [-47.0, 0.0, 23.0])
def test_the_fundamental_is_found_within_two_cents(note_hz: float, cents: float) -> None:
    """Catches a rounded bin, harmonics that are not looked at, and a search that ends before half a semitone."""
    found = fundamental_hz(series(note_hz * 2 ** (cents / 1200), [0.2, 0.1, 0.1, 0.05]), note_hz)
    assert 1200 * np.log2(found / note_hz) == pytest.approx(cents, abs=2.0)


@pytest.mark.parametrize("samples", [1, 700, 1323])
def test_a_short_sound_has_a_fundamental(samples: int) -> None:
    """Catches an error for 30 ms, and a frequency that is far from the note's."""
    found = fundamental_hz(series(440, [0.5])[:samples], 440.0)
    assert abs(1200 * np.log2(found / 440)) <= 60


@pytest.mark.parametrize("hz", [55.0, 440.0, 2000.0])
def test_harmonics_have_their_amplitudes_over_time(hz: float) -> None:
    """Catches a window's gain left in, a harmonic's neighbour counted with it, and an onset that is faded in."""
    amplitudes = [0.4, 0.0, 0.2, 0.1]
    seconds = np.array([0.0, 0.3, 1.0])
    found = harmonic_amplitudes(series(hz, amplitudes, 2.0), hz, seconds, 1023)
    expected = np.array(amplitudes) * np.exp(-2.0 * seconds)[:, None]
    assert found.shape == (3, int(SAMPLE_RATE_HZ / 2 / hz))
    assert np.abs(found[1:, :4] - expected[1:]).max() < 0.01
    # at the onset half a window is all there is, whose lobes are wider
    assert np.abs(found[0, :4] - expected[0]).max() < 0.08
    assert found[:, 5:].max() < 0.04


def test_clicks_are_residual_and_tones_are_not() -> None:
    """Catches a mask of the wrong axis, and parts that do not add up to the sound."""
    clicks = np.zeros(len(TIME))
    clicks[5000::11_025] = 0.9
    tone = series(440, [0.3, 0.1])
    steady = tonal_part(tone + clicks)
    assert steady.shape == tone.shape
    inner = slice(4096, -4096)
    assert np.square(steady - tone)[inner].sum() < 0.1 * np.square(clicks)[inner].sum()
    assert np.square(tonal_part(clicks))[inner].sum() < 0.1 * np.square(clicks)[inner].sum()


@pytest.mark.parametrize("samples", [1, 100, 2048])
def test_a_short_sound_has_a_steady_part(samples: int) -> None:
    """Catches an error where a sound is shorter than the window."""
    assert tonal_part(series(440, [0.3])[:samples]).shape == (samples,)
