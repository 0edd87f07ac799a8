"""From benchmark records to the tables of docs/results/quality.md. Scores are averaged over the same targets in every row.

A row is a method after some renders. `ratio` is its mean `lsd` over that of the nearest neighbour. Models are the methods
that are neither a search nor a baseline.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from synthmatch.benchmark.methods import FLOOR, MEDOID, RERANKED, RETRIEVAL, SEEDED
from synthmatch.benchmark.records import Record, Scores
from synthmatch.benchmark.statistics import paired_wilcoxon
from synthmatch.benchmark.tables import Row, summarize
from synthmatch.proposers.model import ESTIMATES
from synthmatch.search.registry import GUIDED, SEARCHES

COLUMNS = ("lsd", "mss", "wmfcc", "sot", "rms_cosine", "spectral_convergence")
_SHOWN = {"wmfcc": ".3g", "sot": ".3g", "rms_cosine": ".3f", "spectral_convergence": ".3g"}
_HEADS = (
    *("method", "targets", "lsd [dB] ↓ mean [95 %]", "median", "ratio", "mss [dB] ↓ mean [95 %]", "median"),
    *("wmfcc ↓", "sot ↓", "rms_cosine ↑", "spectral_convergence ↓", "search distance ↓"),
)
#: Metrics with which the search distance should agree.
_AGREE = ("lsd", "mss", "wmfcc")


def results(records: Sequence[Record], searches: Sequence[str], library: str) -> str:
    """Markdown of one synthesizer and target set: the results, then the tests. `library`: its size, in words.

    Methods that ran on fewer targets than retrieval stand in tables of their own, with all others on their targets.
    """
    targets = Counter(record.conditions.method for record in records)
    few = sorted(m for m in targets if targets[m] < targets[RETRIEVAL] and m not in {FLOOR, MEDOID, *SEARCHES})
    text = _tables([record for record in records if record.conditions.method not in few], searches, library)
    if few:
        named = " and ".join(few)
        text += f"\nThe targets that {named} ran on:\n\n{_tables(records, searches, library)}"
    return text


def _tables(records: Sequence[Record], searches: Sequence[str], library: str) -> str:
    kept = _common(records, searches)
    if not kept:
        return "No target has been run with every method yet.\n"
    return _results(kept, searches, library) + "\n" + _tests(kept, _claims(kept, searches))


def agreement(records: Sequence[Record]) -> str:
    """A table cell a metric: rank correlation of the search distance with it, over a target's candidates, mean over targets.

    Candidates of a target are the presets that any method was scored with.
    """
    from scipy.stats import spearmanr  # noqa: PLC0415 - slow to load

    by_target: dict[str, dict[float, Scores]] = {}
    for record in records:
        if record.conditions.method != FLOOR:
            for scores in record.scores.values():
                by_target.setdefault(record.target, {})[scores["distance_db"]] = scores
    groups = [list(found.values()) for found in by_target.values() if len(found) > 3]
    if not groups:
        return " | ".join("-" for _ in (*_AGREE, "targets"))
    means = [
        np.mean([spearmanr([c["distance_db"] for c in group], [c[name] for c in group]).statistic for group in groups])
        for name in _AGREE
    ]
    return " | ".join([*(f"{mean:.3f}" for mean in means), str(len(groups))])


def _common(records: Sequence[Record], searches: Sequence[str]) -> dict[str, dict[str, Record]]:
    """Records by target and method, of the targets that have all methods and every row that a table must carry."""
    by_target: dict[str, dict[str, Record]] = {}
    for record in records:
        by_target.setdefault(record.target, {})[record.conditions.method] = record
    # random search has the random preset, a row of every table
    wanted = {MEDOID, RETRIEVAL, "random", *searches} | {record.conditions.method for record in records} - {FLOOR}
    return {t: found for t, found in sorted(by_target.items()) if wanted <= found.keys()}


def _models(kept: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """What answers without a search: models, and the surrogate."""
    methods, others = next(iter(kept.values())), {FLOOR, MEDOID, RETRIEVAL, GUIDED, *SEARCHES}
    return sorted(method for method in methods if method not in others and not method.endswith(SEEDED))


def _seeded(kept: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """Searches that begin with a model's answers."""
    return sorted(method for method in next(iter(kept.values())) if method.endswith(SEEDED))


