"""What a reader wants of the benchmark's records: a table a target set, a column a synthesizer, and what the numbers say.

A cell is mean closeness, where the records have it, mean `lsd` and mean `mss`. Of several budgets that reached so many renders the smallest holds, since a search spends
a part of its budget on seeds. A row of a longer search is named after its budget: "guided, first 16 of 200 renders".
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from synthmatch.benchmark.methods import BASELINES, FLOOR, MEDOID, RERANKED, RETRIEVAL, SEEDED, UNRENDERED
from synthmatch.benchmark.records import CLOSENESS, Record, Scores
from synthmatch.benchmark.report import shown
from synthmatch.calibration.anchors import ANCHOR_NAMES, ANCHORS, SILENCE
from synthmatch.search.registry import GUIDED, SEARCHES

#: The most renders that the summary shows: the default of a search. Longer ones are in the full tables.
MOST_RENDERS = 200

#: A method after some renders.
Row = tuple[str, int]

_NAMES = {
    (FLOOR, 1): "the preset rendered again",
    **{(name, 1): text for name, text in ANCHOR_NAMES.items()},
    ("random", 1): "random preset of the library",
    (MEDOID, 1): "medoid preset of the library",
    (RETRIEVAL, 1): "nearest preset of the library",
    (RETRIEVAL, RERANKED): f"nearest {RERANKED}, rendered and ranked again",
}

#: How the experiments name a model with other settings than the default.
_SETTINGS = re.compile(r"(.+)-latent-(\d+)-seed-(\d+)")

#: What the models of the project were trained on, which no record says.
MODELS_DATA = (
    "The eight models of this project were trained on [data sets of 2,000 presets of each "
    "synthesizer](tried.md#models-that-answer-with-a-preset) for at most 12,000 steps; S-S, J-S and J-J have some 720,000 in their "
    "paper. J-J is the form `j-j-masked`. With the presets of such a data set alone the nearest one still "
    "wins: [5.20 dB against 7.67 dB](joint-or-separate.md#sharing) of the best of S-S, J-S and J-J."
)


class Column:
    """One synthesizer's scores on one target set, on the targets that retrieval and the searches all ran on."""

    def __init__(self, title: str, by_budget: Mapping[int, Sequence[Record]], searches: Sequence[str]) -> None:
        self.title, self._scores = title, dict[Row, dict[str, Scores]]()
        self._budgets, known = dict[tuple[Row, str], int](), set[str]()
        for budget in sorted(by_budget, reverse=True):
            for record in by_budget[budget]:
                known.add(record.target)
                self.library = record.conditions.library
                for mark, scores in record.scores.items():
                    row = (record.conditions.method, mark)
                    self._scores.setdefault(row, {})[record.target] = scores
                    self._budgets[row, record.target] = budget
        self.known = len(known)
        marks = [mark for method, mark in self._scores if method == searches[0] and mark <= MOST_RENDERS]
        self.last = max(marks, default=1)
        core = [(MEDOID, 1), (RETRIEVAL, 1), (searches[0], self.last), (GUIDED, self.last)]
        found = [self._scores[row].keys() for row in core if row in self._scores]
        self.targets = sorted(set.intersection(*map(set, found))) if found else []

    def rows(self, searches: Sequence[str]) -> list[Row]:
        """The rows that it has, in the order of the table."""
        models = {method for method, _ in self._scores} - BASELINES - {UNRENDERED, GUIDED, *SEARCHES}
        answers = [*sorted(model for model in models if not model.endswith(SEEDED)), UNRENDERED]
        rows = [
            (FLOOR, 1),
            *((name, 1) for name in ANCHORS),
            ("random", 1),
            (MEDOID, 1),
            (RETRIEVAL, 1),
            *((method, 1) for method in answers),
        ]
        rows += [(RETRIEVAL, RERANKED), (GUIDED, RERANKED)]
        rows += [(search, self.last) for search in (*reversed(searches), GUIDED) if self.last > RERANKED]
        return [row for row in rows if self.of(row)]

    def of(self, row: Row) -> dict[str, Scores]:
        """Scores of a row by target, as far as it has the column's targets."""
        found = self._scores.get(row, {})
        return {target: found[target] for target in self.targets if target in found}

    def budget(self, row: Row) -> int:
        """Renders that its searches could spend: more than the row's where it is the beginning of a longer search."""
        return max(self._budgets[row, target] for target in self.of(row))

    def models(self) -> list[Row]:
        """The first answer of each trained model that has all targets."""
        names = [row for row in self.rows([]) if row[1] == 1 and row not in _NAMES and row[0] != UNRENDERED]
        return [row for row in names if len(self.of(row)) == len(self.targets)]

    @property
    def shows_closeness(self) -> bool:
        """Whether the library's nearest presets have a closeness: records of earlier searches have none."""
        return self.has_closeness((RETRIEVAL, 1))

    def has_closeness(self, row: Row) -> bool:
        """Whether a row has a closeness on all its targets."""
        return all(CLOSENESS in scores for scores in self.of(row).values())

    def mean(self, row: Row, metric: str = "lsd") -> float:
        """Mean score of a row."""
        return float(np.mean([scores[metric] for scores in self.of(row).values()]))


