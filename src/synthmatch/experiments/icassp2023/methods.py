"""The rows of the tables: every method with its answers, a model's being the means over its seeds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthmatch.experiments.icassp2023.answers import BASELINES, METRICS, Answer, means
from synthmatch.experiments.icassp2023.scale import LATENT_MODEL, LATENT_SIZE, MODELS, Scale, run_name
from synthmatch.metrics import BINS, harmonic_bin

#: Synthesizer and item.
Target = tuple[str, int]
#: In place of a synthesizer or a bin: all of them.
ALL = ""


@dataclass(frozen=True)
class Scored:
    """A method as the tables name it, over how many seeds (None: it is not trained), and its answers."""

    name: str
    seeds: int | None
    answers: Mapping[Target, Answer]


def scored_methods(answers: Mapping[str, Sequence[Answer]], scale: Scale) -> list[Scored]:
    """The baselines and the models that have answers, in the order of tables."""
    found = []
    models = [(model, LATENT_SIZE) for model in MODELS]
    models += [(LATENT_MODEL, size) for size in sorted(scale.latent_sizes) if size != LATENT_SIZE]
    wanted = [(name, [name]) for name in BASELINES]
    for model, size in models:
        runs = [run_name(model, size, seed) for seed in range(scale.seeds)]
        wanted.append((f"{model.upper()}, latent {size}", runs))
    wanted += [(model, [run_name(model, LATENT_SIZE, 0)]) for model in scale.models if model not in MODELS]
    for name, runs in wanted:
        if here := [answers[run] for run in runs if run in answers]:
            of_target: dict[Target, list[Answer]] = {}
            for answer in (answer for one in here for answer in one):
                of_target.setdefault((answer.synth, answer.item), []).append(answer)
            seeds = None if name in BASELINES else len(here)
            found.append(Scored(name, seeds, {target: means(several) for target, several in of_target.items()}))
    return found


def mean_rows(methods: Sequence[Scored], synths: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Mean scores of each method over all targets, those of a synthesizer, of a bin, and of both, where there are any."""
    for synth in (ALL, *synths):
        for name in (ALL, *BINS):
            for method in methods:
                chosen = [
                    answer
                    for answer in method.answers.values()
                    if synth in (ALL, answer.synth) and name in (ALL, harmonic_bin(answer.harmonic))
                ]
                if chosen:
                    yield {"method": method.name, "seeds": method.seeds, "synth": synth, "bin": name} | {
                        "targets": len(chosen),
                        "scores": {metric: _mean(chosen, metric) for metric in METRICS},
                        "silent": float(100 * np.mean([answer.silent for answer in chosen])),
                    }


def _mean(answers: Sequence[Answer], metric: str) -> float | None:
    """Mean score, None where what no preset made has none of presets."""
    scores = [answer.scores[metric] for answer in answers if metric in answer.scores]
    return float(np.mean(scores)) if scores else None


def target_rows(methods: Sequence[Scored]) -> Iterator[dict[str, Any]]:
    """A row a target with the closeness in per cent of each method, None where it has no answer, and which are silent."""
    targets = {target: answer for method in methods for target, answer in method.answers.items()}
    for target, answer in targets.items():
        answers = [method.answers.get(target) for method in methods]
        yield {
            "target": answer.target,
            "synth": answer.synth,
            "harmonic": answer.harmonic,
            "bin": harmonic_bin(answer.harmonic),
            "closeness": [None if one is None else one.scores["closeness"] for one in answers],
            "silent": [one is not None and one.silent for one in answers],
        }
