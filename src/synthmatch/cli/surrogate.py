"""``synthmatch surrogate``: render what a surrogate learns from, and train it."""

from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say

surrogate_app = typer.Typer(
    help="Train what predicts a synthesizer's sound, with which a search chooses what it renders.",
    no_args_is_help=True,
)

SynthOption = Annotated[
    list[str], typer.Option("--synth", help="vital, dexed, amsynth, or a plug-in's path or LV2 URI. Repeatable.")
]


@surrogate_app.command()
def render(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the renders; it goes on.")],
    *,
    synth: SynthOption,
    neighbourhoods: Annotated[
        int, typer.Option(min=1, help="Neighbourhoods of each synthesizer, of 8 presets each.")
    ] = 10_000,
    library: Annotated[
        list[Path] | None, typer.Option(help="Libraries near which presets are made, in place of the built-in.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Render processes; by default one a core.")] = None,
) -> None:
    """Render neighbourhoods of presets near those of a library. Interrupted and run again, it keeps what is finished."""
    from synthmatch.cli.progress import render_bar  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.library.builtin import builtin_library  # noqa: PLC0415
    from synthmatch.library.library import Library  # noqa: PLC0415
    from synthmatch.matching import installed  # noqa: PLC0415
    from synthmatch.render.pool import RenderPool  # noqa: PLC0415
    from synthmatch.surrogate.training.data import render_neighbourhoods  # noqa: PLC0415

    instruments = installed(synth)
    named = {found.synth: found for found in map(Library.load, library or [])}
    for instrument in instruments:
        near = named.get(instrument.id) or builtin_library(instrument.id)
        if near is None:
            raise InputError(
                f"no library of {instrument.id}; make one with synthmatch library build, give it with --library"
            )
        with RenderPool(instrument, workers) as pool, render_bar() as progress:
            made = render_neighbourhoods(near, pool, folder, neighbourhoods, seed, progress)
        say(f"{folder}: {made} neighbourhoods of {instrument.id}")


@surrogate_app.command()
def train(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders that `synthmatch surrogate render` made.")
    ],
    *,
    synth: SynthOption,
    output: Annotated[Path, typer.Option("-o", "--output", help="File of the weights, .npz.")],
    run: Annotated[Path, typer.Option(help="Folder of checkpoints and metrics; a run that was begun goes on.")],
    start: Annotated[
        Path | None, typer.Option("--from", help="File of weights to begin with; other synthesizers may join it.")
    ] = None,
    steps: Annotated[int, typer.Option(help="Of 32 neighbourhoods each.")] = 20_000,
    width: Annotated[int, typer.Option(help="Width of the layers.")] = 640,
    blocks: Annotated[int, typer.Option(help="Residual blocks of two layers.")] = 3,
    seed: Annotated[int, typer.Option(help="Of the first weights and the order of the data.")] = 0,
    device: Annotated[str, typer.Option(help="cpu or cuda; by default a GPU where there is one.")] = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Train a surrogate of one or more synthesizers. Interrupted and run again, it goes on."""
    from synthmatch.cli.claim import check_writable, claimed  # noqa: PLC0415
    from synthmatch.cli.progress import training_bar  # noqa: PLC0415
    from synthmatch.models.registry import require_torch  # noqa: PLC0415

    require_torch()
    from synthmatch.surrogate.training.train import SurrogateSettings, train_surrogate  # noqa: PLC0415

    settings = SurrogateSettings(steps, width, blocks, seed=seed)
    check_writable(output.parent)
    with claimed(run), training_bar(show=not quiet) as report:
        scores = train_surrogate(folders, synth, run, output, settings, report, start, device)
    for name, score in scores.items():
        say(
            f"{output}: {name}, error {score.error:.2f} dB (mean sketch {score.constant:.2f}), "
            f"direction of changes {score.direction:.2f}"
        )
