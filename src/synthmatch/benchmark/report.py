"""From benchmark records to the full tables beside them, as lines of CSV. Scores are averaged over the same targets in every line.

A line is a method after some renders. `lsd ratio` is its mean `lsd` over that of the nearest neighbour. Models are the methods
that are neither a search nor a baseline.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from synthmatch.benchmark.methods import (
    BASELINES,
    FLOOR,
    MEDOID,
    REFERENCES,
    RERANKED,
    RETRIEVAL,
    SEEDED,
    UNRENDERED,
)
from synthmatch.benchmark.records import CLOSENESS, EARLIER_DISTANCE, Record, Scores, own_distance
from synthmatch.benchmark.statistics import paired_wilcoxon
from synthmatch.benchmark.tables import Row, summarize
from synthmatch.calibration.anchors import ANCHOR_NAMES, ANCHORS
from synthmatch.features.search_distance import INAUDIBLE_DB
from synthmatch.proposers.model import ESTIMATES
from synthmatch.search.registry import GUIDED, SEARCHES

#: One line of a table: texts by column.
Line = dict[str, str]

COLUMNS = ("lsd", "mss", "wmfcc", "sot", "rms_cosine", "spectral_convergence")
_SHOWN = {"wmfcc": ".3g", "sot": ".3g", "rms_cosine": ".3f", "spectral_convergence": ".3g"}
_LEVEL = ("closeness [%]", "silent", "within 1 dB", "envelope_error [dB]")
#: Metrics with which the search distance should agree.
_AGREE = ("lsd", "mss", "wmfcc")


def results(records: Sequence[Record], searches: Sequence[str], library: str) -> tuple[list[Line], list[Line]]:
    """The results of one synthesizer and target set, then the paired tests. `library`: its size, in words.

    Methods that ran on fewer targets than retrieval have lines of their own, with all others on their targets: the column
    `on the targets of` names them.
    """
    targets = Counter(record.conditions.method for record in records)
    few = sorted(m for m in targets if targets[m] < targets[RETRIEVAL] and m not in BASELINES | SEARCHES.keys())
    lines, tests = _tables([r for r in records if r.conditions.method not in few], searches, library, "all")
    if few:
        more = _tables(records, searches, library, " and ".join(map(shown, few)))
        lines, tests = lines + more[0], tests + more[1]
    return lines, tests


def shown(method: str) -> str:
    """What readers are told for a method's name."""
    return "surrogate" if method == UNRENDERED else method


def _tables(
    records: Sequence[Record], searches: Sequence[str], library: str, whose: str
) -> tuple[list[Line], list[Line]]:
    common = _common(records, searches)
    if not common:
        return [], []
    of = {"on the targets of": whose}
    tests = _tests(common, _claims(common, searches))
    return [of | line for line in _results(common, searches, library)], [of | line for line in tests]


def agreement(records: Sequence[Record]) -> str:
    """A table cell a metric: rank correlation of the search distance with it, over a target's candidates, mean over targets.

    Candidates of a target are the presets that any method was scored with.
    """
    from scipy.stats import spearmanr  # noqa: PLC0415 - slow to load

    by_target: dict[str, dict[float, Scores]] = {}
    for record in records:
        if record.conditions.method not in REFERENCES:
            for scores in record.scores.values():
                by_target.setdefault(record.target, {})[own_distance(scores)] = scores
    groups = [list(found.values()) for found in by_target.values() if len(found) > 3]
    if not groups:
        return " | ".join("-" for _ in (*_AGREE, "targets"))
    means = [
        np.mean([spearmanr([own_distance(c) for c in group], [c[name] for c in group]).statistic for group in groups])
        for name in _AGREE
    ]
    return " | ".join([*(f"{mean:.3f}" for mean in means), str(len(groups))])


def _common(records: Sequence[Record], searches: Sequence[str]) -> dict[str, dict[str, Record]]:
    """Records by target and method, of the targets that have all methods and every row that a table must carry."""
    by_target: dict[str, dict[str, Record]] = {}
    for record in records:
        by_target.setdefault(record.target, {})[record.conditions.method] = record
    # random search has the random preset, a row of every table
    wanted = {MEDOID, RETRIEVAL, "random", *searches} | {record.conditions.method for record in records} - REFERENCES
    return {t: found for t, found in sorted(by_target.items()) if wanted <= found.keys()}


