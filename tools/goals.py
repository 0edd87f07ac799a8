"""Ratios of the package's distances to those of its goals, from the benchmark's records.

Run: python tools/goals.py. Prints the tables of docs/results/goals.md. A line compares two methods on the targets that both
have records of, under the present search, library and surrogate.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F64
from synthmatch.benchmark.in_domain import scores_of
from synthmatch.benchmark.methods import RERANKED, RETRIEVAL, UNRENDERED
from synthmatch.benchmark.page import record_file
from synthmatch.benchmark.records import RecordFile, Scores
from synthmatch.benchmark.run import OLDEST
from synthmatch.benchmark.statistics import RESAMPLES, paired_wilcoxon
from synthmatch.search.registry import GUIDED
from synthmatch.synths.registry import get_synth, synth_names

RECORDS = Path(__file__).parents[1] / "docs/results/data/quality"
METRICS = ("lsd", "mss", "wmfcc")
#: The models of ICASSP 2023: the best of them, by mean `lsd` of one answer, is what goals are set against.
PUBLISHED = ("s-s", "j-s", "j-j")


class Column(NamedTuple):
    """A method after some renders."""

    method: str
    mark: int


class Goal(NamedTuple):
    """`ours` should be at most `factor` times as far away as `other`; None: the best published model."""

    title: str
    set: str
    ours: Column
    other: Column | None
    factor: float


GOALS = (
    Goal("one answer, no render, against the nearest preset", "held-out", Column(UNRENDERED, 1), Column(RETRIEVAL, 1), 1.0),
    Goal("one answer, no render, against the best published model's", "held-out", Column(UNRENDERED, 1), None, 0.6),
    Goal("16 renders, the best of 16 answers, against the nearest 16 ranked again", "held-out", Column(UNRENDERED, 16), Column(RETRIEVAL, RERANKED), 0.9),
    Goal("16 renders, search, against the nearest 16 ranked again", "held-out", Column(GUIDED, 16), Column(RETRIEVAL, RERANKED), 0.9),
    Goal("200 renders, search, against the search without a surrogate", "held-out", Column(GUIDED, 200), Column("population", 200), 0.8),
    Goal("200 renders, search, against the best published model's answer", "held-out", Column(GUIDED, 200), None, 0.4),
    Goal("150 renders, search, against 1,000 without a surrogate", "held-out", Column(GUIDED, 150), Column("population", 1000), 1.0),
    Goal("200 renders, search, against 1,000 without a surrogate", "held-out", Column(GUIDED, 200), Column("population", 1000), 1.0),
    Goal("recordings, 200 renders, against the search without a surrogate", "recordings", Column(GUIDED, 200), Column("population", 200), 0.85),
    Goal("sounds of other synthesizers, 200 renders, against the search without a surrogate", "cross", Column(GUIDED, 200), Column("population", 200), 1.0),
    Goal("voices made by people, 200 renders, against the search without a surrogate", "people", Column(GUIDED, 200), Column("population", 200), 1.0),
)  # fmt: skip


def main() -> None:
    """Print the tables."""
    print("\n".join(tables()))


def tables() -> Iterator[str]:
    """Markdown, a table a goal, a line a synthesizer."""
    for goal in GOALS:
        lines = [line for synth in synth_names() if (line := _line(goal, synth))]
        if lines:
            asked = f"at most {goal.factor:g}" if goal.factor < 1 else "below 1"
            heads = [
                "synth",
                "targets",
                "`lsd`",
                f"`lsd` ratio (goal: {asked})",
                "p",
                *(f"`{m}` ratio" for m in METRICS[1:]),
            ]
            rule = ["---", *["---:"] * (len(heads) - 1)]
            yield f"### {goal.title.capitalize()}\n"
            yield "".join(f"| {' | '.join(line)} |\n" for line in (heads, rule, *lines))


def _line(goal: Goal, synth: str) -> list[str] | None:
    """Cells of a comparison; None without records."""
    ours = _scores(synth, goal.set, goal.ours)
    if goal.other:
        other = _scores(synth, goal.set, goal.other)
    else:
        models = [_scores(synth, goal.set, Column(name, 1)) for name in _published(synth, goal.set)]
        other = min(models, key=lambda scores: float(np.mean([s["lsd"] for s in scores.values()])), default={})
    common = sorted(ours.keys() & other.keys())
    if not common:
        return None
    columns = {m: [np.array([scores[t][m] for t in common]) for scores in (ours, other)] for m in METRICS}
    (a, b), *_ = columns.values()
    low, high = _interval(a, b)
    lsd = f"{b.mean():.2f} to {a.mean():.2f} dB"
    ratio = f"{a.mean() / b.mean():.2f} [{low:.2f}, {high:.2f}]"
    rest = [f"{x.mean() / y.mean():.2f}" for x, y in list(columns.values())[1:]]
    return [get_synth(synth).title, str(len(common)), lsd, ratio, f"{paired_wilcoxon(a, b):.0e}", *rest]


def _interval(a: F64, b: F64) -> tuple[float, float]:
    """95 % bootstrap interval of the ratio of means, of targets that are drawn together."""
    rows = np.random.default_rng(0).integers(0, len(a), (RESAMPLES, len(a)))
    low, high = np.quantile(a[rows].mean(axis=1) / b[rows].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _published(synth: str, set: str) -> list[str]:
    """Names of the published models' rows."""
    methods = {record.conditions.method for record in _records(synth, set).records.values()}
    return sorted(m for m in methods if m.startswith(PUBLISHED) and "," not in m)


@cache
def _records(synth: str, set: str) -> RecordFile:
    return record_file(RECORDS, synth, set)


@cache
def _scores(synth: str, set: str, column: Column) -> dict[str, Scores]:
    return scores_of(_records(synth, set), synth, column.method, (OLDEST,)).get(column.mark, {})


if __name__ == "__main__":
    main()
