"""How well a metric agrees with people: on studies in which they rated how alike pairs of sounds are.

A study is a folder with sounds, in the order of their names, and ``dissimilarity.txt``, the symmetric matrix of mean ratings
(0: alike). For each sound, the anchor: the share of pairs of other sounds that people order by at least 0.1 of the study's
largest rating and the metric orders alike (`triplets`; 0.5 is chance), and Spearman's rank correlation of the anchor's
distances with its ratings (`rank`). Both are means over anchors.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import spearmanr

from synthmatch.arrays import F32, F64, Float64
from synthmatch.audio import load, mono
from synthmatch.errors import InputError
from synthmatch.metrics import METRICS
from synthmatch.reading import read_file

RATINGS = "dissimilarity.txt"
#: A matrix of 1,000 sounds, in text.
_MOST_BYTES = 20_000_000
#: People order two pairs where their ratings differ by so much of the study's largest.
_MARGIN = 0.1


class Study(NamedTuple):
    """Sounds, each (samples,), and how unlike people find each two of them, (sounds, sounds)."""

    name: str
    sounds: Sequence[F32]
    ratings: Float64[F64, "sounds sounds"]


class Agreement(NamedTuple):
    """A metric's agreement with people, means over anchors."""

    triplets: float
    rank: float


def read_studies(folder: Path) -> list[Study]:
    """The studies of a folder, by name. Raises `InputError` where there is none or one is damaged."""
    found = sorted(path.parent for path in folder.glob(f"*/{RATINGS}"))
    if not found:
        raise InputError(f"{folder} has no study, expected folders with sounds and {RATINGS}")
    return [_read(path) for path in found]


def agreement(study: Study, distance: Callable[[F32, F32], float]) -> Agreement:
    """Agreement of a distance, (target, estimate) to a number, with a study; the anchor is the target."""
    triplets, ranks = [], []
    for anchor, target in enumerate(study.sounds):
        others = [place for place in range(len(study.sounds)) if place != anchor]
        rated = study.ratings[anchor, others] / study.ratings.max()
        measured = np.array([distance(target, study.sounds[place]) for place in others])
        ordered = rated[:, None] - rated >= _MARGIN
        if ordered.any():
            triplets.append(np.mean((measured[:, None] - measured)[ordered] > 0))
        ranks.append(spearmanr(rated, measured).statistic)
    return Agreement(float(np.mean(triplets)), float(np.mean(ranks)))


def metric_agreement(studies: Sequence[Study], name: str) -> Agreement:
    """A metric's agreement, the mean over studies. Higher is better in both, whichever way the metric goes."""
    metric = METRICS[name]
    sign = 1.0 if metric.better == "lower" else -1.0
    found = [agreement(study, lambda target, estimate: sign * metric.function(target, estimate)) for study in studies]
    return Agreement(*np.mean(found, axis=0).tolist())


def _read(folder: Path) -> Study:
    text = read_file(folder / RATINGS, _MOST_BYTES, "ratings").decode("utf-8", "replace")
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name != RATINGS)
    try:
        ratings = np.array([[float(cell) for cell in line.split()] for line in text.splitlines() if line.strip()])
    except ValueError as error:
        raise InputError(f"{folder / RATINGS} is no matrix of numbers ({error})") from None
    if ratings.shape != (len(paths), len(paths)) or len(paths) < 3 or not np.isfinite(ratings).all():
        raise InputError(
            f"{folder / RATINGS} has the shape {ratings.shape}, expected a finite rating of each two of"
            f" the {len(paths)} sounds beside it, of which 3 are the least"
        )
    if not np.allclose(ratings, ratings.T) or not ratings.max() > 0:
        raise InputError(f"{folder / RATINGS} is not symmetric or all 0, expected ratings of how unlike two sounds are")
    return Study(folder.name, [mono(load(path)) for path in paths], ratings)
