"""What every metric of the registry owes: identity, direction, silence, unusable arrays, lengths, channels, goldens."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_signals import RATE_HZ, Audio, click, golden_pairs, noise, sine, tone

from synthmatch.errors import InputError
from synthmatch.metrics import METRICS, evaluate, harmonic_percentage

ROOT = Path(__file__).parents[2]
AUDIO_METRICS = [name for name, metric in METRICS.items() if metric.takes == "audio"]
IDENTITY = {"rms_cosine": 1.0}

ERRORS = ("noise", "level", "pitch")
#: Errors that a metric does not hear by definition, with the reason. Everything else must worsen with the error.
DEAF_TO = {
    ("mss", "level"): "relative to the maximum of the array",
    ("sot", "level"): "frames are divided by their sum",
    ("rms_cosine", "level"): "a cosine",
    ("rms_cosine", "pitch"): "envelopes only",
    ("loudness_distance", "level"): "power over its mean",
}

#: Scores of (reference silent, estimate silent) that no formula gives, or that must stay what they are.
SILENCE = {
    "mss": (80.0, 80.0),
    "sot": (1.0, 1.0),
    "rms_cosine": (0.0, 0.0),
    "spectral_convergence": (1.0, 1.0),
    "loudness_distance": (1.0, 1.0),
}

SILENT = np.zeros(RATE_HZ // 2, np.float32)
SOUNDS: dict[str, Audio] = {
    "tone": tone(seconds=0.5),
    "noise": noise(5, seconds=0.5),
    "click": click(seconds=0.5),
    "stereo": np.stack([tone(seconds=0.5), noise(6, seconds=0.5)]),
    "one sample": np.array([0.5], np.float32),
    "full float32": np.full(5000, np.finfo(np.float32).max, np.float32),
}


def score(name: str, reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Score of an audio metric by name."""
    return METRICS[name].function(reference, estimated)


@pytest.mark.parametrize("name", AUDIO_METRICS)
@pytest.mark.parametrize("sound", SOUNDS)
def test_identity_is_exact(name: str, sound: str) -> None:
    """Catches a rounding error, an overflow or a random part that gives a perfect match a score beside the ideal."""
    assert score(name, SOUNDS[sound], SOUNDS[sound].copy()) == IDENTITY.get(name, 0.0)


def ladder(name: str, error: str) -> list[float]:
    """Scores of a tone against itself and against three estimates, each with more of an error."""
    reference = tone(seconds=0.5)
    estimates: list[Audio] = {
        "noise": [reference + noise(7, 0.5, a) for a in (0.001, 0.01, 0.1)],
        "level": [reference * g for g in (0.7, 0.4, 0.1)],
        "pitch": [tone(220 * 2 ** (cents / 1200), 0.5) for cents in (5, 20, 60)],
    }[error]
    return [score(name, reference, estimate) for estimate in (reference, *estimates)]


@pytest.mark.parametrize(("name", "error"), sorted({*product(AUDIO_METRICS, ERRORS)} - DEAF_TO.keys()))
def test_more_error_scores_worse(name: str, error: str) -> None:
    """Catches a wrong sign or direction."""
    scores = ladder(name, error)
    steps = np.diff(scores) * (1 if METRICS[name].better == "lower" else -1)
    assert (steps > 0).all(), f"{name} does not worsen with {error}: {scores}"


@pytest.mark.parametrize(("name", "error"), DEAF_TO)
def test_a_deaf_metric_hears_nothing(name: str, error: str) -> None:
    """Catches a metric that hears what its definition says it does not."""
    assert np.ptp(ladder(name, error)) < 1e-3, f"{name} hears {error}, yet: {DEAF_TO[name, error]}"


@pytest.mark.parametrize("name", AUDIO_METRICS)
def test_silence_has_a_defined_score(name: str) -> None:
    """Catches 0/0 and log 0 on silence, and silence that scores as a good match of a sound."""
    sound = tone(seconds=0.5)
    both, silence, from_silence = (
        score(name, SILENT, SILENT),
        score(name, sound, SILENT),
        score(name, SILENT, sound),
    )
    assert both == 0
    quieter = score(name, sound, 0.5 * sound)
    worse = silence > quieter if METRICS[name].better == "lower" else silence < quieter
    assert worse, f"{name}: silence scores {silence}, the sound at half its level {quieter}"
    assert np.isfinite(from_silence)


@pytest.mark.parametrize("name", SILENCE)
def test_silence_has_the_score_that_is_written(name: str) -> None:
    """Catches another bound, or another value by definition, of a score of silence."""
    sound = tone(seconds=0.5)
    assert (score(name, SILENT, sound), score(name, sound, SILENT)) == SILENCE[name]


@pytest.mark.parametrize("name", AUDIO_METRICS)
def test_inaudible_residue_counts_as_silence(name: str) -> None:
    """Catches a level-blind metric that judges the spectrum of dither or denormals of a silent render."""
    residue = noise(8, seconds=0.5, amplitude=1e-6)
    assert score(name, tone(seconds=0.5), residue) == score(name, tone(seconds=0.5), SILENT)


UNUSABLE: dict[str, npt.NDArray[Any]] = {
    "nan": np.array([0.1, np.nan, 0.2], np.float32),
    "inf": np.array([0.1, np.inf], np.float32),
    "empty": np.zeros(0, np.float32),
    "no samples": np.zeros((2, 0), np.float32),
    "integers": np.array([100, -100], np.int16),
    "three axes": np.zeros((1, 2, 3), np.float32),
    "transposed": np.zeros((100, 2), np.float32),
}


