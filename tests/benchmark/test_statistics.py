"""Intervals and tests against their textbook values."""

import numpy as np
import pytest

from synthmatch.benchmark.statistics import bootstrap_interval, paired_wilcoxon
from synthmatch.errors import InputError


def rng() -> np.random.Generator:
    """A generator in the same state every time."""
    return np.random.default_rng(1)


def test_interval_of_many_scores_is_the_normal_one() -> None:
    """Catches an interval of the scores in place of their mean, and another confidence."""
    scores = np.random.default_rng(0).normal(10, 2, 400)
    half = 1.96 * scores.std() / np.sqrt(400)
    low, high = bootstrap_interval(scores, rng())
    assert low == pytest.approx(scores.mean() - half, abs=0.1 * half)
    assert high == pytest.approx(scores.mean() + half, abs=0.1 * half)


def test_interval_covers_the_mean_as_often_as_it_says() -> None:
    """Catches a tail taken twice: 95 % intervals of 100 experiments hold the true mean about 95 times."""
    data = np.random.default_rng(2)
    hits = 0
    for _ in range(100):
        low, high = bootstrap_interval(data.normal(0, 1, 50), data)
        hits += low <= 0 <= high
    assert 87 <= hits <= 99  # percentile intervals of 50 scores are a little narrow


def test_interval_depends_on_the_generator_alone() -> None:
    """Catches global randomness: a table must be the same tomorrow."""
    scores = [1.0, 2.0, 4.0, 8.0]
    assert bootstrap_interval(scores, rng()) == bootstrap_interval(scores, rng())


def test_many_targets_are_resampled_in_blocks() -> None:
    """Catches blocks that lose resamples: the interval narrows with the number of targets."""
    scores = np.random.default_rng(3).normal(0, 1, 3_000)
    low, high = bootstrap_interval(scores, rng())
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(3_000), rel=0.1)


@pytest.mark.parametrize("scores", [[3.0], [3.0, 3.0, 3.0]])
def test_interval_without_spread_has_no_width(scores: list[float]) -> None:
    """Catches 0/0 for one target or equal scores."""
    assert bootstrap_interval(scores, rng()) == (3.0, 3.0)


def test_wilcoxon_exact_value() -> None:
    """Catches a one-sided test or an unpaired one: five wins of five have p = 2 / 2^5."""
    assert paired_wilcoxon([1, 2, 3, 4, 5], [1.1, 2.2, 3.3, 4.4, 5.5]) == pytest.approx(0.0625)


def test_wilcoxon_is_paired_and_symmetric() -> None:
    """Catches a rank-sum test, which sees nothing in small steady gains over scattered targets."""
    targets = np.random.default_rng(4).normal(0, 100, 60)
    better = targets - np.linspace(0.5, 1.5, 60)
    assert paired_wilcoxon(targets, better) < 1e-9
    assert paired_wilcoxon(better, targets) == paired_wilcoxon(targets, better)


def test_wilcoxon_of_equal_scores_is_one() -> None:
    """Catches NaN where no pair differs."""
    assert paired_wilcoxon([1.0, 2.0], [1.0, 2.0]) == 1


@pytest.mark.parametrize("scores", [[], [1.0, np.nan], [np.inf], [[1.0, 2.0]]])
def test_unusable_scores_are_refused(scores: list[float]) -> None:
    """Catches a failed render's NaN that spreads into a table."""
    with pytest.raises(InputError, match="expected"):
        bootstrap_interval(scores, rng())
    with pytest.raises(InputError, match="expected"):
        paired_wilcoxon(scores, scores)


def test_wilcoxon_refuses_other_targets() -> None:
    """Catches truncation to the shorter list, which pairs the wrong targets."""
    with pytest.raises(InputError, match="same targets"):
        paired_wilcoxon([1.0, 2.0], [1.0, 2.0, 3.0])
