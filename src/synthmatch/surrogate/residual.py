"""What a surrogate gets wrong in one search: its errors at presets that were rendered, carried over to others.

The surrogate knows the synthesizer in general and errs by some decibels. Where it errs, it errs alike for presets alike,
so the residual is a Gaussian process over the surrogate's own features, with an exponential covariance (Rasmussen and
Williams, *Gaussian processes for machine learning*, 2006, equations 2.23 and 4.14).
"""

import numpy as np

from synthmatch.arrays import Float, Floats

#: Variance of what the features do not explain, beside a variance of 1 of what they do (docs/results/tried.md, "Predicted gains
#: and expected improvement": a third and three times as much make no difference).
_UNEXPLAINED = 0.3


def expected_errors(
    known: Float[Floats, "known width"],
    errors: Float[Floats, "known segments mels"],
    features: Float[Floats, "presets width"],
) -> Float[Floats, "presets segments mels"]:
    """The error to expect at presets with these features, (N, width), in dB.

    `known`: features of presets whose `errors` are known, (M, width) and (M, segments, MELS). Shape: (N, segments, MELS).
    """
    mean = errors.mean(axis=0)
    apart = _distances(known, known)
    np.fill_diagonal(apart, 0.0)
    # features further apart than the median have little to do with each other
    length = max(float(np.median(apart)), 1e-6)
    covariance = np.exp(-apart / length) + _UNEXPLAINED * np.eye(len(known))
    weights = np.linalg.solve(covariance, (errors - mean).reshape(len(known), -1))
    expected = np.exp(-_distances(features, known) / length) @ weights
    return np.asarray(expected.reshape(len(features), *mean.shape) + mean)


def _distances(a: Float[Floats, "presets width"], b: Float[Floats, "known width"]) -> Float[Floats, "presets known"]:
    """Root mean square differences of rows. Shape: (N, width), (M, width) -> (N, M)."""
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2.0 * (a @ b.T)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0) / a.shape[1]))
