"""The page of the results: the three experiments with their scale, tables and figures, in Markdown."""

from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.experiments.icassp2023 import figures, tables
from synthmatch.experiments.icassp2023.answers import BASELINES
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.experiments.icassp2023.scale import LATENT_MODEL, LATENT_SIZE, MODELS, Scale

_HEAD = """# Joint or separate: the experiments of ICASSP 2023

*Exploring Approaches to Multi-Task Automatic Synthesizer Programming* (Faronbi, Roman, Bello, ICASSP 2023), on our
synthesizers. Written by `{command}`.

Scale: {presets} presets a synthesizer with {notes} notes each, split 80/10/10 by preset; up to {epochs} epochs, ended
when validation had not improved by {tolerance:.0%} for {patience}; {seeds} seeds a model. {targets} test presets, the first note of each.
Audio: one answer a model, no search. {trained}
"""


def write_page(outcome: Outcome, scale: Scale, folder: Path, command: str) -> None:
    """Write ``icassp2023.md`` and its figures into a folder. What was not trained yet is left out."""
    methods = tables.by_model(outcome.answers, scale)
    sizes = tables.by_latent_size(outcome.answers, scale)
    targets = len(next(iter(methods.values())))
    models = sorted(outcome.answers.keys() - set(BASELINES))
    head = _HEAD.format(
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
    parts.append("![Mean lsd by synthesizer and method](icassp2023-comparison.png)\n")
    if set(MODELS) <= methods.keys():
        parts += ["### Tests\n", tables.tests(methods), "### Ratios\n", tables.ratios(methods)]
    figures.save_timbre(folder / "icassp2023-timbre.png", methods)
    parts += ["## 2. How harmonic the target is\n", tables.timbre(methods)]
    parts.append("![Mean lsd by harmonic percentage](icassp2023-timbre.png)\n")
    if len(sizes) > 1:
        figures.save_latent(folder / "icassp2023-latent.png", sizes)
        parts += [
            f"## 3. The size of the latent ({LATENT_MODEL}, seed 0; {LATENT_SIZE} elsewhere)\n",
            tables.latent(sizes),
        ]
        parts.append("![Scores by latent size](icassp2023-latent.png)\n")
    write_whole(folder / "icassp2023.md", "\n".join(parts).encode(), force=True)