def table(columns: Sequence[Column], searches: Sequence[str]) -> str:
    """Markdown of one target set, and a line that says what the names of models mean."""
    rows: list[Row] = []
    for column in columns:
        rows += [row for row in column.rows(searches) if row not in rows]
    heads = ["method", *(f"{column.title}, {len(column.targets)} targets" for column in columns)]
    lines = [heads, ["---", *["---:"] * len(columns)]]
    for row in _in_order(rows):
        budgets = [column.budget(row) if column.of(row) else None for column in columns]
        for budget in sorted({budget for budget in budgets if budget}):
            cells = (_cell(c, row) if its == budget else "" for c, its in zip(columns, budgets, strict=True))
            lines.append([_name(row, budget), *cells])
    text = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    settings = [found for method, mark in rows if mark == 1 and (found := _SETTINGS.fullmatch(method))]
    meanings = "; ".join(f"`{found[0]}`: {found[1]}, latent size {found[2]}, seed {found[3]}" for found in settings)
    return f"{text}\n{meanings}.\n" if meanings else text


def retrieval_against_models(columns: Sequence[Column]) -> str:
    """Two paragraphs: mean `lsd` of the library's nearest preset beside the best model's first answer, and beside the
    surrogate's. Empty without models.
    """
    nearest, surrogate = (RETRIEVAL, 1), (UNRENDERED, 1)
    pairs = [(column, min(column.models(), key=column.mean)) for column in columns if column.models()]
    if not pairs:
        return ""
    below = all(
        column.mean(nearest, metric) < column.mean(model, metric)
        for column, _ in pairs
        for model in column.models()
        for metric in ("lsd", "mss")
    )
    texts = (
        f"{c.title} {c.mean(nearest):.2f} dB against {c.mean(model):.2f} dB ({model[0]}; `mss` {c.mean(nearest, 'mss'):.2f} dB "
        f"against {min(c.mean(other, 'mss') for other in c.models()):.2f} dB, the least of any)"
        for c, model in pairs
    )
    sizes = [f"{column.library.split()[0]} ({column.title})" for column, _ in pairs]
    text = (
        f"**Retrieval {'beats' if below else 'does not always beat'} every trained model that maps a sound straight to a "
        "preset.** Mean `lsd` on held-out presets, of the library's nearest preset against the best model's first answer: "
        f"{'; '.join(texts)}. The libraries hold {_and(sizes)} presets. {MODELS_DATA}\n"
    )
    answered = [column for column in columns if column.of(surrogate)]
    nearer = [column for column in answered if column.mean(surrogate) < column.mean(nearest)]
    further = [column for column in answered if column not in nearer]
    if not nearer:
        return text
    near, far = (
        _and([f"{c.title} ({c.mean(surrogate):.2f} dB against {c.mean(nearest):.2f} dB)" for c in found])
        for found in (nearer, further)
    )
    text += (
        "\nThe surrogate is trained too. It predicts sounds and starts from the library's presets. Its first answer, without a "
        f"render, is nearer than the library's nearest preset on {near}"
    )
    return text + (f", and further away on {far}.\n" if further else ".\n")


