"""``synthmatch match``: recordings in, ranked presets out."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthmatch.cli.printing import say, say_aside, say_json, say_table

if TYPE_CHECKING:
    from synthmatch.params import Preset
    from synthmatch.proposers.model import TrainedModel
    from synthmatch.result import Matches
    from synthmatch.target import Target

ALL = "all"


def match(
    targets: Annotated[
        list[Path],
        typer.Argument(help="Recordings: any file that libsndfile reads; with --together folders and .sfz too."),
    ],
    synth: Annotated[
        list[str] | None,
        typer.Option(help="vital, dexed, amsynth, a plug-in's path or LV2 URI, or all that are installed. Repeatable."),
    ] = None,
    effort: Annotated[
        str | None,
        typer.Option(
            help="How long to search: quick, normal (the default) or thorough, about 2, 10 or 60 s a synthesizer. Of several"
            " each has a quick search, and those that lead the whole one."
        ),
    ] = None,
    renders: Annotated[
        int | None,
        typer.Option(
            help="In place of an effort: renders that the search of each synthesizer may spend; with 0 it renders nothing,"
            " only what is shown."
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="In place of an effort: seconds that it may take, per synthesizer.")
    ] = None,
    fair: Annotated[bool, typer.Option("--fair", help="The whole effort for every synthesizer.")] = False,
    candidates: Annotated[int, typer.Option("--candidates", "-n", help="Candidates a synthesizer.")] = 3,
    seed: Annotated[
        int, typer.Option(help="A number that fixes the random choices: the same seed gives the same presets.")
    ] = 0,
    note: Annotated[
        str | None, typer.Option(help="Pitch of the target, such as A2 or 45, where you know better.")
    ] = None,
    velocity: Annotated[
        str, typer.Option(help="MIDI velocity of the target, 1..127, or sound: the one that goes with its level.")
    ] = "100",
    hold: Annotated[float | None, typer.Option(help="Seconds for which the target's note is held.")] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Match all of a recording, also what sounds before or after its first note.")
    ] = False,
    together: Annotated[
        bool,
        typer.Option(
            "--together",
            help="The recordings are notes of one instrument, which one preset plays. Their notes are in their names, as in"
            " C3, or found.",
        ),
    ] = False,
    library: Annotated[list[Path] | None, typer.Option(help="A library of your own presets to start from.")] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a trained model, or module:Class=FOLDER, whose estimates join the library's presets (with --renders 0 they are the"
            " result)."
        ),
    ] = None,
    surrogate: Annotated[
        str, typer.Option(help="What guides the search: default, none, or the file of one of your own.")
    ] = "default",
    start: Annotated[
        list[Path] | None, typer.Option(help="A preset file whose presets the search begins with. Repeatable.")
    ] = None,
    sources: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NAME[,NAME...]",
            help="What the search begins with: drawn (from the target), library, model, yours (the --start presets), random."
            " Without it all but random.",
        ),
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option(
            help="A parameter, group (envelope) or part (op1) that keeps the value of the first --start preset, or the"
            " default. Repeatable."
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for presets, sounds and pictures.")] = Path(
        "matches"
    ),
    force: Annotated[bool, typer.Option(help="Replace files that exist.")] = False,
    workers: Annotated[int | None, typer.Option(help="Render processes (default: one a core).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Find presets that sound like a recording, with the real synthesizers, and write their files.

    For each target: a folder with the ranked candidates' native presets, their sounds, and pictures of how near they
    are. Several targets also give a bank with the best preset of each; with --together they are one target.
    """
    from synthmatch.cli.claim import claimed  # noqa: PLC0415 - keeps --help fast
    from synthmatch.cli.output import Writer  # noqa: PLC0415
    from synthmatch.cli.progress import SearchProgress  # noqa: PLC0415
    from synthmatch.library.library import Library  # noqa: PLC0415
    from synthmatch.matching import NONE, installed, surrogates_of  # noqa: PLC0415
    from synthmatch.matching import match as find  # noqa: PLC0415
    from synthmatch.models.registry import load_estimator  # noqa: PLC0415
    from synthmatch.synths.preset_files import read_presets  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415
    from synthmatch.systems.signals import uninterrupted  # noqa: PLC0415
    from synthmatch.target.several import middle_of  # noqa: PLC0415

    ids = None if not synth or ALL in synth else synth
    if ids is None and not (json or quiet):
        _say_missing()
    # before any file, which may name these and no other plug-in
    asked = installed(ids)
    estimator = load_estimator(model) if model else None
    chosen = [s.id for s in asked if ids or estimator is None or s.id in estimator.synths]
    surrogates = surrogates_of(surrogate)
    if surrogate != NONE and not (json or quiet):
        _say_unguided(chosen, surrogates)
    libraries = [Library.load(path) for path in library or []]
    first = [preset for path in start or [] for preset in read_presets(path)]
    names = _sources(sources, first, estimator)
    # every target is read before the first search, so that a mistake in the last costs no waiting
    loaded = _load(targets, note, velocity, hold, whole=whole, together=together)
    results: list[dict[str, Any]] = []
    with claimed(output):
        writer = Writer(output, [middle_of(notes).name for notes in loaded], list(map(get_synth, chosen)), force=force)
        for notes in loaded:
            written = len(results)
            try:
                with SearchProgress(middle_of(notes), show=not (json or quiet)) as progress:
                    found = find(
                        notes if together else notes[0],
                        together=together,
                        synths=chosen,
                        effort=effort,
                        renders=renders,
                        seconds=seconds,
                        fair=fair,
                        candidates=candidates,
                        seed=seed,
                        libraries=libraries,
                        model=estimator,
                        surrogate=surrogates,
                        start=first,
                        sources=names,
                        locked=lock or [],
                        workers=workers,
                        progress=progress,
                    )
                with uninterrupted():
                    results.append(writer.write(found))
                complete = found.complete
            except KeyboardInterrupt:
                if not results:
                    raise
                complete = False
            if len(results) > written:
                _say_found(found, results[-1], names, table=not json)
            if not complete:
                say_aside("interrupted: the best so far is kept")
                break
        with uninterrupted():
            banks = writer.write_banks()
    if json:
        say_json({"targets": results, "banks": [str(path) for path in banks]})
    elif banks:
        say("best of each target: " + ", ".join(str(path) for path in banks))


