"""Closeness: 0 is nothing in common, 100 the synthesizer's noise floor, and the words follow errors that people know."""

import numpy as np
import pytest

from synthmatch.arrays import Audio
from synthmatch.calibration.anchors import ANCHORS, NOISE, anchor
from synthmatch.calibration.closeness import BOUNDS, Closeness, closeness_word
from synthmatch.calibration.noise_floor import noise_floor
from synthmatch.metrics import loudness_distance
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.synths.registry import synth_names

SECONDS = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def tone() -> Audio:
    """A decaying tone of six partials. Shape: (1, samples)."""
    partials = sum(np.sin(2 * np.pi * 220 * k * SECONDS) / k for k in range(1, 7))
    return (0.2 * np.exp(-2 * SECONDS) * partials).astype(np.float32)[None]


@pytest.mark.parametrize("synth", [*synth_names(), "a plug-in"])
def test_the_ends_of_the_scale(synth: str) -> None:
    """Catches silence or noise that has something in common, and a floor that no match could reach."""
    target = tone()
    closeness = Closeness(target, synth)
    assert closeness(noise_floor(synth).get("loudness_distance", 0.0)) == 100
    assert closeness(0.0) == 100
    for name in ANCHORS:
        # a random preset may be nearer than both
        assert closeness(loudness_distance(target, anchor(name, target))) == 0
    # measured: 4 to 5 of a sound that is a tone too high
    higher = np.interp(SECONDS * 2 ** (2 / 12), SECONDS, target[0]).astype(np.float32)[None]
    assert 0 < closeness(loudness_distance(target, higher)) < 60


def test_the_level_of_a_target_counts_for_nothing() -> None:
    """Catches a scale that a quiet file stretches."""
    target = tone()
    expected = Closeness(target, "dexed")(0.2)
    for gain in (0.1, 0.003):
        assert Closeness(target * np.float32(gain), "dexed")(0.2) == pytest.approx(expected, abs=0.1)


def test_noise_can_be_matched() -> None:
    """Catches a target of noise whose 0 is noise itself, so that a perfect match has nothing in common with it."""
    target = np.random.default_rng(5).normal(0, 0.1, (1, len(SECONDS))).astype(np.float32)
    distance = loudness_distance(target, anchor(NOISE, target))
    # measured: 71 %
    assert Closeness(target, "dexed")(distance) > 50


def test_words_go_from_far_to_identical() -> None:
    """Catches bounds out of order, and a closeness without a word."""
    words = [closeness_word(percent) for percent in range(101)]
    assert list(dict.fromkeys(words)) == ["far", "similar", "close", "identical"]
    assert [words.index(word) for word in ("far", "similar", "close", "identical")] == sorted(BOUNDS.values())
