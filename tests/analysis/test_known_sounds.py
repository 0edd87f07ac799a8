"""What is found in sounds whose truth is known."""

import numpy as np
import pytest

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.harmonics import harmonic_amplitudes
from synthmatch.analysis.level import fall_db_per_second, levels
from synthmatch.analysis.lines import line_amplitudes, octaves_below
from synthmatch.analysis.tonal import tonal_and_residual
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
    steady, residual, share = tonal_and_residual(tone + clicks, 0.5)
    assert np.allclose(steady + residual, tone + clicks)
    inner = slice(4096, -4096)
    assert np.square(steady - tone)[inner].sum() < 0.1 * np.square(clicks)[inner].sum()
    assert 0.5 < share / (np.square(clicks).sum() / np.square(tone + clicks).sum()) < 4


def test_no_partial_is_in_both_parts() -> None:
    """Catches parts that share a partial: where both are played, they beat with each other or cancel."""
    tone = series(440, [0.3, 0.1])
    residual = tonal_and_residual(tone, 0.5).residual
    spectrum = np.abs(np.fft.rfft(residual * np.hanning(len(residual))))
    # bins of half a hertz
    assert spectrum[860:901].max() < 1e-2 * np.abs(np.fft.rfft(tone * np.hanning(len(tone)))).max()


@pytest.mark.parametrize("most", [0.3, 0.05])
def test_a_residual_is_no_larger_than_it_may_be(most: float) -> None:
    """Catches noise that a preset would carry as a recording."""
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE_HZ)
    parts = tonal_and_residual(noise, most)
    assert np.square(parts.residual).sum() == pytest.approx(parts.share * np.square(noise).sum())
    # noise has more than enough that is not steady
    assert 0.4 * most < parts.share <= most


@pytest.mark.parametrize("samples", [1, 100, 2048])
def test_a_short_sound_has_a_steady_part(samples: int) -> None:
    """Catches an error where a sound is shorter than the window."""
    parts = tonal_and_residual(series(440, [0.3])[:samples], 0.3)
    assert parts.tonal.shape == parts.residual.shape == (samples,)


@pytest.mark.parametrize("hz", [110.0, 440.0, 1760.0])
def test_a_harmonic_sound_needs_no_octaves(hz: float) -> None:
    """Catches a table whose keys are played octaves too low for nothing."""
    assert octaves_below(series(hz, [0.3, 0.2, 0.1, 0.1]), hz, 4) == 0


def test_a_bell_is_on_the_lines_of_a_lower_note() -> None:
    """Catches partials that are moved to harmonics, are counted on two lines, or lose level."""
    bell = 0.3 * np.sin(2 * np.pi * 440 * TIME) + 0.2 * np.sin(2 * np.pi * 440 * 2.756 * TIME)
    octaves = octaves_below(bell, 440.0, 4)
    assert octaves >= 2
    line_hz = 440 / 2**octaves
    (found,) = line_amplitudes(bell, line_hz, np.array([1.0]), 1023)
    first, second = (round(hz / line_hz) - 1 for hz in (440.0, 440 * 2.756))
    assert found[first] == pytest.approx(0.3, rel=0.01)
    assert found[second] == pytest.approx(0.2, rel=0.01)
    found[[first, second]] = 0
    assert found.max() < 1e-3


def test_levels_are_those_of_the_sound() -> None:
    """Catches a window that counts silence before the onset, or after the end."""
    sound = series(440, [0.4], 1.5)
    found = levels(sound, np.array([0.0, 0.5, 1.0, 2.0]), 0.02)
    assert found == pytest.approx(0.4 / np.sqrt(2) * np.exp(-1.5 * np.array([0.01, 0.5, 1.0, 1.99])), rel=0.02)


@pytest.mark.parametrize("fall_db", [-10.0, 0.0, 25.0])
def test_a_fall_is_measured(fall_db: float) -> None:
    """Catches a slope of power taken for one of amplitude, and a wrong sign."""
    sound = series(440, [0.1], fall_db / 20 * np.log(10))
    assert fall_db_per_second(sound, 0.5, 1.5) == pytest.approx(fall_db, abs=0.5)
    assert fall_db_per_second(sound, 0.5, 0.52) == 0
