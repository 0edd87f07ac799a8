"""Measure how near the search comes to a synthesizer's own presets, and how well that tells foreign targets apart.

Both come from the benchmark's records of the search that `match` runs. ``tools/measure_reach.py`` writes the first as the data
of `calibration.in_domain`, and prints the second, the table of docs/results/reach.md.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.benchmark.methods import MEDOID
from synthmatch.benchmark.page import record_file
from synthmatch.benchmark.records import RecordFile, Scores
from synthmatch.benchmark.run import OLDEST, is_current, library_name
from synthmatch.calibration.in_domain import METRIC, SHARES
from synthmatch.library.builtin import builtin_library
from synthmatch.search.registry import GUIDED
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.registry import get_synth

#: Fewer targets than this give no quantiles: of 50, the furthest 5 % are between two and three.
LEAST_TARGETS = 50
OWN, FOREIGN = "held-out", ("people", "cross", "recordings")
#: Renders at which measures are compared: the default of a search.
_RENDERS = 200
_SEED = 0

#: Measures by name: scores of the best preset, and of the medoid preset on the same target.
_MEASURES: dict[str, Callable[[Scores, Scores], float]] = {
    "100 - closeness": lambda best, medoid: 100 - best[METRIC],
    "search distance": lambda best, medoid: best["distance"],
    "lsd": lambda best, medoid: best["lsd"],
    "lsd / medoid's": lambda best, medoid: best["lsd"] / medoid["lsd"],
    "lsd_icassp2023": lambda best, medoid: best["lsd_icassp2023"],
    "mss": lambda best, medoid: best["mss"],
    "mss / medoid's": lambda best, medoid: best["mss"] / medoid["mss"],
    "wmfcc": lambda best, medoid: best["wmfcc"],
    "sot": lambda best, medoid: best["sot"],
}


def measure_reach(folder: Path, synth: str) -> dict[str, dict[str, int | list[float]]]:
    """By renders: how many own targets there are, and the `METRIC` of their matches at each of `SHARES`.

    `folder` holds the records. Only marks with `LEAST_TARGETS`; empty where no record is of the present search and library.
    """
    scores = scores_of(record_file(folder, synth, OWN), synth, _method(synth))
    return {
        str(renders): {
            "targets": len(found),
            METRIC: [round(float(q), 3) for q in np.quantile([s[METRIC] for s in found.values()], SHARES)],
        }
        for renders, found in sorted(scores.items())
        if len(found) >= LEAST_TARGETS
    }


def separation(folder: Path, synths: list[str]) -> str:
    """Markdown: how well each measure tells a synthesizer's own targets from those of the other sets; none without records.

    AUC is the chance that a target of the set is matched less nearly than an own one; ``out``, the share of the set beyond
    95 % of the own.
    """
    heads = [
        "synth",
        "measure",
        "95 % of own below",
        *(f"{name}: {what}" for name in FOREIGN for what in ("AUC", "out")),
    ]
    lines = [heads, ["---", "---", *["---:"] * (len(heads) - 2)]]
    for id in synths:
        sets = {name: _measured(folder, id, name) for name in (OWN, *FOREIGN)}
        if not sets[OWN]:
            continue
        counts = ", ".join(f"{len(next(iter(found.values())))} {name}" for name, found in sets.items() if found)
        for measure in _MEASURES:
            own = np.array(sets[OWN][measure])
            limit = float(np.quantile(own, 0.95))
            cells = [f"{get_synth(id).title} ({counts})" if measure == next(iter(_MEASURES)) else "", f"`{measure}`"]
            cells.append(f"{limit:.3g}")
            for name in FOREIGN:
                far = np.array(sets[name].get(measure, []))
                cells += [f"{_auc(own, far):.2f}", f"{(far > limit).mean():.0%}"] if far.size else ["", ""]
            lines.append(cells)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _method(synth: str) -> str:
    """As `match` searches: with the package's surrogate, where there is one."""
    return GUIDED if synth in builtin_surrogates() else "population"


def _measured(folder: Path, synth: str, name: str) -> dict[str, list[float]]:
    """Each measure of each target of a set; empty without records."""
    records = record_file(folder, synth, name)
    best = scores_of(records, synth, _method(synth)).get(_RENDERS, {})
    medoid = scores_of(records, synth, MEDOID).get(1, {})
    pairs = [(scores, medoid[target]) for target, scores in best.items()]
    return {measure: [of(*pair) for pair in pairs] for measure, of in _MEASURES.items()} if pairs else {}


def scores_of(
    records: RecordFile, synth: str, method: str, generations: Iterable[int] = range(OLDEST)
) -> dict[int, dict[str, Scores]]:
    """Scores of a method of a set's records by renders and target, as far as they hold for this library and the first of
    some generations of the search that has any.

    A search spends part of its budget on seeds, so its scores after some renders depend on the budget: of several, the
    smallest holds.
    """
    library = builtin_library(synth)
    if library is None:
        return {}
    size = library_name(library)
    largest_first = sorted(records.records.values(), key=lambda r: -r.conditions.renders)
    surrogate = builtin_surrogates().get(synth)
    for generation in generations:
        found: dict[int, dict[str, Scores]] = {}
        for record in largest_first:
            at = record.conditions
            present = at.method != GUIDED or (surrogate is not None and at.version.startswith(surrogate.fingerprint))
            if at.method == method and present and is_current(at, size, _SEED, generation):
                for renders, scores in record.scores.items():
                    found.setdefault(renders, {})[record.target] = scores
        if found:
            return found
    return {}


def _auc(own: Float64[F64, " own"], far: Float64[F64, " far"]) -> float:
    """Chance that one of `far` is above one of `own`, ties half. Source: the U of Mann and Whitney 1947."""
    return float(np.mean(np.less.outer(own, far) + 0.5 * np.equal.outer(own, far)))