def _load(
    paths: Sequence[Path], note: str | None, velocity: str, hold: float | None, *, whole: bool, together: bool
) -> list["list[Target]"]:
    """The notes of each target; of one alone, or together, there is one target."""
    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.target import load_target, load_together, parse_velocity  # noqa: PLC0415

    struck = parse_velocity(velocity)
    if not together:
        return [[load_target(path, note=note, velocity=struck, hold_seconds=hold, whole=whole)] for path in paths]
    if note is not None:
        raise InputError("--note is of one recording and --together of several; put notes into files' names, as in C3")
    return [load_together(paths, velocity=struck, hold_seconds=hold, whole=whole)]


def _sources(text: str | None, start: Sequence["Preset"], model: "TrainedModel | None") -> list[str] | None:
    from synthmatch.proposers.registry import check_sources  # noqa: PLC0415

    names = None if text is None else [name.strip() for name in text.split(",")]
    check_sources(names, start=start, model=model)
    return names


def _say_missing() -> None:
    from synthmatch.synths.registry import get_synth, synth_names  # noqa: PLC0415

    for name in synth_names():
        if missing := get_synth(name).missing():
            say_aside(f"without {name}: {missing}")


def _say_unguided(synths: Collection[str], surrogates: Collection[str]) -> None:
    if unknown := [name for name in synths if name not in surrogates]:
        say_aside(f"no surrogate of {', '.join(unknown)}: renders alone guide the search")


def _say_found(found: "Matches", written: dict[str, Any], sources: Collection[str] | None, *, table: bool) -> None:
    from synthmatch.proposers.registry import random_instead  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415

    if table:
        _table(found, written)
    for id in found.renders:
        origins = {candidate.origin for candidate in found if candidate.synth == id}
        if line := random_instead(sources, get_synth(id).title, origins):
            say_aside(line)
    for line in found.failed.values():
        say_aside(line)


def _table(found: "Matches", written: dict[str, Any]) -> None:
    from synthmatch.calibration.in_domain import in_domain_text, out_of_reach_text  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415

    target = found.target
    note = f"{target.note.name}" + (f" ({target.pitch_confidence:.0%} sure)" if target.pitched else " (no clear pitch)")
    text = f": {note}, held {target.note.hold_seconds:.2f} s, velocity {target.note.velocity}"
    say(text, heading=target.name)
    for remark in target.remarks:
        say(f"  {remark}")
    rows = []
    for rank, (candidate, files) in enumerate(zip(found, written["candidates"], strict=True), 1):
        closeness = f"{candidate.closeness:.0f} %"
        word = ", ".join(filter(None, [candidate.word, candidate.level_text]))
        named = [str(rank), candidate.synth, candidate.preset.name, candidate.origin]
        each = [f"{one.closeness:.0f} %" for one in candidate.notes]
        rows.append([*named, closeness, *each, word, Path(files["preset"]).name])
    each = [one.target.note.name for one in found.best.notes]
    heads = ("", "synth", "preset", "from", "closeness", *each, "", "file")
    say_table(heads, rows, right=range(4, 5 + len(each)), keys=3)
    shares: dict[str, float] = {}
    for candidate in found:
        if candidate.in_domain_percentile is not None and candidate.synth not in found.out_of_reach:
            shares[candidate.synth] = max(candidate.in_domain_percentile, shares.get(candidate.synth, 0.0))
    for id, share in shares.items():
        say(f"  {in_domain_text(get_synth(id).title, share)}")
    for id in found.out_of_reach:
        say(f"  {out_of_reach_text(get_synth(id).title)}")
    say(f"  in {written['folder']}")
