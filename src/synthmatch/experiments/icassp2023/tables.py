"""The tables of the experiments, in Markdown, from every method's answers.

Scores are averaged over the same targets in every row. A model trained with several seeds counts with its mean score a
target. Brackets are 95 % bootstrap intervals. By `lsd` alone silence may win, so closeness stands before it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.benchmark.statistics import bootstrap_interval, one_way_anova, paired_wilcoxon, ratio_interval
from synthmatch.experiments.icassp2023.answers import BASELINES, Answer, means
from synthmatch.experiments.icassp2023.scale import LATENT_MODEL, LATENT_SIZE, MODELS, Scale, run_name
from synthmatch.metrics import BINS, harmonic_bin

#: Answers to the same targets, in the same order, by method.
Answers = Mapping[str, Sequence[Answer]]

#: Mean log spectral distance in the paper, its own definition.
PUBLISHED = {"s-s": 86.8, "j-s": 72.9, "j-j": 74.2}
ALL = "all"
_HEADS = {
    "closeness": "closeness [%] ↑",
    "lsd": "lsd [dB] ↓",
    "lsd_icassp2023": "lsd_icassp2023 ↓",
    "mss": "mss [dB] ↓",
}
_HEADS |= {"param_mae": "param_mae ↓", "param_accuracy": "param_accuracy ↑"}
#: What the models are compared by: what people are shown, and the two distances beside it.
COMPARED = ("closeness", "mss", "lsd")


def by_model(answers: Answers, scale: Scale) -> dict[str, list[Answer]]:
    """The baselines, and each model at the usual latent size with the mean of the seeds that have answered."""
    found = {name: list(answers[name]) for name in BASELINES if name in answers}
    for model in scale.models:
        seeds = [answers[name] for name in scale.seeds_of(model) if name in answers]
        if seeds:
            found[model] = [means(one) for one in zip(*seeds, strict=True)]
    return found


def by_latent_size(answers: Answers, scale: Scale) -> dict[int, list[Answer]]:
    """The answers of the latent sizes that were trained, all with seed 0."""
    names = {size: run_name(LATENT_MODEL, size, 0) for size in sorted({*scale.latent_sizes, LATENT_SIZE})}
    return {size: list(answers[name]) for size, name in names.items() if name in answers}


def synths_of(methods: Mapping[str, Sequence[Answer]]) -> list[str]:
    """All, then each synthesizer."""
    return [ALL, *dict.fromkeys(answer.synth for answer in next(iter(methods.values())))]


def column(answers: Sequence[Answer], metric: str, synth: str = ALL) -> Float64[F64, " targets"]:
    """Scores of the targets of a synthesizer; none of what no preset made, where the metric is of presets. Shape: (targets,)."""
    return np.array(
        [answer.scores[metric] for answer in answers if synth in (ALL, answer.synth) and metric in answer.scores]
    )


def comparison(methods: Mapping[str, Sequence[Answer]], synth: str) -> str:
    """Experiment 1: every method on the targets of a synthesizer, with the share of its answers that are silent."""
    rows = [["method", "targets", *_HEADS.values(), "silent"], ["---", *["---:"] * (2 + len(_HEADS))]]
    for name, answers in methods.items():
        cells = [_cell(column(answers, metric, synth)) for metric in _HEADS]
        silent = np.mean([answer.silent for answer in answers if synth in (ALL, answer.synth)])
        rows.append([name, str(len(column(answers, "lsd", synth))), *cells, f"{silent:.0%}"])
    return markdown(rows)


def tests(methods: Mapping[str, Sequence[Answer]], metric: str) -> str:
    """Whether the models differ by a metric: analysis of variance over all, and paired tests of two."""
    models = [model for model in MODELS if model in methods]
    sign, unit = (1, " %") if metric == "closeness" else (-1, " dB")
    rows = [["targets of", "ANOVA F, p", *(f"{b} against {a}: mean, better on, p" for a, b in _pairs(models))]]
    rows.append(["---", *["---:"] * (len(rows[0]) - 1)])
    for synth in synths_of(methods):
        scores = {model: column(methods[model], metric, synth) for model in models}
        f, p = one_way_anova(list(scores.values()))
        cells = []
        for a, b in _pairs(models):
            change = scores[b] - scores[a]
            chance = paired_wilcoxon(scores[b], scores[a])
            cells.append(f"{change.mean():+.2f}{unit}, {(sign * change > 0).mean():.0%}, {chance:.1e}")
        rows.append([synth, f"{f:.2f}, {p:.1e}", *cells])
    return markdown(rows)


def ratios(answers: Answers, scale: Scale) -> str:
    """The joint models over the separate one, beside the paper's ratios, on all targets and on each synthesizer's."""
    metrics = ("lsd_icassp2023", "lsd", "mss")
    rows = [["model", "targets of", "paper", *metrics], ["---", "---", *["---:"] * (1 + len(metrics))]]
    seeds = {model: [answers[n] for n in scale.seeds_of(model) if n in answers] for model in MODELS}
    for model in MODELS[1:]:
        if not (seeds[model] and seeds[MODELS[0]]):
            continue
        for synth in synths_of({"": seeds[model][0]}):
            published = f"{PUBLISHED[model] / PUBLISHED[MODELS[0]]:.3f}" if synth == ALL else ""
            cells = []
            for metric in metrics:
                above, below = (np.array([column(a, metric, synth) for a in seeds[m]]) for m in (model, MODELS[0]))
                low, high = ratio_interval(above, below, np.random.default_rng(0))
                cells.append(f"{above.mean() / below.mean():.3f} [{low:.3f}, {high:.3f}]")
            rows.append([f"{model} / {MODELS[0]}", synth, published, *cells])
    return markdown(rows)


def published(methods: Mapping[str, Sequence[Answer]]) -> str:
    """Mean distances beside the paper's."""
    rows = [["model", "paper", "lsd_icassp2023", "lsd [dB]"], ["---", "---:", "---:", "---:"]]
    for model in MODELS:
        if model in methods:
            ours = [_cell(column(methods[model], metric)) for metric in ("lsd_icassp2023", "lsd")]
            rows.append([model, f"{PUBLISHED[model]:.1f}", *ours])
    return markdown(rows)


