"""``synthmatch library``: build a library of rendered presets, search it by sound, say what is in it."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say, say_aside, say_json

library_app = typer.Typer(help="Build a library of rendered presets, and search it by sound.", no_args_is_help=True)

SynthOption = Annotated[str, typer.Option("--synth", help="vital, dexed, amsynth, or a plug-in's path or LV2 URI.")]


@library_app.command()
def build(
    sources: Annotated[list[Path] | None, typer.Argument(help="Preset files, and folders of them.")] = None,
    *,
    synth: SynthOption,
    output: Annotated[Path, typer.Option("-o", "--output", help="Library file to write, such as mine.npz.")],
    children: Annotated[int, typer.Option(min=0, help="Add so many crossings and mutations of the presets.")] = 0,
    generate: Annotated[int, typer.Option(min=0, help="Add so many presets of the synthesizer's generator.")] = 0,
    pitches: Annotated[str, typer.Option(help="Notes to render, with commas between.")] = "C2,C4,C6",
    seed: Annotated[int, typer.Option(min=0, help="Of children and generated presets.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Render processes; by default one a core.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace OUTPUT if it exists.")] = False,
) -> None:
    """Render presets into a library. Interrupted with Ctrl-C and run again, it goes on where it was."""
    from synthmatch.cli.claim import check_writable  # noqa: PLC0415
    from synthmatch.cli.progress import render_bar  # noqa: PLC0415
    from synthmatch.errors import InputError, OutputError  # noqa: PLC0415
    from synthmatch.library.build import build as build_library  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.library.sources import children_of, few, generated, read_presets  # noqa: PLC0415
    from synthmatch.note import parse_pitch  # noqa: PLC0415
    from synthmatch.render.pool import RenderPool  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415

    if output.exists() and not force:
        raise OutputError(f"{output} exists and is kept; use --force to replace it, or another -o")
    check_writable(output.parent)
    instrument = get_synth(synth)
    notes = tuple(parse_pitch(text) for text in pitches.split(","))
    presets, unreadable = read_presets(instrument, sources or [])
    made = list(islice(generated(instrument, seed), generate)) if generate else []
    parents = presets + made
    born = list(islice(children_of(instrument, parents, seed), children)) if children else []
    if not parents:
        raise InputError("there is nothing to build from: name preset files or folders, or give --generate")
    for line in few(unreadable):
        say_aside(f"passed over: {line}")
    source = f"{len(presets)} presets of files, {len(made)} generated, {len(born)} children, seed {seed}"
    with RenderPool(instrument, workers) as pool, render_bar() as progress:
        built = build_library(
            parents + born, pool, output, pitches=notes, source=source, force=force, progress=progress
        )
    say(
        f"{output}: {len(built.library)} presets of {instrument.title} at {len(notes)} pitches; left out "
        f"{built.duplicates} doubles, {built.silent} silent, {built.failed} failed, {len(unreadable)} unreadable files"
    )


@library_app.command()
def search(
    target: Annotated[Path, typer.Argument(help="Any audio file.")],
    synth: SynthOption,
    library: Annotated[
        list[Path] | None, typer.Option(help="A library file; the built-in one is searched too.")
    ] = None,
    number: Annotated[int, typer.Option("-n", min=1, help="Presets to list.")] = 10,
    note: Annotated[
        str | None, typer.Option(help="Note of the target, such as A2, where it is not found right.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """List the presets that sound nearest to TARGET, nearest first. Nothing is rendered."""
    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.library.builtin import libraries_for  # noqa: PLC0415
    from synthmatch.library.library import nearest_in  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415
    from synthmatch.target import load_target  # noqa: PLC0415

    space = get_synth(synth).space
    libraries = libraries_for(synth, library or [])
    if not libraries:
        raise InputError(f"there is no library for {synth}; make one with: synthmatch library build")
    sound = load_target(target, note=note)
    found = nearest_in(libraries, sound.audio, sound.note, number)
    if as_json:
        rows = [
            {"name": n.preset.name, "distance": round(n.distance, 3), "native": space.named(n.preset.native)}
            for n in found
        ]
        say_json({"target": str(target), "note": sound.note.name, "synth": synth, "nearest": rows})
        return
    searched = sum(len(library) for library in libraries)
    say(f"{target.name}, note {sound.note.name}: nearest of {searched} presets of {synth}")
    for place, neighbour in enumerate(found, 1):
        say(f"{place:>3}  {neighbour.distance:6.3f}  {neighbour.preset.name}", hang=5)


@library_app.command()
def info(
    file: Annotated[Path, typer.Argument(help="A library file.")],
    synth: Annotated[str, typer.Option(help="Of a plug-in's library: the plug-in, which is loaded.")] = "",
) -> None:
    """Say what is in a library."""
    from synthmatch.library.library import Library  # noqa: PLC0415
    from synthmatch.note import Note  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415

    if synth:
        get_synth(synth)
    library = Library.load(file)
    pitches = ", ".join(Note(pitch=pitch).name for pitch in library.index.pitches)
    say(f"synth    {library.synth}, parameter table {library.space.hash}", hang=9)
    say(f"presets  {len(library)}")
    say(f"pitches  {pitches}", hang=9)
    say(f"source   {library.source}", hang=9)
    say(f"size     {file.stat().st_size / 1e6:.1f} MB")
