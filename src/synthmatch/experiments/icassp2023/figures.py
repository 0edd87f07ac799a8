"""The figures of the three experiments, as PNG."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from synthmatch.atomic_files import write_whole
from synthmatch.benchmark.statistics import bootstrap_interval
from synthmatch.experiments.icassp2023.answers import Answer
from synthmatch.experiments.icassp2023.tables import column, in_bins, synths_of
from synthmatch.fonts import prepare_matplotlib
from synthmatch.metrics import BINS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_comparison(path: Path, methods: Mapping[str, Sequence[Answer]]) -> None:
    """Experiment 1: bars of mean `lsd` by synthesizer, with their intervals."""
    synths = synths_of(methods)
    figure = _figure(9.0)
    axis = figure.subplots()
    width = 0.8 / len(methods)
    for place, (name, answers) in enumerate(methods.items()):
        scores = [column(answers, "lsd", synth) for synth in synths]
        means = [values.mean() for values in scores]
        spread = np.abs(np.array([bootstrap_interval(v, np.random.default_rng(0)) for v in scores]).T - means)
        axis.bar(np.arange(len(synths)) + place * width, means, width, yerr=spread, label=name, capsize=2)
    axis.set_xticks(np.arange(len(synths)) + 0.4 - width / 2, synths)
    axis.set_ylabel("lsd [dB], lower is better")
    axis.legend(fontsize=8, ncols=2)
    _save(figure, path)


def save_timbre(path: Path, methods: Mapping[str, Sequence[Answer]]) -> None:
    """Experiment 2: mean `lsd` against the harmonic percentage of the target."""
    figure = _figure(7.0)
    axis = figure.subplots()
    for name, answers in methods.items():
        binned = in_bins(answers)
        filled = [(place, scores.mean()) for place, scores in enumerate(binned.values()) if len(scores)]
        axis.plot(*zip(*filled, strict=True), marker="o", label=name)
    axis.set_xticks(range(len(BINS)), BINS)
    axis.set_xlabel("harmonic percentage of the target")
    axis.set_ylabel("lsd [dB], lower is better")
    axis.legend(fontsize=8)
    _save(figure, path)


def save_latent(path: Path, sizes: Mapping[int, Sequence[Answer]]) -> None:
    """Experiment 3: `lsd`, continuous error and categorical accuracy against the size of the latent."""
    figure = _figure(10.0)
    titles = {"lsd": "lsd [dB] ↓", "param_mae": "continuous error ↓", "param_accuracy": "categorical accuracy ↑"}
    for axis, (metric, title) in zip(figure.subplots(1, 3), titles.items(), strict=True):
        for synth in synths_of({"": next(iter(sizes.values()))}):
            axis.plot(list(sizes), [column(a, metric, synth).mean() for a in sizes.values()], marker="o", label=synth)
        axis.set_xscale("log", base=2)
        axis.set_xlabel("latent size")
        axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8)
    _save(figure, path)


def _figure(width: float) -> "Figure":
    prepare_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - half a second to load
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, 3.6), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _save(figure: "Figure", path: Path) -> None:
    buffer = io.BytesIO()
    # no version of matplotlib in the file: the same answers give the same bytes
    figure.savefig(buffer, format="png", metadata={"Software": ""})
    write_whole(path, buffer.getvalue(), force=True)