@pytest.mark.parametrize("name", AUDIO_METRICS)
@pytest.mark.parametrize("what", UNUSABLE)
def test_unusable_audio_is_refused(name: str, what: str) -> None:
    """Catches NaN scores, integer samples 32,768 times too loud, and errors that do not say which side is wrong."""
    good = tone(seconds=0.1)
    with pytest.raises(InputError, match=r"^reference audio .*expected"):
        score(name, UNUSABLE[what], good)
    with pytest.raises(InputError, match=r"^estimated audio .*expected"):
        score(name, good, UNUSABLE[what])


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.takes == "reference"])
@pytest.mark.parametrize("what", UNUSABLE)
def test_an_unusable_reference_is_refused(name: str, what: str) -> None:
    """Catches the same in metrics of one sound."""
    with pytest.raises(InputError, match=r"^reference audio .*expected"):
        METRICS[name].function(UNUSABLE[what])


@pytest.mark.parametrize("name", AUDIO_METRICS)
def test_other_numbers_of_channels_are_refused(name: str) -> None:
    """Catches silent broadcasting of two channels against three."""
    with pytest.raises(InputError, match="2 channels and estimated 3"):
        score(name, np.zeros((2, 10), np.float32), np.zeros((3, 10), np.float32))


@pytest.mark.parametrize("name", AUDIO_METRICS)
@pytest.mark.parametrize("shorter", ["reference", "estimated"])
def test_the_shorter_side_is_padded_with_silence(name: str, shorter: str) -> None:
    """Catches truncation to the shorter side, which rewards a match that stops early."""
    long, short = tone(seconds=0.6), tone(seconds=0.3)
    padded = np.pad(short, (0, long.size - short.size))
    if shorter == "reference":
        bare, padded_by_hand = score(name, short, long), score(name, padded, long)
    else:
        bare, padded_by_hand = score(name, long, short), score(name, long, padded)
    assert bare == padded_by_hand
    assert bare != IDENTITY.get(name, 0.0)


@pytest.mark.parametrize("name", AUDIO_METRICS)
def test_mono_and_both_channels_of_it_are_the_same_sound(name: str) -> None:
    """Catches summed channels (6 dB louder) and a shape of (1, samples) treated unlike (samples,)."""
    sound, other = tone(seconds=0.5), tone(233, seconds=0.5)
    twice = np.stack([sound, sound])
    assert score(name, sound, twice) == IDENTITY.get(name, 0.0)
    assert score(name, twice, other) == pytest.approx(score(name, sound[None], other), rel=1e-9)


@pytest.mark.parametrize("name", AUDIO_METRICS)
def test_arguments_are_left_alone(name: str) -> None:
    """Catches a metric that silences or scales its caller's array in place."""
    reference, estimated = tone(seconds=0.2), noise(9, seconds=0.2, amplitude=1e-6)
    before = reference.copy(), estimated.copy()
    score(name, reference, estimated)
    np.testing.assert_array_equal(reference, before[0])
    np.testing.assert_array_equal(estimated, before[1])


@settings(max_examples=25, deadline=None)
@given(
    samples=st.integers(1, 6000),
    channels=st.integers(1, 2),
    level_db=st.floats(-130, 60),
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(["noise", "impulse", "constant"]),
)
def test_every_score_is_finite_and_in_range(samples: int, channels: int, level_db: float, seed: int, kind: str) -> None:
    """Catches NaN, overflow or a score outside its range for any length, level and shape, windows longer than it."""
    rng = np.random.default_rng(seed)
    shape = {
        "noise": rng.standard_normal((channels, samples)),
        "impulse": np.eye(channels, samples),
        "constant": np.ones((channels, samples)),
    }[kind]
    estimated = (10 ** (level_db / 20) * shape).astype(np.float32)
    scores = evaluate(tone(seconds=0.05), estimated)
    assert list(scores) == AUDIO_METRICS
    assert all(np.isfinite(value) and value >= 0 for value in scores.values()), scores
    assert scores["mss"] <= 80
    assert scores["sot"] <= 1
    assert scores["rms_cosine"] <= 1
    assert 0 <= harmonic_percentage(estimated) <= 100


#: FFT and BLAS libraries differ by rounding alone.
GOLDEN_RELATIVE, GOLDEN_ABSOLUTE = 1e-6, 1e-9


def test_golden_scores() -> None:
    """Catches any change of a definition, however small; tests/golden/write.py alone may move these numbers."""
    golden = json.loads((ROOT / "tests/golden/metrics.json").read_text(encoding="utf-8"))
    pairs = golden_pairs()
    assert set(golden) == set(pairs)
    for pair, (reference, estimated) in pairs.items():
        scores = evaluate(reference, estimated) | {"harmonic_percentage": harmonic_percentage(reference)}
        assert scores == pytest.approx(golden[pair], rel=GOLDEN_RELATIVE, abs=GOLDEN_ABSOLUTE), pair


def test_every_metric_is_documented() -> None:
    """Catches a metric without its definition in docs/metrics.md, or under another unit or direction there."""
    page = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    for name, metric in METRICS.items():
        title = f"`{name}` [{metric.unit}]" if metric.unit else f"`{name}`"
        assert f"| {title} | {metric.better} |" in page, f"add a row '| {title} | {metric.better} |' to docs/metrics.md"


def test_sines_of_the_test_reach_full_scale() -> None:
    """Catches a broken test signal: every analytic level below rests on it."""
    assert np.abs(sine(441)).max() == pytest.approx(1, abs=1e-6)
