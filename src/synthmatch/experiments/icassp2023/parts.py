"""Tables of what the answers consist of and where they come from: parameter groups, other synthesizers' targets, trainings."""

from collections.abc import Mapping, Sequence

import numpy as np

from synthmatch.dataset.reader import Dataset
from synthmatch.experiments.icassp2023.answers import NEAREST, Answer
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.experiments.icassp2023.scale import LATENT_SIZE, MODELS, Scale, run_name
from synthmatch.experiments.icassp2023.tables import column, markdown
from synthmatch.metrics.groups import GroupScore, group_scores
from synthmatch.params.parameter import Group
from synthmatch.synths.registry import get_synth


def groups(outcome: Outcome, scale: Scale, synth: str) -> str:
    """Errors of a synthesizer's parameters by group: the models, means over their seeds, and the nearest neighbour.

    As the paper's experiment has it: continuous parameters by their error, categorical ones by how many are right.
    """
    methods = {NEAREST: [outcome.answers[NEAREST]]} if NEAREST in outcome.answers else {}
    for model in MODELS:
        if seeds := [outcome.answers[name] for name in scale.seeds_of(model) if name in outcome.answers]:
            methods[model] = seeds
    rows = [["group", "parameters", *(f"{name}: param_mae ↓, param_accuracy ↑" for name in methods)]]
    rows.append(["---", *["---:"] * (1 + len(methods))])
    scores = [_group_scores(outcome.dataset, synth, seeds) for seeds in methods.values()]
    for group, first in scores[0].items() if scores else ():
        counts = f"{first.continuous} continuous, {first.categorical} categorical"
        cells = [f"{_cell(one[group].param_mae)}, {_cell(one[group].param_accuracy)}" for one in scores]
        rows.append([group, counts, *cells])
    return markdown(rows)


def _group_scores(dataset: Dataset, synth: str, seeds: Sequence[Sequence[Answer]]) -> dict[Group, GroupScore]:
    """Over the targets of a synthesizer and the seeds."""
    own = [answer for answers in seeds for answer in answers if answer.synth == synth]
    test = dataset.split("test")
    truths = np.array([test.preset(answer.item).native for answer in own])
    return group_scores(truths, np.array([answer.native for answer in own]), get_synth(synth).space)


def _cell(score: float | None) -> str:
    return "-" if score is None else f"{score:.3f}"


def crossed_rows(outcome: Outcome, model: str, metric: str) -> list[list[str]]:
    """Out of domain: targets of each synthesizer, a row, answered with presets of each, a column. The first row is the head.

    On the diagonal are the model's answers with the target's own synthesizer. Empty where it was not asked across.
    """
    name = run_name(model, LATENT_SIZE, 0)
    if name not in outcome.crossed:
        return []
    synths = list(outcome.crossed[name])
    rows = [["targets of", *(f"by {synth}" for synth in synths)]]
    for maker in synths:
        cells = []
        for answerer in synths:
            answers = outcome.answers[name] if answerer == maker else outcome.crossed[name][answerer]
            cells.append(f"{column(answers, metric, maker).mean():.3g}")
        rows.append([maker, *cells])
    return rows


def crossed(outcome: Outcome, model: str, metric: str) -> str:
    """`crossed_rows` in Markdown."""
    rows = crossed_rows(outcome, model, metric)
    return markdown([rows[0], ["---", *["---:"] * (len(rows) - 1)], *rows[1:]]) if rows else ""


def trainings(epochs: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """How long each model was trained, and when validation was best."""
    rows = [["training", "epochs", "steps", "least validation loss", "at epoch"], ["---", *["---:"] * 4]]
    for name, each in epochs.items():
        if each:
            best = min(each, key=lambda epoch: epoch["loss"])
            rows.append(
                [name, f"{each[-1]['epoch']}", f"{each[-1]['step']:,}", f"{best['loss']:.5f}", f"{best['epoch']}"]
            )
    return markdown(rows)
