"""What makes a surrogate better: more neighbourhoods, more training, or fewer synthesizers beside each other.

``python tools/surrogate_growth.py FAMILIES RUNS -o docs/results`` with the folder that ``synthmatch surrogate render`` made
trains a network for each line of the table, scores all of them on the same held-out neighbourhoods, prints the table and writes
``surrogate-growth.png``. What is trained is kept in RUNS, and run again it goes on; ``--part i/N`` shares the
trainings among processes.
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.features.sketch import segment_shares
from synthmatch.note import Note
from synthmatch.surrogate.inputs import SEGMENTS
from synthmatch.surrogate.surrogate import Surrogate, read_surrogates
from synthmatch.surrogate.training.data import Neighbourhoods, read_neighbourhoods
from synthmatch.surrogate.training.prepared import VALIDATION
from synthmatch.surrogate.training.train import SurrogateSettings, train_surrogate

SYNTHS = ("dexed", "amsynth", "vital")
#: Steps of a synthesizer in a network of three, and in all.
EACH, ALL = 1500, 4500
#: Held-out neighbourhoods that are scored, of those that no training sees.
SCORED = 200


class Training(NamedTuple):
    """A network: on which synthesizers, for how many steps, on which share of the neighbourhoods, beginning with which other."""

    name: str
    synths: tuple[str, ...]
    steps: int
    share: float = 1.0
    start: str | None = None


TRAININGS = [
    *(Training(f"{synth} alone", (synth,), EACH) for synth in SYNTHS),
    Training("without amsynth", ("dexed", "vital"), 2 * EACH),
    Training("amsynth added", SYNTHS, EACH, start="without amsynth"),
    Training("a quarter of the neighbourhoods", SYNTHS, ALL, 1 / 4),
    Training("half of the neighbourhoods", SYNTHS, ALL, 1 / 2),
    Training("a third of the training", SYNTHS, ALL // 3),
    Training("all three", SYNTHS, ALL),
]


def main() -> None:
    """Train what is missing, score everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("neighbourhoods", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--part", default="1/1", help="i/N: every N-th training, from the i-th on")
    arguments = parser.parse_args()
    part, parts = map(int, arguments.part.split("/"))
    for number, training in enumerate(TRAININGS):
        if number % parts == part - 1:
            train(training, arguments.neighbourhoods, arguments.runs)
            print(training.name, json.dumps(scores(training, arguments.neighbourhoods, arguments.runs)), flush=True)
    if arguments.output and all(weights(training, arguments.runs).exists() for training in TRAININGS):
        found = {training.name: scores(training, arguments.neighbourhoods, arguments.runs) for training in TRAININGS}
        print(table(found))
        draw(found, arguments.output / "surrogate-growth.png")


def weights(training: Training, runs: Path) -> Path:
    """The file of what was trained."""
    return runs / f"{training.name.replace(' ', '-')}.npz"


def train(training: Training, neighbourhoods: Path, runs: Path) -> None:
    """Train a network, unless it is there."""
    output = weights(training, runs)
    if output.exists():
        return
    folder = neighbourhoods if training.share == 1.0 else first_of(neighbourhoods, training, runs)
    start = next((weights(other, runs) for other in TRAININGS if other.name == training.start), None)
    settings = SurrogateSettings(training.steps)
    train_surrogate([folder], training.synths, runs / output.stem, output, settings, start=start)


def first_of(neighbourhoods: Path, training: Training, runs: Path) -> Path:
    """A folder with links to the first files of each synthesizer."""
    folder = runs / f"{weights(training, runs).stem}-neighbourhoods"
    for synth in training.synths:
        paths = sorted((neighbourhoods / synth).glob("neighbourhoods-*.npz"))
        (folder / synth).mkdir(parents=True, exist_ok=True)
        for path in paths[: round(len(paths) * training.share)]:
            link = folder / synth / path.name
            link.unlink(missing_ok=True)
            link.symlink_to(path.resolve())
    return folder


def scores(training: Training, neighbourhoods: Path, runs: Path) -> dict[str, dict[str, float]]:
    """By synthesizer: error of sketches in dB and cosine of changes on held-out neighbourhoods, kept beside the weights."""
    kept = weights(training, runs).with_suffix(".json")
    if not kept.exists():
        found = {
            synth: scored(surrogate, read_neighbourhoods([neighbourhoods], synth))
            for synth, surrogate in read_surrogates(weights(training, runs)).items()
        }
        kept.write_text(json.dumps(found))
    result: dict[str, dict[str, float]] = json.loads(kept.read_text())
    return result


def scored(surrogate: Surrogate, neighbourhoods: Neighbourhoods) -> dict[str, float]:
    """The measures of `training.surrogate.train.Validation`, by the numpy network that searches use."""
    shares = segment_shares(Note().samples, SEGMENTS)
    errors: list[float] = []
    directions: list[float] = []
    for row in range(0, len(neighbourhoods.pitch), VALIDATION)[:SCORED]:
        note = Note(int(neighbourhoods.pitch[row]), hold_seconds=float(neighbourhoods.hold_seconds[row]))
        ours, real = surrogate(neighbourhoods.unit[row], note).sketch, neighbourhoods.sketch[row].astype(np.float32)
        errors += list(np.abs(ours - real).mean(axis=2) @ shares)
        a, b = ((sketch[1:] - sketch[0]).reshape(len(sketch) - 1, -1) for sketch in (ours, real))
        cosines = (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1) + 1e-6)
        directions += list(cosines[np.abs(b).mean(axis=1) > 0.3])
    return {"error": float(np.mean(errors)), "direction": float(np.mean(directions))}


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Markdown, a line a training."""
    lines = [["network", *SYNTHS], ["---", *["---"] * len(SYNTHS)]]
    for name, by_synth in found.items():
        cells = (by_synth.get(synth) for synth in SYNTHS)
        lines.append([name, *(f"{c['error']:.2f} dB, {c['direction']:.3f}" if c else "" for c in cells)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def draw(found: dict[str, dict[str, dict[str, float]]], path: Path) -> None:
    """Error and cosine of changes, against neighbourhoods and against training."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 5), layout="constrained")
    panels = {
        "share of the neighbourhoods": [
            (1 / 4, "a quarter of the neighbourhoods"),
            (1 / 2, "half of the neighbourhoods"),
            (1, "all three"),
        ],
        "share of the training": [(1 / 3, "a third of the training"), (1, "all three")],
    }
    measures = {"error": "error of sketches [dB]", "direction": "cosine of changes"}
    grid = figure.subplots(len(measures), len(panels), sharex="col", sharey="row")
    for row, (measure, title) in zip(grid, measures.items(), strict=True):
        row[0].set_ylabel(title)
        for axis, (label, points) in zip(row, panels.items(), strict=True):
            shares = [share for share, _ in points]
            for synth in SYNTHS:
                axis.plot(shares, [found[name][synth][measure] for _, name in points], marker="o", label=synth)
            axis.set_xscale("log")
            axis.set_xticks(shares, [f"{share:.2g}" for share in shares])
            axis.minorticks_off()
            if measure == "direction":
                axis.set_xlabel(label)
    grid[0][0].legend()
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