def _guided(kept: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """The search with a surrogate, where it was run."""
    return [GUIDED] if GUIDED in next(iter(kept.values())) else []


def _rows(
    kept: Mapping[str, Mapping[str, Record]], searches: Sequence[str], library: str
) -> Iterator[tuple[str, str, int]]:
    """(name, method, renders) of each row that the targets have."""
    if all(FLOOR in methods for methods in kept.values()):
        yield "noise floor (the preset rendered again)", FLOOR, 1
    yield "random preset of the library", "random", 1
    yield "medoid preset of the library", MEDOID, 1
    yield f"nearest neighbour of {library}", RETRIEVAL, 1
    models = _models(kept)
    for model in models:
        yield f"{model}, one answer", model, 1
    yield f"nearest {RERANKED}, ranked again", RETRIEVAL, RERANKED
    for model in models:
        yield f"{model}, best of {ESTIMATES}", model, ESTIMATES
    for mark in _marks(kept, searches[0]):
        for search in (*searches, *_guided(kept), *_seeded(kept)):
            yield f"{search}, {mark:,} renders", search, mark


def _column(kept: Mapping[str, Mapping[str, Record]], method: str, mark: int, metric: str) -> list[float]:
    return [methods[method].scores[mark][metric] for methods in kept.values()]


def _marks(kept: Mapping[str, Mapping[str, Record]], search: str) -> list[int]:
    """Renders after which a search was scored on every target, the first aside."""
    return [mark for mark in next(iter(kept.values()))[search].scores if mark > 1]


def _results(kept: Mapping[str, Mapping[str, Record]], searches: Sequence[str], library: str) -> str:
    wanted = [row for row in _rows(kept, searches, library) if all(row[2] in m[row[1]].scores for m in kept.values())]
    rows = [Row(name, {c: _column(kept, method, mark, c) for c in COLUMNS}) for name, method, mark in wanted]
    nearest = float(np.mean(_column(kept, RETRIEVAL, 1, "lsd")))
    lines = [list(_HEADS), ["---", *["---:"] * (len(_HEADS) - 1)]]
    for (_, method, mark), row in zip(wanted, summarize(rows, np.random.default_rng(0)), strict=True):
        lsd, mss = row.metrics["lsd"], row.metrics["mss"]
        cells = [row.name, str(row.targets), f"{lsd.mean:.2f} [{lsd.low:.2f}, {lsd.high:.2f}]", f"{lsd.median:.2f}"]
        cells += [f"{lsd.mean / nearest:.3f}", f"{mss.mean:.2f} [{mss.low:.2f}, {mss.high:.2f}]", f"{mss.median:.2f}"]
        cells += [format(row.metrics[name].mean, how) for name, how in _SHOWN.items()]
        lines.append([*cells, f"{np.mean(_column(kept, method, mark, 'distance_db')):.2f}"])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _claims(
    kept: Mapping[str, Mapping[str, Record]], searches: Sequence[str]
) -> Iterator[tuple[str, str, int, str, str, int]]:
    """Pairs to test: (text, method, renders) of each. The first search, and each model, against what it should beat."""
    own, *others = searches
    reranked = (f"nearest {RERANKED}, ranked again", RETRIEVAL, RERANKED)
    for model in _models(kept):
        yield f"{model}, one answer", model, 1, "nearest neighbour", RETRIEVAL, 1
        yield f"{model}, best of {ESTIMATES}", model, ESTIMATES, *reranked
    marks = _marks(kept, own)
    if marks[-1] == RERANKED:
        for search in (own, *_guided(kept)):
            yield f"{search}, {RERANKED} renders", search, RERANKED, *reranked
    for mark in marks:
        yield f"{own}, {mark:,} renders", own, mark, "nearest neighbour", RETRIEVAL, 1
        for other in others:
            yield f"{own}, {mark:,} renders", own, mark, other, other, mark
        for search in (*_guided(kept), *_seeded(kept)):
            yield f"{search}, {mark:,} renders", search, mark, own, own, mark


def _tests(kept: Mapping[str, Mapping[str, Record]], claims: Iterator[tuple[str, str, int, str, str, int]]) -> str:
    """Paired tests of the claims."""
    heads = ["method", "against", "lsd difference [dB]", "better on", "p (lsd)", "mss difference [dB]", "p (mss)"]
    lines = [heads, ["---", "---", *["---:"] * 5]]
    for text, method, mark, other_text, other, at in claims:
        # a method may have spent its budget before this mark
        if not all(mark in m[method].scores and at in m[other].scores for m in kept.values()):
            continue
        cells = [text, other_text]
        for metric in ("lsd", "mss"):
            ours = np.array(_column(kept, method, mark, metric))
            theirs = np.array(_column(kept, other, at, metric))
            cells.append(f"{(ours - theirs).mean():+.2f}")
            cells += [f"{(ours < theirs).mean():.0%}"] if metric == "lsd" else []
            cells.append(f"{paired_wilcoxon(ours, theirs):.1e}")
        lines.append(cells)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
