"""Results tables: scores of methods on the same targets become mean, median and 95 % bootstrap interval.

A `Row` is one method with its scores by metric, one number a target. Rows of a table were scored in one run on the same
targets, so all have the same metrics and the same number of targets. Markdown is for docs, JSON for programs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from synthmatch.benchmark.statistics import bootstrap_interval
from synthmatch.errors import InputError
from synthmatch.metrics import METRICS

_ARROWS = {"lower": " ↓", "higher": " ↑", "neither": ""}


@dataclass(frozen=True)
class Row:
    """One method: its name, and its scores by metric name, each of shape (targets,)."""

    name: str
    scores: Mapping[str, npt.ArrayLike]


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of one method in one metric; `low` and `high` bound the mean with 95 % confidence."""

    mean: float
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line of a table: a method, how many targets it was scored on, and its summary by metric name."""

    name: str
    targets: int
    metrics: dict[str, Summary]


def summarize(rows: Sequence[Row], rng: np.random.Generator) -> list[SummaryRow]:
    """Summaries of the rows, in their order; the same `rng` state gives the same table.

    Raises `InputError` for no rows, an unknown metric, rows of different metrics or numbers of targets, NaN.
    """
    if not rows:
        raise InputError("the table has no rows, expected at least one method")
    wanted = {name: np.size(scores) for name, scores in rows[0].scores.items()}
    unknown = sorted(set(wanted) - set(METRICS))
    if unknown or len(set(wanted.values())) != 1:
        raise InputError(
            f"row {rows[0].name!r} has unknown metrics {unknown} or several numbers of targets "
            f"{sorted(set(wanted.values()))}, expected names of METRICS and one score a target"
        )
    table = []
    for row in rows:
        found = {name: np.size(scores) for name, scores in row.scores.items()}
        if found != wanted:
            raise InputError(
                f"row {row.name!r} has targets by metric {found}, expected {wanted} as row {rows[0].name!r}; "
                "score every method on the same targets"
            )
        summaries = {name: _summary(row.scores[name], rng) for name in wanted}
        table.append(SummaryRow(row.name, next(iter(wanted.values())), summaries))
    return table


def to_markdown(table: Sequence[SummaryRow]) -> str:
    """A table with a line a method; a cell is ``mean [low, high] / median``, and arrows point to better."""
    names = list(table[0].metrics)
    heads = ["method", "targets", *(_head(name) for name in names)]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    for row in table:
        cells = (row.metrics[name] for name in names)
        name = row.name.replace("|", r"\|")
        lines.append([name, str(row.targets), *(_cell(cell) for cell in cells)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def to_json(table: Sequence[SummaryRow]) -> str:
    """The same table at full precision: a list of objects with name, targets and metrics."""
    return json.dumps([asdict(row) for row in table], indent=2, allow_nan=False) + "\n"


def _summary(scores: npt.ArrayLike, rng: np.random.Generator) -> Summary:
    # the interval comes first: it refuses NaN
    low, high = bootstrap_interval(scores, rng)
    values = np.asarray(scores, np.float64)
    return Summary(float(values.mean()), float(np.median(values)), low, high)


def _head(name: str) -> str:
    unit = f" [{METRICS[name].unit}]" if METRICS[name].unit else ""
    return f"`{name}`{unit}{_ARROWS[METRICS[name].better]}"


def _cell(summary: Summary) -> str:
    return f"{summary.mean:.3g} [{summary.low:.3g}, {summary.high:.3g}] / {summary.median:.3g}"
