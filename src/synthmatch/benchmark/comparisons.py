"""Tables that compare searches, with paired tests: guided against plain, and how near answers come in level."""

from collections.abc import Mapping, Sequence

import numpy as np

from synthmatch.benchmark.methods import RERANKED, RETRIEVAL
from synthmatch.benchmark.playability import AXES, METRIC, score_name
from synthmatch.benchmark.statistics import paired_wilcoxon
from synthmatch.benchmark.summary import Column
from synthmatch.features.search_distance import INAUDIBLE_DB
from synthmatch.search.registry import GUIDED

#: A difference whose p-value is smaller is one that the test finds.
SURE = 0.01
#: So few targets that a p-value above `SURE` says nothing.
FEW_TARGETS = 20


def guided_against_plain(columns: Mapping[str, Sequence[Column]]) -> str:
    """A table: mean `mss` of the search without a surrogate and of the guided one. Empty where either was not run.

    `mss` is blind to level and not what the searches minimise; silence has 80 dB by it.
    """
    lines, lower, sure, unsure = list[str](), 0, 0, list[tuple[str, int]]()
    for name, found in columns.items():
        for column in found:
            ours, plain = column.of((GUIDED, column.last)), column.of(("population", column.last))
            if ours and ours.keys() == plain.keys():
                cells = [name, column.title, str(len(ours)), str(column.last)]
                for metric in ("mss", "lsd"):
                    a, b = ([scores[t][metric] for t in column.targets] for scores in (plain, ours))
                    p = paired_wilcoxon(a, b)
                    cells += [*(f"{np.mean(x):.2f}" for x in (a, b)), f"{p:.0e}"]
                    if metric == "mss":
                        lower += bool(np.mean(b) < np.mean(a))
                        sure += bool(np.mean(b) < np.mean(a) and p < SURE)
                        unsure += [(f"{column.title}, {name}", len(a))] if p >= SURE else []
                lines.append(f"| {' | '.join(cells)} |\n")
    if not lines:
        return ""
    few = [f"{name} ({count} targets)" for name, count in unsure if count < FEW_TARGETS]
    return (
        "The guided search has a lower mean `mss` than the same search without a surrogate (`population`) in "
        f"{lower} of {len(lines)} comparisons; in {sure} of them p < {SURE}."
        + (f" Too few targets to tell: {'; '.join(few)}." if few else "")
        + "\nMeans in dB on the same targets, each with the p-value of a paired Wilcoxon test:\n\n"
        "| set | synth | targets | renders | mss: without | mss: guided | mss: p | lsd: without | lsd: guided | lsd: p |\n"
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    ) + "".join(lines)


def levels(columns: Mapping[str, Sequence[Column]]) -> str:
    """A table: how near guided answers come in level, and the share of silent ones, beside that of the nearest preset. Empty for earlier records."""
    lines = list[str]()
    for name, found in columns.items():
        for column in found:
            answers = column.of((GUIDED, column.last)).values()
            if not answers or not column.shows_closeness:
                continue
            errors, envelope = (
                np.array([scores[metric] for scores in answers]) for metric in ("loudness_error", "envelope_error")
            )
            nearest = np.array([s["loudness_error"] for s in column.of((RETRIEVAL, 1)).values()])
            silent = [f"{(found > INAUDIBLE_DB).mean():.0%}" for found in (nearest, errors)]
            near = f"{(errors <= 1).mean():.0%}"
            cells = [
                name,
                column.title,
                str(len(errors)),
                near,
                f"{errors.max():.1f}",
                f"{envelope.mean():.2f}",
                *silent,
            ]
            lines.append(f"| {' | '.join(cells)} |\n")
    if not lines:
        return ""
    return (
        "**Level.** A preset is set to the loudness of its target after the search, as far as that leaves its sound alone. Of the "
        "guided search's answers: how many are within 1 dB of their target's loudness, the largest error, mean `envelope_error`, "
        f"and how many are silent, more than {INAUDIBLE_DB:.0f} dB below their targets:\n\n"
        "| set | synth | targets | within 1 dB | largest [dB] | envelope_error [dB] | silent, nearest preset | silent, guided |\n"
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    ) + "".join(lines)


def otherwise_table(columns: Sequence[Column]) -> str:
    """A table: mean scores of presets that are played otherwise than they were matched. Empty without such scores."""
    lines = list[str]()
    names = [score_name(axis) for axis in AXES]
    for column in columns:
        for row, text in (
            ((RETRIEVAL, RERANKED), f"nearest {RERANKED}, ranked again"),
            ((GUIDED, column.last), GUIDED),
        ):
            if column.of(row) and all(name in scores for scores in column.of(row).values() for name in names):
                figures = [f"{column.mean(row, name):.2f}" for name in (METRIC, *names)]
                lines.append(f"| {column.title} | {text} | {' | '.join([str(len(column.of(row))), *figures])} |\n")
    if not lines:
        return ""
    heads = f"| synth | method | instruments | as matched | {' | '.join(f'other {axis}' for axis in AXES)} |\n"
    return (
        f"Mean `{METRIC}` in dB against the instrument itself, played so:\n\n{heads}"
        f"| --- | --- |{' ---: |' * (len(AXES) + 2)}\n{''.join(lines)}"
    )
