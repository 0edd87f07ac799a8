"""The fast score and the spectra under it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csc_array
from scipy.stats import spearmanr

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import decibels
from synthmatch.features.bands import SEMITONE_BANDS, mel_bands, semitone_bands
from synthmatch.features.predicted_distance import PredictedDistance
from synthmatch.features.search_distance import SearchDistance
from synthmatch.features.sketch import HOP, WINDOW, segment_means
from synthmatch.features.stft import FLOOR_DB, channel_power, power_frames
from synthmatch.metrics import loudness_distance
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
    """Catches a distance that does not rank: more detuning and more noise must be further away."""
    target = sine(440, 0.5)
    score = SearchDistance(target)
    assert score(target).distance == 0.0
    assert not score(target).difference.any()
    noise = np.random.default_rng(0).normal(0, 0.1, target.shape).astype(np.float32)
    for worse in ([target + noise * np.float32(g) for g in (0.01, 0.1, 1)], [sine(h, 0.5) for h in (445, 520, 1500)]):
        distances = [score(audio).distance for audio in worse]
        assert distances == sorted(distances)
        assert distances[0] > 0


def test_level_counts_for_nothing_but_silence_is_furthest() -> None:
    """Catches a distance by which a quiet render is another sound, and one by which silence is near to a quiet target."""
    target = sine(440, 0.5) + sine(1760, 0.1)
    for gain in (0.1, 0.01):
        quiet = target * np.float32(gain)
        assert SearchDistance(target)(quiet).distance == pytest.approx(0.0, abs=1e-4)
        assert np.abs(SearchDistance(target)(quiet).difference).max() < 0.1
        assert SearchDistance(quiet)(target).distance == pytest.approx(0.0, abs=1e-4)
        assert SearchDistance(quiet)(np.zeros_like(target)).distance == 1.0
    # beside the target nobody hears it
    assert SearchDistance(target).at_its_level(target * np.float32(10 ** (-25 / 20))) == pytest.approx(0.0, abs=1e-4)
    assert SearchDistance(target).at_its_level(target * np.float32(10 ** (-35 / 20))) == 1.0
    # no level parameter brings it back
    assert SearchDistance(target)(target * np.float32(1e-4)).distance == 1.0


def test_another_length_is_heard_as_silence_or_cut() -> None:
    """Catches a shape error, or a score that ignores what is missing."""
    target = sine(440, 0.5)
    score = SearchDistance(target)
    assert score(np.concatenate([target, target], axis=1)).distance == 0.0
    # measured: 0.68
    assert score(target[:, : SAMPLE_RATE_HZ // 2]).distance > 0.34


@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_searched_for_is_the_metric(channels: int) -> None:
    """Catches a search that ranks by another distance than the one that tables and people are shown."""
    rng = np.random.default_rng(0)
    target, other = (rng.normal(0, 0.1, (channels, SAMPLE_RATE_HZ)).astype(np.float32) for _ in range(2))
    assert SearchDistance(target)(other).distance == pytest.approx(loudness_distance(target, other), abs=1e-6)


def test_channels_count_by_their_power() -> None:
    """Catches a score that takes one channel, or cancels those of opposite phase."""
    target = sine(440, 0.5)
    for stereo in (np.concatenate([target, target]), np.concatenate([target, -target])):
        assert SearchDistance(target)(stereo).distance == pytest.approx(0.0, abs=1e-6)


def test_predictions_rank_like_renders() -> None:
    """Catches a predicted distance that does not follow the measured one: the guide would choose at random."""
    rng = np.random.default_rng(2)
    target = sine(440, 0.5)
    sounds = [
        sine(h, 0.3) + np.float32(g) * sine(3 * h, 0.3)
        for h, g in zip(rng.uniform(300, 700, 24), rng.random(24), strict=True)
    ]
    measured = [SearchDistance(target)(sound) for sound in sounds]
    predicted = PredictedDistance(target, 99)
    sketches = np.stack([one.sketch for one in measured])
    spectra = np.stack([levels_of_bins(sound) for sound in sounds])
    distances = [one.distance for one in measured]
    # measured: 1.00 and 0.99
    assert spearmanr(predicted.of_sketches(sketches), distances).statistic > 0.8
    assert spearmanr(predicted.of_spectra(spectra, sketches), distances).statistic > 0.8
    own = SearchDistance(target)(target)
    assert predicted.of_sketches(own.sketch[None])[0] == pytest.approx(0.0, abs=1e-5)
    assert predicted.of_spectra(levels_of_bins(target)[None], own.sketch[None])[0] == pytest.approx(0.0, abs=1e-3)


def levels_of_bins(sound: Audio) -> Float64[F64, "segments bins"]:
    """Of a render, over the segments of a sketch, in dBFS."""
    return np.asarray(decibels(segment_means(channel_power(sound, WINDOW, HOP)), FLOOR_DB), np.float64)