def how_near(columns: Sequence[Column]) -> str:
    """How to read `lsd`: its means on these targets, from a random preset to the preset itself."""
    found = [column for column in columns if column.of((RETRIEVAL, 1))]
    last = max((column.last for column in found), default=0)
    rows = {
        "a random preset of the library": ("random", 1),
        "the nearest preset of the library": (RETRIEVAL, 1),
        f"the guided search after {last} renders": (GUIDED, last),
    }
    said = list[str]()
    for name, row in rows.items():
        means = sorted(column.mean(row) for column in found if column.of(row))
        if means:
            said.append(f"{name} {'' if said else 'has '}{means[0]:.2f} to {means[-1]:.2f} dB")
    if not said:
        return ""
    return f"How to read `lsd`: lower is nearer, and two equal sounds have 0 dB. On held-out presets {_and(said)} (means, by synthesizer).\n"


def further_than_silence(columns: Sequence[Column], searches: Sequence[str]) -> str:
    """Which rows silence beats by mean `lsd`, by synthesizer. Empty where no silence was scored, or it beats none."""
    said = list[str]()
    for column in columns:
        rows = [
            row
            for row in column.rows(searches)
            if column.of((SILENCE, 1)) and len(column.of(row)) == len(column.targets)
        ]
        beaten = [f"`{_name(row, column.budget(row))}`" for row in rows if column.mean(row) > column.mean((SILENCE, 1))]
        if beaten:
            said.append(f"{column.title}, {column.mean((SILENCE, 1)):.2f} dB: {_and(beaten)}")
    if not said:
        return ""
    return (
        "**`lsd` alone is no proof.** It counts what is quiet as much as what is loud, and finds silence nearer to held-out "
        f"presets than these rows. {'; '.join(said)}. `mss` is 80 dB for silence by definition.\n"
    )


def fewer_targets(columns: Mapping[str, Sequence[Column]]) -> str:
    """Which sets have more targets than their table, with both numbers."""
    said = [
        f"{column.title}, {name}: {len(column.targets)} of {column.known}"
        for name, found in columns.items()
        for column in found
        if len(column.targets) < column.known
    ]
    return (
        "A table has the targets that the medoid preset, retrieval, `population` and `guided` all ran on. "
        + (f"Some methods ran on more targets than these: {'; '.join(said)}. " if said else "")
        + ("The full tables have the rest." if said else "")
    ).strip()


def _and(texts: Sequence[str]) -> str:
    """Texts as a list in a sentence."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """Rows of several columns: by renders, but the nearest that are ranked again after all answers; else as they came."""
    return sorted(rows, key=lambda row: row[1])


def _name(row: Row, budget: int) -> str:
    method, mark = row
    if row in _NAMES:
        return _NAMES[row]
    if mark == 1:
        return f"{shown(method)}, first answer"
    return f"{method}, {mark} renders" if budget == mark else f"{method}, first {mark} of {budget:,} renders"


def _cell(column: Column, row: Row) -> str:
    scores = column.of(row)
    if not scores:
        return ""
    few = f" ({len(scores)})" if len(scores) < len(column.targets) else ""
    figures = [f"{column.mean(row):.2f}", f"{column.mean(row, 'mss'):.2f}"]
    if column.shows_closeness:
        figures.insert(0, f"{column.mean(row, CLOSENESS):.0f} %" if column.has_closeness(row) else "-")
    return " / ".join(figures) + few
