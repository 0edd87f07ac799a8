"""The tables of the three experiments, in Markdown, from every method's answers.

Scores are averaged over the same targets in every row. A model trained with several seeds counts with its mean score a
target. Brackets are 95 % bootstrap intervals of the mean.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.benchmark.statistics import bootstrap_interval, one_way_anova, paired_wilcoxon
from synthmatch.experiments.icassp2023.answers import BASELINES, METRICS, Answer, means
from synthmatch.experiments.icassp2023.scale import LATENT_MODEL, LATENT_SIZE, MODELS, Scale, run_name
from synthmatch.metrics import BINS, harmonic_bin

#: Answers to the same targets, in the same order, by method.
Answers = Mapping[str, Sequence[Answer]]

#: Mean log spectral distance in the paper, its own definition.
PUBLISHED = {"s-s": 86.8, "j-s": 72.9, "j-j": 74.2}
ALL = "all"
_HEADS = {"lsd": "lsd [dB] ↓", "lsd_icassp2023": "lsd_icassp2023 ↓", "mss": "mss [dB] ↓"}
_HEADS |= {"param_mae": "param_mae ↓", "param_accuracy": "param_accuracy ↑"}


def by_model(answers: Answers, scale: Scale) -> dict[str, list[Answer]]:
    """The baselines, and each model at the usual latent size with the mean of the seeds that have answered."""
    found = {name: list(answers[name]) for name in BASELINES if name in answers}
    for model, count in scale.models.items():
        names = [run_name(model, LATENT_SIZE, seed) for seed in range(count)]
        seeds = [answers[name] for name in names if name in answers]
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
    """Scores of the targets of a synthesizer. Shape: (targets,)."""
    return np.array([answer.scores[metric] for answer in answers if synth in (ALL, answer.synth)])


def comparison(methods: Mapping[str, Sequence[Answer]], synth: str) -> str:
    """Experiment 1: every method on the targets of a synthesizer."""
    rows = [["method", "targets", *_HEADS.values()], ["---", *["---:"] * (1 + len(_HEADS))]]
    for name, answers in methods.items():
        cells = [_cell(column(answers, metric, synth)) for metric in METRICS]
        rows.append([name, str(len(column(answers, "lsd", synth))), *cells])
    return _markdown(rows)


def tests(methods: Mapping[str, Sequence[Answer]]) -> str:
    """Whether the models differ: analysis of variance over all, and paired tests of two, on `lsd`."""
    models = [model for model in MODELS if model in methods]
    rows = [["targets of", "ANOVA F, p", *(f"{b} against {a}: mean, better on, p" for a, b in _pairs(models))]]
    rows.append(["---", *["---:"] * (len(rows[0]) - 1)])
    for synth in synths_of(methods):
        scores = {model: column(methods[model], "lsd", synth) for model in models}
        f, p = one_way_anova(list(scores.values()))
        cells = []
        for a, b in _pairs(models):
            change = scores[b] - scores[a]
            chance = paired_wilcoxon(scores[b], scores[a])
            cells.append(f"{change.mean():+.2f} dB, {(change < 0).mean():.0%}, {chance:.1e}")
        rows.append([synth, f"{f:.2f}, {p:.1e}", *cells])
    return _markdown(rows)


def ratios(methods: Mapping[str, Sequence[Answer]]) -> str:
    """The joint models over the separate one, beside the paper's ratios."""
    rows = [["model", "paper", "lsd_icassp2023", "lsd"], ["---", "---:", "---:", "---:"]]
    for model in MODELS[1:]:
        if {model, MODELS[0]} <= methods.keys():
            ours = [
                column(methods[model], metric).mean() / column(methods[MODELS[0]], metric).mean()
                for metric in ("lsd_icassp2023", "lsd")
            ]
            published = PUBLISHED[model] / PUBLISHED[MODELS[0]]
            rows.append([f"{model} / {MODELS[0]}", f"{published:.3f}", *(f"{ratio:.3f}" for ratio in ours)])
    return _markdown(rows)


def timbre(methods: Mapping[str, Sequence[Answer]]) -> str:
    """Experiment 2: `lsd` by the harmonic percentage of the target."""
    rows = [["method", *BINS], ["---", *["---:"] * len(BINS)]]
    for name, answers in methods.items():
        binned = in_bins(answers)
        rows.append([name, *(_cell(scores) if len(scores) else "-" for scores in binned.values())])
    counts = [str(len(scores)) for scores in in_bins(next(iter(methods.values()))).values()]
    return _markdown([*rows, ["targets", *counts]])


def in_bins(answers: Sequence[Answer]) -> dict[str, F64]:
    """`lsd` by harmonic bin."""
    return {
        name: np.array([answer.scores["lsd"] for answer in answers if harmonic_bin(answer.harmonic) == name])
        for name in BINS
    }


def latent(sizes: Mapping[int, Sequence[Answer]]) -> str:
    """Experiment 3: what the size of the latent does."""
    chosen = ("lsd", "param_mae", "param_accuracy")
    rows = [["latent size", *(_HEADS[metric] for metric in chosen)], ["---:"] * 4]
    for size, answers in sizes.items():
        rows.append([str(size), *(_cell(column(answers, metric)) for metric in chosen)])
    return _markdown(rows)


def _pairs(models: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for i, a in enumerate(models) for b in models[i + 1 :]]


def _cell(scores: Float64[F64, " targets"]) -> str:
    low, high = bootstrap_interval(scores, np.random.default_rng(0))
    return f"{scores.mean():.3g} [{low:.3g}, {high:.3g}]"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
