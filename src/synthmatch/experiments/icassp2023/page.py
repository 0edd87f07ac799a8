"""The page of the results: the experiments with their scale, tables and figures, in Markdown."""

from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.experiments.icassp2023 import figures, tables
from synthmatch.experiments.icassp2023.answers import BASELINES
from synthmatch.experiments.icassp2023.parts import crossed, groups, trainings
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.experiments.icassp2023.scale import LATENT_MODEL, LATENT_SIZE, MODELS, Scale

_HEAD = """# Joint or separate: the experiments of ICASSP 2023

*Exploring Approaches to Multi-Task Automatic Synthesizer Programming* (Faronbi, Roman, Bello, ICASSP 2023), on our
synthesizers. Written by `{command}`.

{warning}| presets a synthesizer | notes of each | split, by preset | epochs at most | ended without {tolerance:.0%} better validation for | seeds a model | targets |
| ---: | ---: | --- | ---: | ---: | ---: | ---: |
| {presets} | {notes} | 80/10/10 | {epochs} | {patience} | {seeds} | {targets} test presets, the first note of each |

Audio: one answer a model, no search. {trained}

Numbers are means over the targets, of a model over its seeds too; brackets are their 95 % bootstrap intervals. The rows that need no model: the
target's own preset rendered again (noise floor), a random preset of the training split, its medoid, and the training preset whose spectrogram is
nearest. `j-j-blind` is J-J without a mask, `j-j-even` J-J with every synthesizer counted alike. `lsd` and `mss` are spectral distances in dB,
`lsd_icassp2023` is the paper's, without a unit; `param_mae` is the mean error of continuous parameters, of 1, and `param_accuracy` the share of
classes that are right. Tests: one-way analysis of variance over the models, and for two of them the mean difference, the share of targets on
which the first is better (equal ones count for neither), and the p-value of a paired Wilcoxon test.

Closeness says how much of the way an answer has gone from nothing in common with the target to the synthesizer's own noise floor. By `lsd`
silence, 80 dB or more below everything, is near to short and quiet sounds. So both have rows here, and `lsd` alone is no proof. Silent
answers are those more than 30 dB below their targets.
"""

_QUICK = """**A quick run: it shows that every part works, and its numbers mean nothing.**

"""

_PUBLISHED = """The paper's 86.8, 72.9 and 74.2 are of Serum, Diva and TyrellN6, and its code takes logarithms of memory that was never
written where a bin is empty. So neither column can be compared with them, only the ratios of two models can.
"""


_CROSSED = """## 5. Out of domain: every decoder answers every target

Means over all targets of a row's synthesizer, seed 0. On the diagonal a synthesizer answers its own.
"""

_TRAININGS = """Losses compare the epochs of one model. Those of two models do not compare: each counts parameters in its own way.
"""


def write_page(outcome: Outcome, scale: Scale, folder: Path, command: str) -> None:
    """Write ``icassp2023.md`` and its figures into a folder. What was not trained yet is left out."""
    methods = tables.by_model(outcome.answers, scale)
    sizes = tables.by_latent_size(outcome.answers, scale)
    targets = len(next(iter(methods.values())))
    models = [name for name in outcome.answers if name not in BASELINES]
    head = _HEAD.format(
        warning=_QUICK if scale.tries_only else "",
        command=command,
        presets=f"{scale.presets:,}",
        notes=len(scale.pitches),
        epochs=scale.epochs,
        patience=scale.patience,
        tolerance=scale.tolerance,
        seeds=scale.seeds,
        targets=targets,
        trained=f"Trained and answered so far: {', '.join(models) or 'none'}.",
    )
    parts = [head, "## 1. Does sharing help?\n"]
    for synth in tables.synths_of(methods):
        parts.append(f"### Targets of {synth}\n\n{tables.comparison(methods, synth)}")
    figures.save_comparison(folder / "icassp2023-comparison.png", methods)
    parts.append(_picture("comparison"))
    if set(MODELS) <= methods.keys():
        for metric in tables.COMPARED:
            parts += [f"### Tests by {metric}\n", tables.tests(methods, metric)]
        parts += ["### Ratios\n", tables.ratios(outcome.answers, scale)]
        parts += ["### Beside the paper's means\n", tables.published(methods), _PUBLISHED]
    figures.save_timbre(folder / "icassp2023-timbre.png", methods)
    parts += ["## 2. How harmonic the target is\n", "Closeness in per cent:\n", tables.timbre(methods, "closeness")]
    parts += ["`lsd` in dB:\n", tables.timbre(methods, "lsd")]
    parts.append(_picture("timbre"))
    if len(sizes) > 1:
        figures.save_latent(folder / "icassp2023-latent.png", sizes)
        parts += [
            f"## 3. The size of the latent ({LATENT_MODEL}, seed 0; {LATENT_SIZE} elsewhere)\n",
            tables.latent(sizes),
        ]
        parts.append(_picture("latent"))
    parts.append(
        "## 4. Which parameters are known\n\nThe paper's models and the nearest neighbour, on the targets of each synthesizer.\n"
    )
    for synth in tables.synths_of(methods)[1:]:
        parts.append(f"### Parameters of {synth}\n\n{groups(outcome, scale, synth)}")
    if outcome.crossed:
        parts.append(_CROSSED)
        for model in MODELS:
            for metric, title in (("closeness", "closeness in per cent"), ("mss", "`mss` in dB")):
                if table := crossed(outcome, model, metric):
                    parts.append(f"### {model}, {title}\n\n{table}")
    if any(outcome.epochs.values()):
        figures.save_trainings(folder / "icassp2023-trainings.png", outcome.epochs)
        parts += ["## 6. How long the models were trained\n", _TRAININGS, trainings(outcome.epochs)]
        parts.append(_picture("trainings"))
    write_whole(folder / "icassp2023.md", "\n".join(parts).encode(), force=True)


def _picture(name: str) -> str:
    return f"![{figures.FIGURES[name]}](icassp2023-{name}.png)\n"
