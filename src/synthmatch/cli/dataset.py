"""``synthmatch dataset``: make a data set for training, check that it is whole, say what is in it."""

from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say, say_aside, say_json, say_table

dataset_app = typer.Typer(help="Make a data set of rendered presets for training, and check it.", no_args_is_help=True)

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder.")]


@dataset_app.command()
def generate(
    folder: FolderArgument,
    *,
    synth: Annotated[
        list[str], typer.Option("--synth", help="vital, dexed, amsynth, or a plug-in's path or LV2 URI. Repeatable.")
    ],
    presets: Annotated[int, typer.Option(min=1, help="Rows of each synthesizer, a preset each.")] = 1000,
    notes: Annotated[
        str, typer.Option(help="Notes that each preset is rendered at, with commas between.")
    ] = "C4,C#4,D4,D#4,E4,F4,F#4,G4,G#4,A4,A#4,B4",
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    bank: Annotated[
        list[Path] | None, typer.Option(help="Preset files or folders, in place of Debian's banks. Repeatable.")
    ] = None,
    allow_random: Annotated[
        bool,
        typer.Option(
            "--allow-random", help="Breed from random presets where there are none by people, nor a generator."
        ),
    ] = False,
    shard: Annotated[
        str, typer.Option(metavar="i/N", help="Only shards i, i + N, ...: one of N processes that share the work.")
    ] = "1/1",
    workers: Annotated[int | None, typer.Option(min=1, help="Render processes; by default one a core.")] = None,
) -> None:
    """Render presets into shards. Interrupted and run again, it keeps the shards that are finished."""
    from synthmatch.cli.part import parse_part  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.cli.progress import render_bar  # noqa: PLC0415
    from synthmatch.dataset.banks import read_banks  # noqa: PLC0415
    from synthmatch.dataset.generate import generate as make  # noqa: PLC0415
    from synthmatch.dataset.spec import DatasetSpec  # noqa: PLC0415
    from synthmatch.library.sources import few, generator_of  # noqa: PLC0415
    from synthmatch.matching import installed  # noqa: PLC0415
    from synthmatch.note import parse_pitch  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415

    part = parse_part("--shard", shard)
    pitches = tuple(parse_pitch(text) for text in notes.split(","))
    synths = installed(synth)
    spec = DatasetSpec(tuple(instrument.id for instrument in synths), presets, pitches, seed=seed)
    banks = read_banks(synths, bank or [], allow_random=allow_random)
    for line in (line for found in banks.values() for line in few(found.unreadable)):
        say_aside(f"passed over: {line}")
    for id, found in banks.items():
        if found.presets:
            say_aside(f"{id}: bred from {len({preset.key() for preset in found.presets}):,} presets by people")
        else:
            say_aside(f"{id}: bred from {'its generator' if generator_of(get_synth(id)) else 'random presets'}")
    with render_bar() as progress:
        done = make(
            spec,
            folder,
            {id: found.presets for id, found in banks.items()},
            part=part,
            workers=workers,
            progress=progress,
        )
    say(
        f"{folder}: {done.made} shards made, {done.found} found finished; {done.rows} rows at {len(pitches)} pitches, "
        f"{done.left_out} left out; presets rejected: {_counts(done.rejected)}"
    )


@dataset_app.command(name="import")
def import_data(
    source: Annotated[Path, typer.Argument(metavar="FILES", help="Folder with train_mels.npy and the others.")],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The data set's folder; it goes on.")],
) -> None:
    """Make a data set of the published one of ICASSP 2023 (Zenodo 7686668): presets of Serum, Diva and TyrellN6."""
    from synthmatch.cli.progress import render_bar  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.dataset.published import import_published  # noqa: PLC0415
    from synthmatch.dataset.verify import summary  # noqa: PLC0415

    with render_bar("items") as progress:
        dataset = import_published(source, output, progress)
    for synth in dataset.spec.synths:
        found = summary(dataset, synth)
        say(f"{output}: {found.rows.total():,} items of {synth} ({_counts(found.rows)})")


