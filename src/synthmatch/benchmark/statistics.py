"""How sure a mean is, and whether one method beats another on the same targets.

Scores are one number a target, shape (targets,). Sources: the percentile bootstrap of Efron 1979; the signed-rank test
of Wilcoxon 1945 (`scipy.stats.wilcoxon`).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float64
from synthmatch.errors import InputError

#: Resamples of a bootstrap: the 2.5 % tail then rests on 250 of them.
RESAMPLES = 10_000
#: Resampled scores drawn at once, so that many targets cannot fill the memory.
_BLOCK_SCORES = 1_000_000


def bootstrap_interval(
    scores: npt.ArrayLike, rng: np.random.Generator, confidence: float = 0.95
) -> tuple[float, float]:
    """Percentile bootstrap interval (low, high) of the mean. Shape: (targets,).

    One score, or equal scores, give an interval of no width. Raises `InputError` for no scores, NaN or infinite ones.
    """
    values = _scores(scores, "scores")
    block = max(1, _BLOCK_SCORES // values.size)
    means = np.concatenate(
        [
            values[rng.integers(0, values.size, (min(block, RESAMPLES - start), values.size))].mean(axis=1)
            for start in range(0, RESAMPLES, block)
        ]
    )
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def ratio_interval(
    above: Float64[F64, "seeds targets"],
    below: Float64[F64, "seeds targets"],
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Percentile bootstrap interval (low, high) of the ratio of two means over seeds and targets.

    Targets are drawn for both at once, since both answered the same; seeds of each by themselves. Shape: (seeds, targets)
    twice, the seeds may differ in number.
    """
    count = above.shape[1]
    assert below.shape[1] == count
    shares = rng.multinomial(count, np.full(count, 1 / count), RESAMPLES) / count  # (resamples, targets)
    means = []
    for scores in (above, below):
        seeds = rng.multinomial(len(scores), np.full(len(scores), 1 / len(scores)), RESAMPLES) / len(scores)
        means.append(((shares @ scores.T) * seeds).sum(axis=1))
    tail = (1 - confidence) / 2
    low, high = np.quantile(means[0] / means[1], [tail, 1 - tail])
    return float(low), float(high)


def paired_wilcoxon(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Two-sided p-value that scores of two methods on the same targets differ in no direction. Shape: (targets,) twice.

    Equal scores everywhere give 1. Raises `InputError` for different numbers of targets, none, NaN or infinite scores.
    """
    from scipy.stats import wilcoxon  # noqa: PLC0415  (slow to load, and not every table tests)

    a, b = _scores(first, "first scores"), _scores(second, "second scores")
    if a.shape != b.shape:
        raise InputError(f"first has {a.size} scores and second {b.size}, expected the same targets in the same order")
    if (a == b).all():
        return 1.0
    return float(wilcoxon(a, b).pvalue)


def one_way_anova(groups: Sequence[npt.ArrayLike]) -> tuple[float, float]:
    """F and its p-value: whether the means of several methods' scores differ more than chance (Fisher 1925).

    Shape: (targets,) each. Groups of one target, or without any spread, tell nothing: F 0 and p 1. Raises `InputError` like `bootstrap_interval`,
    and for fewer than two groups.
    """
    from scipy.stats import f_oneway  # noqa: PLC0415

    values = [_scores(group, "scores") for group in groups]
    if len(values) < 2:
        raise InputError(f"got {len(values)} group of scores, expected two or more to compare")
    if min(map(len, values)) < 2 or max(np.ptp(group) for group in values) == 0:
        return 0.0, 1.0
    found = f_oneway(*values)
    return float(found.statistic), float(found.pvalue)


def _scores(scores: npt.ArrayLike, what: str) -> Float64[F64, " targets"]:
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or values.size == 0:
        raise InputError(f"{what} have shape {values.shape}, expected (targets,) with at least one")
    if not np.isfinite(values).all():
        raise InputError(
            f"{what} have NaN or infinite numbers, expected finite ones; leave failed targets out of all rows"
        )
    return values
