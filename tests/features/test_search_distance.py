"""The fast score and the spectra under it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csc_array

from synthmatch.audio import decibels
from synthmatch.features.bands import SEMITONE_BANDS, mel_bands, semitone_bands
from synthmatch.features.search_distance import SearchDistance
from synthmatch.features.stft import FLOOR_DB, power_frames
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ

SECONDS = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def sine(hertz: float, level: float = 1.0) -> np.ndarray:
    """One second, shape (1, samples)."""
    return (level * np.sin(2 * np.pi * hertz * SECONDS)).astype(np.float32)[None]


@given(st.floats(0.001, 1.0), st.integers(40, 900))
def test_a_sine_reads_its_level(level: float, bin_number: int) -> None:
    """Catches a window that is scaled wrongly: a full-scale sine in a bin's centre reads 0 dBFS."""
    levels = decibels(power_frames(sine(bin_number * SAMPLE_RATE_HZ / 2048, level), 2048, 1024), FLOOR_DB)
    assert levels[3].max() == pytest.approx(20 * np.log10(level), abs=0.02)


def test_silence_reads_the_floor() -> None:
    """Catches minus infinity, which would turn a score into NaN."""
    assert np.all(decibels(power_frames(np.zeros((2, 5000), np.float32), 2048, 1024), FLOOR_DB) == np.float32(FLOOR_DB))


@pytest.mark.parametrize("bank", [mel_bands(2048, 64), semitone_bands(2048)], ids=["mel", "semitone"])
def test_every_band_hears_something(bank: csc_array) -> None:
    """Catches a bass band narrower than a bin, which would never see any power."""
    assert np.allclose(bank.sum(axis=0), 1.0, atol=1e-5)


def test_a_semitone_up_is_a_band_up() -> None:
    """Catches an axis that is not logarithmic: transposition must be a shift."""
    peaks = [
        int((power_frames(sine(440 * 2 ** (k / 12)), 4096, 1024)[5] @ semitone_bands(4096)).argmax()) for k in range(24)
    ]
    assert np.array_equal(np.diff(peaks), np.ones(23))
    assert max(peaks) < SEMITONE_BANDS


def test_identity_is_zero_and_worse_is_more() -> None:
    """Catches a score that does not rank: more detuning, more level error and more noise must score worse."""
    target = sine(440, 0.5)
    score = SearchDistance(target)
    assert score(target).distance_db == 0.0
    assert not score(target).difference.any()
    for worse in ([sine(440, 0.5 * g) for g in (0.9, 0.5, 0.1)], [sine(h, 0.5) for h in (445, 520, 1500)]):
        scores = [score(audio).distance_db for audio in worse]
        assert scores == sorted(scores)
        assert scores[0] > 0


def test_another_length_is_heard_as_silence_or_cut() -> None:
    """Catches a shape error, or a score that ignores what is missing."""
    target = sine(440, 0.5)
    score = SearchDistance(target)
    assert score(np.concatenate([target, target], axis=1)).distance_db == 0.0
    assert score(target[:, : SAMPLE_RATE_HZ // 2]).distance_db > 3


def test_most_of_the_score_is_the_table_metric() -> None:
    """Catches a drift between what the search minimises and `lsd`: on stationary noise frames hardly matter."""
    rng = np.random.default_rng(0)
    target, other = (rng.normal(0, 0.1, (1, SAMPLE_RATE_HZ)).astype(np.float32) for _ in range(2))
    quiet = other * np.float32(0.1)
    lsd = evaluate(target, quiet)["lsd"]
    score = SearchDistance(target)(quiet).distance_db
    mel = 20.0  # the level difference, heard in every band
    assert score == pytest.approx((2 * lsd + mel) / 3, rel=0.05)


def test_stereo_is_averaged() -> None:
    """Catches a score that takes one channel."""
    target = sine(440, 0.5)
    assert SearchDistance(target)(np.concatenate([target, target])).distance_db == pytest.approx(0.0, abs=1e-4)
