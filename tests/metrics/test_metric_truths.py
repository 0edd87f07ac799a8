"""Metrics against values that follow from the definition on paper, each with its tolerance."""

import numpy as np
import pytest
from metric_signals import RATE_HZ, click, noise, sine, tone

from synthmatch.errors import InputError
from synthmatch.metrics import (
    BINS,
    envelope_error,
    harmonic_bin,
    harmonic_percentage,
    loudness_error,
    lsd,
    lsd_icassp2023,
    mss,
    rms_cosine,
    sot,
    spectral_convergence,
    wmfcc,
)
from synthmatch.metrics.dtw import symmetric2

HALF_DB = 20 * np.log10(2)  # 6.02
#: A sine that falls on a bin of the 2048-sample window: all its energy lies in that bin and its two neighbours.
BIN_100_HZ = 100 * RATE_HZ / 2048
#: Frames over the ends of a signal see half of it; in ten seconds they are four of 862.
EDGE_FRAMES = 0.01


def test_lsd_of_halved_noise_is_six_decibels() -> None:
    """Catches power taken for amplitude (12 dB), natural logarithms, and a missing root."""
    assert lsd(noise(1), 0.5 * noise(1)) == pytest.approx(HALF_DB, abs=0.01)


def test_lsd_counts_only_bins_above_the_floor() -> None:
    """Catches a floor relative to the maximum: a halved sine differs by 6.02 dB in 3 of 1025 bins."""
    expected = np.sqrt(3 * HALF_DB**2 / 1025)
    full = sine(BIN_100_HZ, seconds=10)
    assert lsd(full, 0.5 * full) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("above_db", [1.0, 3.0, 6.0])
def test_full_scale_sine_reads_0_dbfs(above_db: float) -> None:
    """Catches a wrong window scale: a sine at -90 dBFS + x differs from silence by x dB in one bin, no more."""
    amplitude = 10 ** ((-90 + above_db) / 20)
    quiet = sine(BIN_100_HZ, seconds=10, amplitude=amplitude)
    assert lsd(quiet, np.zeros_like(quiet)) == pytest.approx(above_db / np.sqrt(1025), rel=EDGE_FRAMES)


def test_lsd_of_a_sine_below_the_floor_is_zero() -> None:
    """Catches a floor below -90 dBFS."""
    quiet = sine(BIN_100_HZ, seconds=2, amplitude=10 ** (-90.1 / 20))
    assert lsd(quiet, np.zeros_like(quiet)) == 0


def test_lsd_icassp2023_of_halved_noise() -> None:
    """Catches a root, decibels, or amplitude for power: (log10 4)^2 in every bin."""
    assert lsd_icassp2023(noise(1), 0.5 * noise(1)) == pytest.approx(np.log10(4) ** 2, rel=1e-6)


@pytest.mark.parametrize("gain", [0.0, 0.25, 1.5, 3.0])
def test_spectral_convergence_of_a_gain(gain: float) -> None:
    """Catches division by the estimate's norm: the score of x against g x is |1 - g|, and 1 for silence."""
    assert spectral_convergence(tone(), gain * tone()) == pytest.approx(abs(1 - gain), rel=1e-6)


def test_mss_is_blind_to_level() -> None:
    """Catches an absolute floor inside the decibels: -40 dB must change nothing."""
    assert mss(tone(), 0.01 * tone()) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(("first", "second"), [(10, 40), (100, 101), (50, 500)])
def test_sot_of_two_tones_is_their_distance(first: int, second: int) -> None:
    """Catches a wrong normalisation: bins are 20 Hz wide and the axis has 1103 of them."""
    expected = (second - first) / 1103
    assert sot(sine(20 * first, 10), sine(20 * second, 10)) == pytest.approx(expected, rel=0.02)


def test_rms_cosine_of_halves() -> None:
    """Catches a cosine of samples or of centred envelopes: constant against its first half is 1/sqrt 2."""
    whole = sine(441, 10)
    half = whole.copy()
    half[half.size // 2 :] = 0
    assert rms_cosine(whole, half) == pytest.approx(np.sqrt(0.5), abs=0.005)


def test_rms_cosine_of_sounds_that_never_meet_is_zero() -> None:
    """Catches an offset in the envelope: no frame holds both sounds."""
    early, late = np.zeros(RATE_HZ, np.float32), np.zeros(RATE_HZ, np.float32)
    early[:10_000], late[-10_000:] = 0.5, 0.5
    assert rms_cosine(early, late) == 0


def test_wmfcc_forgives_a_shift_in_time() -> None:
    """Catches a frame-by-frame cepstral distance: a click moved by 50 ms costs far less along the best path."""
    early, late = click(), np.roll(click(), 22 * 100)
    shifted = wmfcc(early, late)
    assert shifted < 0.001 * wmfcc(early, np.zeros_like(early) + sine(200, amplitude=0.5))


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 7), (7, 1), (5, 5), (6, 9), (40, 13)])
def test_every_symmetric2_path_weighs_the_same(rows: int, columns: int) -> None:
    """Catches symmetric1 weights: with one cost everywhere any path costs N + M - 1 of them."""
    expected = 0.7 * (rows + columns - 1) / (rows + columns)
    assert symmetric2(np.full((rows, columns), 0.7)) == pytest.approx(expected, rel=1e-12)


def test_harmonic_percentage_of_extremes() -> None:
    """Catches swapped median filters: a steady tone is harmonic, a click is not, silence is 0."""
    assert harmonic_percentage(sine(BIN_100_HZ, 2)) > 90
    assert harmonic_percentage(click()) < 1
    assert harmonic_percentage(np.zeros(1000, np.float32)) == 0


@pytest.mark.parametrize(("percentage", "name"), [(0, 0), (20, 0), (20.1, 1), (40, 1), (60.5, 3), (80, 3), (100, 4)])
def test_harmonic_bins_hold_their_upper_edge(percentage: float, name: int) -> None:
    """Catches bins off by one at the edges; the published code moves on only above an edge."""
    assert harmonic_bin(percentage) == BINS[name]


@pytest.mark.parametrize("percentage", [-1, 100.5, float("nan")])
def test_harmonic_bin_refuses_what_is_no_percentage(percentage: float) -> None:
    """Catches NaN that lands in a bin."""
    with pytest.raises(InputError, match=r"expected 0\.\.100"):
        harmonic_bin(percentage)


def test_loudness_error_is_the_gain() -> None:
    """Catches a difference with a sign, a peak or RMS without the ear's weights, and channels that count once on one side."""
    tone = sine(441, 2)
    assert loudness_error(tone, 0.25 * tone) == pytest.approx(12.04, abs=0.01)
    assert loudness_error(0.25 * tone, tone) == pytest.approx(12.04, abs=0.01)
    assert loudness_error(tone, np.stack([tone, tone])) == pytest.approx(0, abs=1e-9)
    # the weights take 13 dB more at 20 Hz than at 441
    assert loudness_error(tone, sine(20, 2)) > 10


def test_envelope_error_of_halves() -> None:
    """Catches a mean of levels of amplitudes, no floor, or one below the estimate's loudest frame: half is gone, 60 dB of range."""
    whole = sine(441, 2)
    half = whole.copy()
    half[half.size // 2 :] = 0
    assert envelope_error(whole, 0.5 * whole) == pytest.approx(6.02, abs=0.01)
    assert envelope_error(whole, half) == pytest.approx(30, abs=0.5)
    assert envelope_error(half, whole) == pytest.approx(30, abs=0.5)
    assert envelope_error(whole, 1e-4 * whole) == pytest.approx(60, abs=0.1)