@dataset_app.command()
def score(
    folder: FolderArgument,
    *,
    model: Annotated[Path, typer.Option(help="Folder of a training run, or module:Class=FOLDER.")],
    synth: Annotated[list[str] | None, typer.Option(help="Only these of the model's. Repeatable.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how well a trained model knows the presets of the test split, by parameter group; nothing is rendered.

    param_mae is the mean error of the group's continuous parameters, 0 to 1, param_accuracy the share of classes that are right.
    """
    from synthmatch.dataset.reader import Dataset  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.models.registry import model_folder, require_torch  # noqa: PLC0415

    require_torch()
    from synthmatch.models.weights import load_config, load_model  # noqa: PLC0415
    from synthmatch.training.parameter_scores import parameter_scores  # noqa: PLC0415

    where = model_folder(model)
    loaded, settings = load_model(where), load_config(where).get("settings", {})
    dataset = Dataset.open(folder, synth or loaded.synths)
    if unknown := [name for name in dataset.synths if name not in loaded.synths]:
        raise InputError(f"{where} does not know {', '.join(unknown)}, only {', '.join(loaded.synths)}")
    test = dataset.split("test")
    found = {name: parameter_scores(loaded, test, name, note=bool(settings.get("note"))) for name in dataset.synths}
    if as_json:
        say_json({name: {group: score._asdict() for group, score in of.items()} for name, of in found.items()})
        return
    for name in found:
        say(f"{name}: {len(test.examples(name)):,} test items")
    rows = [
        (name, group, str(s.continuous), _shown(s.param_mae), str(s.categorical), _shown(s.param_accuracy))
        for name, of in found.items()
        for group, s in of.items()
    ]
    heads = ("synth", "group", "continuous parameters", "param_mae", "categorical parameters", "param_accuracy")
    say_table(heads, rows, right=(2, 3, 4, 5), keys=2)


@dataset_app.command()
def verify(folder: FolderArgument) -> None:
    """List the shards that are missing or damaged, one a line; the checksum of every file is computed."""
    from synthmatch.dataset.folder import DatasetFolder  # noqa: PLC0415
    from synthmatch.dataset.verify import verify as check  # noqa: PLC0415
    from synthmatch.errors import InputError  # noqa: PLC0415

    dataset = DatasetFolder.read(folder)
    shards, problems = len(list(dataset.shards())), check(folder)
    for line in problems:
        say(line)
    if problems:
        raise InputError(
            f"{len(problems)} of {shards} shards are missing or damaged; make them with: {dataset.command()}"
        )
    say(f"{folder}: {shards} shards, all whole")


@dataset_app.command()
def info(folder: FolderArgument) -> None:
    """Say what is in a data set, finished or not."""
    from synthmatch.dataset.folder import DatasetFolder  # noqa: PLC0415
    from synthmatch.dataset.verify import summary  # noqa: PLC0415
    from synthmatch.note import Note  # noqa: PLC0415

    dataset = DatasetFolder.read(folder)
    say(f"fingerprint  {dataset.fingerprint}, seed {dataset.spec.seed}, protocol {dataset.spec.protocol}", hang=13)
    say(f"notes        {', '.join(Note(pitch=pitch).name for pitch in dataset.spec.pitches)}", hang=13)
    size = 0
    for synth, origin in dataset.origins.items():
        found = summary(dataset, synth)
        size += found.bytes
        say(f"{synth:<12} {origin.version}, parameter table {origin.table}", hang=13)
        say(f"  shards     {found.shards} of {found.of_shards}")
        say(f"  rows       {found.rows.total()} ({_counts(found.rows)}), {found.left_out} left out", hang=13)
        say(f"  made from  {_counts(found.sources)}", hang=13)
        say(f"  bank       {origin.bank or 'none'}")
        say(f"  rejected   {_counts(found.rejected)}", hang=13)
    say(f"size         {size / 1e6:.1f} MB")


def _shown(score: float | None) -> str:
    return "" if score is None else f"{score:.3f}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
