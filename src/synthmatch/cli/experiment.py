"""``synthmatch experiment``: published experiments, repeated whole."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say, say_aside


def experiment(
    name: Annotated[str, typer.Argument(help="icassp2023.")],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of data, trainings and results; it goes on.")],
    synth: Annotated[list[str] | None, typer.Option(help="By default all that are installed. Repeatable.")] = None,
    presets: Annotated[int | None, typer.Option(min=1, help="Presets a synthesizer.")] = None,
    notes: Annotated[str | None, typer.Option(help="Notes of each preset, with commas between.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Trainings of each model.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs at most.")] = None,
    latent_sizes: Annotated[str | None, typer.Option(help="Latent sizes to compare, with commas between.")] = None,
    others: Annotated[
        str | None, typer.Option(help="Models to train beside the paper's three, with commas between.")
    ] = None,
    targets: Annotated[int | None, typer.Option(min=1, help="Test presets a synthesizer that are answered.")] = None,
    records: Annotated[
        Path | None, typer.Option(help="Folder of the answers, where another than OUTPUT/answers.")
    ] = None,
    allow_random: Annotated[
        bool,
        typer.Option(
            "--allow-random", help="Breed from random presets where there are none by people, nor a generator."
        ),
    ] = False,
    part: Annotated[
        str | None,
        typer.Option(
            metavar="i/N", help="Only train models i, i + N, ..., of a data set that is there: one of N processes."
        ),
    ] = None,
    at_most: Annotated[int | None, typer.Option(min=0, help="Train only so many models this time.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The whole path in minutes; its numbers mean nothing.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Render processes; by default one a core.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda; by default a GPU where there is one.")] = "",
) -> None:
    """Repeat a published experiment: data set, trainings, answers, tables, figures and a page. Run again, it goes on."""
    from dataclasses import replace  # noqa: PLC0415 - keeps --help fast
    from typing import Any  # noqa: PLC0415

    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.matching import installed  # noqa: PLC0415
    from synthmatch.models.registry import model_class, require_torch  # noqa: PLC0415
    from synthmatch.note import parse_pitch  # noqa: PLC0415

    if name != "icassp2023":
        raise InputError(f"experiment is {name!r}, expected icassp2023")
    require_torch()
    from synthmatch.cli.claim import check_writable  # noqa: PLC0415
    from synthmatch.cli.part import parse_part  # noqa: PLC0415
    from synthmatch.cli.progress import render_bar, training_bar  # noqa: PLC0415
    from synthmatch.experiments.icassp2023.page import write_page  # noqa: PLC0415
    from synthmatch.experiments.icassp2023.report import write_report  # noqa: PLC0415
    from synthmatch.experiments.icassp2023.run import Report, run, train_part  # noqa: PLC0415
    from synthmatch.experiments.icassp2023.scale import QUICK, Scale  # noqa: PLC0415
    from synthmatch.training.loop import usable_device  # noqa: PLC0415

    asked: dict[str, Any] = {"presets": presets, "seeds": seeds, "epochs": epochs, "targets": targets}
    asked["latent_sizes"] = _sizes(latent_sizes) if latent_sizes else None
    asked["pitches"] = tuple(parse_pitch(text) for text in notes.split(",")) if notes else None
    asked["others"] = tuple(others.split(",")) if others else None
    for other in asked["others"] or ():
        model_class(other)
    scale = replace(QUICK if quick else Scale(), **{key: value for key, value in asked.items() if value is not None})
    usable_device(device)
    check_writable(output)
    with render_bar() as rendering, training_bar() as training:
        report = Report(say_aside, rendering, training)
        if part:
            train_part(scale, output, parse_part("--part", part), report, device=device)
            return
        outcome = run(
            scale,
            installed(synth),
            output,
            records or output / "answers",
            report,
            workers=workers,
            device=device,
            at_most=at_most,
            allow_random=allow_random,
        )
    write_page(outcome, scale, output, " ".join(["synthmatch", *sys.argv[1:]]))
    write_report(outcome, scale, output / "report.html", workers)
    say(
        f"{output / 'icassp2023.md'}, report.html: {len(outcome.answers)} methods on {scale.targets} targets a synthesizer"
    )


def _sizes(text: str) -> tuple[int, ...]:
    """Numbers with commas between. Raises `InputError`."""
    from synthmatch.errors import InputError  # noqa: PLC0415

    parts = text.split(",")
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise InputError(
            f"--latent-sizes is {text!r}, expected whole numbers from 1 with commas between, such as 2,8,64"
        )
    return tuple(map(int, parts))
