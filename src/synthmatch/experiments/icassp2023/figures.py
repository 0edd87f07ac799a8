"""The figures of the experiments, as PNG."""

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
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The figures by name, and what each shows.
FIGURES = {
    "comparison": "Mean closeness and lsd by synthesizer and method",
    "timbre": "Mean closeness and lsd by the harmonic percentage of the target",
    "latent": "Scores by the size of the latent",
    "trainings": "Validation loss by steps",
}
#: What figures show of methods: what people are shown, and the paper's kind of distance.
_TITLES = {"closeness": "closeness [%], higher is better", "lsd": "lsd [dB], lower is better"}


def save_comparison(path: Path, methods: Mapping[str, Sequence[Answer]]) -> None:
    """Experiment 1: bars of mean closeness and `lsd` by synthesizer, with their intervals."""
    synths = synths_of(methods)
    figure = _figure(9.0, 7.0)
    width = 0.8 / len(methods)
    for axis, (metric, title) in zip(figure.subplots(2, 1), _TITLES.items(), strict=True):
        for place, (name, answers) in enumerate(methods.items()):
            scores = [column(answers, metric, synth) for synth in synths]
            means = [values.mean() for values in scores]
            spread = np.abs(np.array([bootstrap_interval(v, np.random.default_rng(0)) for v in scores]).T - means)
            places = np.arange(len(synths)) + place * width
            axis.bar(places, means, width, yerr=spread, label=name, capsize=2, color=_colour(place))
        axis.set_xticks(np.arange(len(synths)) + 0.4 - width / 2, synths)
        axis.set_ylabel(title)
    _save(figure, path, axis)


def save_timbre(path: Path, methods: Mapping[str, Sequence[Answer]]) -> None:
    """Experiment 2: mean closeness and `lsd` against the harmonic percentage of the target."""
    figure = _figure(10.0, 4.4)
    for axis, (metric, title) in zip(figure.subplots(1, 2), _TITLES.items(), strict=True):
        for place, (name, answers) in enumerate(methods.items()):
            binned = in_bins(answers, metric)
            filled = [(number, scores.mean()) for number, scores in enumerate(binned.values()) if len(scores)]
            axis.plot(*zip(*filled, strict=True), marker="o", label=name, color=_colour(place))
        axis.set_xticks(range(len(BINS)), BINS)
        axis.set_xlabel("harmonic percentage of the target")
        axis.set_ylabel(title)
    _save(figure, path, axis)


def save_trainings(path: Path, epochs: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    """Validation loss of each training against its steps."""
    figure = _figure(9.0, 4.8)
    axis = figure.subplots()
    for place, (name, each) in enumerate(epochs.items()):
        steps, losses = [epoch["step"] for epoch in each], [epoch["loss"] for epoch in each]
        axis.plot(steps, losses, marker=".", label=name, color=_colour(place))
    axis.set_xlabel("steps")
    axis.set_ylabel("validation loss, lower is better")
    _save(figure, path, axis)


def save_latent(path: Path, sizes: Mapping[int, Sequence[Answer]]) -> None:
    """Experiment 3: closeness, `lsd`, continuous error and categorical accuracy against the size of the latent."""
    figure = _figure(12.0)
    titles = {"closeness": "closeness [%] ↑", "lsd": "lsd [dB] ↓"}
    titles |= {"param_mae": "continuous error ↓", "param_accuracy": "categorical accuracy ↑"}
    for axis, (metric, title) in zip(figure.subplots(1, 4), titles.items(), strict=True):
        for synth in synths_of({"": next(iter(sizes.values()))}):
            axis.plot(list(sizes), [column(a, metric, synth).mean() for a in sizes.values()], marker="o", label=synth)
        axis.set_xscale("log", base=2)
        axis.set_xlabel("latent size")
        axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8)
    _save(figure, path)


def _figure(width: float, height: float = 3.6) -> "Figure":
    prepare_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - half a second to load
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _colour(place: int) -> tuple[float, float, float, float]:
    """Of a method; twenty have one each."""
    from matplotlib import colormaps  # noqa: PLC0415

    colour: tuple[float, float, float, float] = colormaps["tab20"](place % 20)
    return colour


def _save(figure: "Figure", path: Path, axis: "Axes | None" = None) -> None:
    """Write a figure; the legend of `axis` is below it, where it covers nothing."""
    if axis:
        figure.legend(*axis.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
    buffer = io.BytesIO()
    # no version of matplotlib in the file: the same answers give the same bytes
    figure.savefig(buffer, format="png", metadata={"Software": ""})
    write_whole(path, buffer.getvalue(), force=True)