def _models(common: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """What answers without a search: models, and the surrogate."""
    methods, others = next(iter(common.values())), BASELINES | {GUIDED, *SEARCHES}
    return sorted((m for m in methods if m not in others and not m.endswith(SEEDED)), key=shown)


def _seeded(common: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """Searches that begin with a model's answers."""
    return sorted(method for method in next(iter(common.values())) if method.endswith(SEEDED))


def _guided(common: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """The search with a surrogate, where it was run."""
    return [GUIDED] if GUIDED in next(iter(common.values())) else []


def _rows(
    common: Mapping[str, Mapping[str, Record]], searches: Sequence[str], library: str
) -> Iterator[tuple[str, str, int]]:
    """(name, method, renders) of each row that the targets have."""
    if all(FLOOR in methods for methods in common.values()):
        yield "the preset rendered again", FLOOR, 1
    for name in ANCHORS:
        if all(name in methods for methods in common.values()):
            yield ANCHOR_NAMES[name], name, 1
    yield "random preset of the library", "random", 1
    yield "medoid preset of the library", MEDOID, 1
    yield f"nearest neighbour of {library}", RETRIEVAL, 1
    models = _models(common)
    for model in models:
        yield f"{shown(model)}, first answer", model, 1
    yield f"nearest {RERANKED}, ranked again", RETRIEVAL, RERANKED
    for model in models:
        yield f"{shown(model)}, best of {ESTIMATES}", model, ESTIMATES
    for mark in _marks(common, searches[0]):
        for search in (*searches, *_guided(common), *_seeded(common)):
            yield f"{search}, {mark:,} renders", search, mark


def _column(common: Mapping[str, Mapping[str, Record]], method: str, mark: int, metric: str) -> list[float]:
    return [methods[method].scores[mark][metric] for methods in common.values()]


def _own_distance(common: Mapping[str, Mapping[str, Record]], method: str, mark: int) -> Line:
    scores = [methods[method].scores[mark] for methods in common.values()]
    mean = np.mean([own_distance(one) for one in scores])
    if all(EARLIER_DISTANCE in one for one in scores):
        return {"search distance [dB]": f"{mean:.2f}"}
    return {"loudness distance": f"{mean:.3f}"}


def _has_level(common: Mapping[str, Mapping[str, Record]], method: str, mark: int) -> bool:
    """Whether a row was scored for level and closeness: records of earlier searches were not."""
    return all(CLOSENESS in methods[method].scores[mark] for methods in common.values())


def _level(common: Mapping[str, Mapping[str, Record]], method: str, mark: int) -> Line:
    """How loud a row is: closeness and errors of level, and how many of its answers are silent beside their targets."""
    if not _has_level(common, method, mark):
        return dict.fromkeys(_LEVEL, "")
    closeness, loudness, envelope = (
        np.array(_column(common, method, mark, name)) for name in (CLOSENESS, "loudness_error", "envelope_error")
    )
    silent, near = f"{(loudness > INAUDIBLE_DB).mean():.0%}", f"{(loudness <= 1).mean():.0%}"
    return dict(zip(_LEVEL, (f"{closeness.mean():.1f}", silent, near, f"{envelope.mean():.2f}"), strict=True))


def _marks(common: Mapping[str, Mapping[str, Record]], search: str) -> list[int]:
    """Renders after which a search was scored on every target, the first aside."""
    return [mark for mark in next(iter(common.values()))[search].scores if mark > 1]


def _results(common: Mapping[str, Mapping[str, Record]], searches: Sequence[str], library: str) -> Iterator[Line]:
    rows = _rows(common, searches, library)
    wanted = [row for row in rows if all(row[2] in m[row[1]].scores for m in common.values())]
    scored = [Row(name, {c: _column(common, method, mark, c) for c in COLUMNS}) for name, method, mark in wanted]
    nearest = float(np.mean(_column(common, RETRIEVAL, 1, "lsd")))
    present = any(_has_level(common, method, mark) for _, method, mark in wanted)
    for (_, method, mark), row in zip(wanted, summarize(scored, np.random.default_rng(0)), strict=True):
        line = {"method": row.name, "targets": str(row.targets)}
        for name in ("lsd", "mss"):
            found = row.metrics[name]
            for what in ("mean", "low", "high", "median"):
                line[f"{name} {what} [dB]"] = f"{getattr(found, what):.2f}"
            if name == "lsd":
                line["lsd ratio"] = f"{found.mean / nearest:.3f}"
        line |= {name: format(row.metrics[name].mean, how) for name, how in _SHOWN.items()}
        if present:
            line |= _level(common, method, mark)
        yield line | _own_distance(common, method, mark)


def _claims(
    common: Mapping[str, Mapping[str, Record]], searches: Sequence[str]
) -> Iterator[tuple[str, str, int, str, str, int]]:
    """Pairs to test: (text, method, renders) of each. The first search, and each model, against what it should beat."""
    own, *others = searches
    reranked = (f"nearest {RERANKED}, ranked again", RETRIEVAL, RERANKED)
    for model in _models(common):
        yield f"{shown(model)}, first answer", model, 1, "nearest neighbour", RETRIEVAL, 1
        yield f"{shown(model)}, best of {ESTIMATES}", model, ESTIMATES, *reranked
    marks = _marks(common, own)
    if marks[-1] == RERANKED:
        for search in (own, *_guided(common)):
            yield f"{search}, {RERANKED} renders", search, RERANKED, *reranked
    for mark in marks:
        yield f"{own}, {mark:,} renders", own, mark, "nearest neighbour", RETRIEVAL, 1
        for other in others:
            yield f"{own}, {mark:,} renders", own, mark, other, other, mark
        for search in (*_guided(common), *_seeded(common)):
            yield f"{search}, {mark:,} renders", search, mark, own, own, mark


def _tests(
    common: Mapping[str, Mapping[str, Record]], claims: Iterator[tuple[str, str, int, str, str, int]]
) -> Iterator[Line]:
    """Paired tests of the claims."""
    for text, method, mark, other_text, other, at in claims:
        # a method may have spent its budget before this mark
        if not all(mark in m[method].scores and at in m[other].scores for m in common.values()):
            continue
        line = {"method": text, "against": other_text}
        for metric in ("lsd", "mss"):
            ours = np.array(_column(common, method, mark, metric))
            theirs = np.array(_column(common, other, at, metric))
            line[f"{metric} difference [dB]"] = f"{(ours - theirs).mean():+.2f}"
            line |= {"lsd better on": f"{(ours < theirs).mean():.0%}"} if metric == "lsd" else {}
            line[f"p ({metric})"] = f"{paired_wilcoxon(ours, theirs):.1e}"
        yield line
