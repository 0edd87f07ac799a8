"""What a reader wants of the benchmark's records: a table a target set, a column a synthesizer, and what the numbers say.

A cell is mean `lsd` and mean `mss`. Of several budgets that reached so many renders the smallest holds, since a search spends
a part of its budget on seeds.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from synthmatch.benchmark.methods import FLOOR, MEDOID, RERANKED, RETRIEVAL, SEEDED, UNRENDERED
from synthmatch.benchmark.records import Record, Scores
from synthmatch.benchmark.report import shown
from synthmatch.benchmark.statistics import paired_wilcoxon
from synthmatch.search.registry import GUIDED, SEARCHES

#: The most renders that the summary shows: the default of a search. Longer ones are in the full tables.
MOST_RENDERS = 200

#: A method after some renders.
Row = tuple[str, int]

_NAMES = {
    (FLOOR, 1): "noise floor (the preset rendered again)",
    ("random", 1): "random preset of the library",
    (MEDOID, 1): "medoid preset of the library",
    (RETRIEVAL, 1): "nearest preset of the library",
    (RETRIEVAL, RERANKED): f"nearest {RERANKED}, rendered and ranked again",
}


class Column:
    """One synthesizer's scores on one target set, on the targets that retrieval and the searches all ran on."""

    def __init__(self, title: str, by_budget: Mapping[int, Sequence[Record]], searches: Sequence[str]) -> None:
        self.title, self._scores = title, dict[Row, dict[str, Scores]]()
        for budget in sorted(by_budget, reverse=True):
            for record in by_budget[budget]:
                for mark, scores in record.scores.items():
                    self._scores.setdefault((record.conditions.method, mark), {})[record.target] = scores
        marks = [mark for method, mark in self._scores if method == searches[0] and mark <= MOST_RENDERS]
        self.last = max(marks, default=1)
        core = [(MEDOID, 1), (RETRIEVAL, 1), (searches[0], self.last), (GUIDED, self.last)]
        found = [self._scores[row].keys() for row in core if row in self._scores]
        self.targets = sorted(set.intersection(*map(set, found))) if found else []

    def rows(self, searches: Sequence[str]) -> list[Row]:
        """The rows that it has, in the order of the table."""
        models = {method for method, _ in self._scores} - {FLOOR, MEDOID, RETRIEVAL, UNRENDERED, GUIDED, *SEARCHES}
        answers = [*sorted(model for model in models if not model.endswith(SEEDED)), UNRENDERED]
        rows = [(FLOOR, 1), ("random", 1), (MEDOID, 1), (RETRIEVAL, 1), *((method, 1) for method in answers)]
        rows += [(RETRIEVAL, RERANKED), (GUIDED, RERANKED)]
        rows += [(search, self.last) for search in (*reversed(searches), GUIDED) if self.last > RERANKED]
        return [row for row in rows if self.of(row)]

    def of(self, row: Row) -> dict[str, Scores]:
        """Scores of a row by target, as far as it has the column's targets."""
        found = self._scores.get(row, {})
        return {target: found[target] for target in self.targets if target in found}

    def models(self) -> list[Row]:
        """The one answer of each trained model that has all targets."""
        names = [row for row in self.rows([]) if row[1] == 1 and row not in _NAMES and row[0] != UNRENDERED]
        return [row for row in names if len(self.of(row)) == len(self.targets)]

    def mean(self, row: Row, metric: str = "lsd") -> float:
        """Mean score of a row."""
        return float(np.mean([scores[metric] for scores in self.of(row).values()]))


def table(columns: Sequence[Column], searches: Sequence[str]) -> str:
    """Markdown of one target set."""
    rows: list[Row] = []
    for column in columns:
        rows += [row for row in column.rows(searches) if row not in rows]
    order = {row: place for place, row in enumerate(_in_order(rows))}
    heads = ["method", *(f"{column.title}, {len(column.targets)} targets" for column in columns)]
    lines = [heads, ["---", *["---:"] * len(columns)]]
    lines += [[_name(row), *(_cell(column, row) for column in columns)] for row in sorted(rows, key=order.__getitem__)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def retrieval_against_models(columns: Sequence[Column]) -> str:
    """A paragraph: mean `lsd` of the library's nearest preset and of the best model's one answer. Empty without models."""
    nearest = (RETRIEVAL, 1)
    pairs = [(column, min(column.models(), key=column.mean)) for column in columns if column.models()]
    if not pairs:
        return ""
    below = all(column.mean(nearest) < column.mean(model) for column, model in pairs)
    texts = (f"{c.title} {c.mean(nearest):.2f} dB against {c.mean(model):.2f} dB ({model[0]})" for c, model in pairs)
    return (
        f"The library's nearest preset is {'nearer' if below else 'not always nearer'} than the one answer of every trained model. "
        f"Mean `lsd` on held-out presets, beside the best model's: {'; '.join(texts)}.\n"
    )


def guided_against_plain(columns: Mapping[str, Sequence[Column]]) -> str:
    """A table: mean `lsd` of the search without a surrogate and of the guided one. Empty where either was not run."""
    lines, nearer = [], 0
    for name, found in columns.items():
        for column in found:
            ours, plain = column.of((GUIDED, column.last)), column.of(("population", column.last))
            if ours and ours.keys() == plain.keys():
                a, b = ([scores[t]["lsd"] for t in column.targets] for scores in (plain, ours))
                nearer += bool(np.mean(b) < np.mean(a))
                means = [f"{np.mean(x):.2f}" for x in (a, b)]
                cells = [name, column.title, str(len(a)), str(column.last), *means, f"{paired_wilcoxon(a, b):.0e}"]
                lines.append(f"| {' | '.join(cells)} |\n")
    if not lines:
        return ""
    return (
        f"The guided search is nearer than the same search without a surrogate (`population`) in {nearer} of {len(lines)} comparisons.\n"
        "Mean `lsd` in dB on the same targets, and the p-value of a paired Wilcoxon test:\n\n"
        "| set | synth | targets | renders | without | guided | p |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n"
    ) + "".join(lines)


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """Rows of several columns: by renders, but the nearest that are ranked again after all answers; else as they came."""
    return sorted(rows, key=lambda row: row[1])


def _name(row: Row) -> str:
    method, mark = row
    if row in _NAMES:
        return _NAMES[row]
    return f"{shown(method)}, one answer" if mark == 1 else f"{method}, {mark} renders"


def _cell(column: Column, row: Row) -> str:
    scores = column.of(row)
    if not scores:
        return ""
    few = f" ({len(scores)})" if len(scores) < len(column.targets) else ""
    return f"{column.mean(row):.2f} / {column.mean(row, 'mss'):.2f}{few}"