def timbre(methods: Mapping[str, Sequence[Answer]], metric: str) -> str:
    """Experiment 2: a metric by the harmonic percentage of the target."""
    rows = [["method", *BINS], ["---", *["---:"] * len(BINS)]]
    for name, answers in methods.items():
        binned = in_bins(answers, metric)
        rows.append([name, *map(_cell, binned.values())])
    counts = [str(len(scores)) for scores in in_bins(next(iter(methods.values())), metric).values()]
    return markdown([*rows, ["targets", *counts]])


def in_bins(answers: Sequence[Answer], metric: str) -> dict[str, F64]:
    """A metric by harmonic bin."""
    return {
        name: np.array([answer.scores[metric] for answer in answers if harmonic_bin(answer.harmonic) == name])
        for name in BINS
    }


def latent(sizes: Mapping[int, Sequence[Answer]]) -> str:
    """Experiment 3: what the size of the latent does."""
    chosen = ("closeness", "mss", "lsd", "param_mae", "param_accuracy")
    rows = [["latent size", *(_HEADS[metric] for metric in chosen)], ["---:"] * (1 + len(chosen))]
    for size, answers in sizes.items():
        rows.append([str(size), *(_cell(column(answers, metric)) for metric in chosen)])
    return markdown(rows)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table; the first row is its head, the second its alignment."""
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _pairs(models: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for i, a in enumerate(models) for b in models[i + 1 :]]


def _cell(scores: Float64[F64, " targets"]) -> str:
    if not len(scores):
        return "-"
    low, high = bootstrap_interval(scores, np.random.default_rng(0))
    return f"{scores.mean():.3g} [{low:.3g}, {high:.3g}]"
