"""``synthmatch benchmark``: every method on the same targets, as a page that sums up and files of all tables."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthmatch.cli.printing import say, say_aside, say_lines

if TYPE_CHECKING:
    from synthmatch.benchmark.records import Record
    from synthmatch.benchmark.run import Setting
    from synthmatch.benchmark.targets import TargetSet
    from synthmatch.library.library import Library
    from synthmatch.render.pool import RenderPool
    from synthmatch.synths.base import Synth

PAGE = "quality.md"
#: Folder of the full tables, beside the records.
TABLES = "tables"
QUICK_TARGETS, QUICK_RENDERS = 4, 50


def benchmark(
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder of the page, tables and records.")
    ] = None,
    synth: Annotated[list[str] | None, typer.Option(help="By default all that are installed. Repeatable.")] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="held-out, people, cross, recordings, playability; by default all but people. Repeatable."
        ),
    ] = None,
    search: Annotated[list[str] | None, typer.Option(help="By default every one. Repeatable.")] = None,
    model: Annotated[list[Path] | None, typer.Option(help="Folder of a trained model. Repeatable.")] = None,
    surrogate: Annotated[
        str, typer.Option(help="What guides the search: default, none, or the file of one of your own.")
    ] = "default",
    renders: Annotated[int, typer.Option(min=16, help="Budget of a search.")] = 200,
    targets: Annotated[int | None, typer.Option(min=1, help="Only so many of a set.")] = None,
    voices: Annotated[Path | None, typer.Option(help="Packed DX7 voices for the set people.")] = None,
    seed: Annotated[int, typer.Option(help="Of every search.")] = 0,
    records: Annotated[
        Path | None, typer.Option(help="Folder of the records, where another than OUTPUT/records.")
    ] = None,
    page_only: Annotated[
        bool, typer.Option("--page-only", help="Write the page and tables from the records there are.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"{QUICK_TARGETS} targets, {QUICK_RENDERS} renders, printed, not stored.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Render processes; by default one a core.")] = None,
) -> None:
    """Score retrieval, searches and models on the same targets. Run again, it goes on.

    Needs hexter and amsynth's banks for held-out presets; fluidsynth, fluid-soundfont-gm and sonic-pi-samples for
    recordings.
    """
    from synthmatch.atomic_files import write_whole  # noqa: PLC0415
    from synthmatch.benchmark.page import full_tables, page  # noqa: PLC0415
    from synthmatch.benchmark.run import Setting  # noqa: PLC0415
    from synthmatch.benchmark.targets import SETS  # noqa: PLC0415
    from synthmatch.cli.claim import check_writable  # noqa: PLC0415 - keeps --help fast
    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.matching import installed, surrogates_of  # noqa: PLC0415
    from synthmatch.models.registry import load_estimator  # noqa: PLC0415
    from synthmatch.render.pool import RenderPool  # noqa: PLC0415
    from synthmatch.search.registry import SEARCHES  # noqa: PLC0415
    from synthmatch.systems.scratch import temporary_folder  # noqa: PLC0415

    if quick:
        with temporary_folder() as temporary:
            benchmark(
                output=temporary,
                synth=synth,
                sets=["held-out"],
                search=search,
                model=model,
                surrogate=surrogate,
                renders=QUICK_RENDERS,
                targets=QUICK_TARGETS,
                seed=seed,
                workers=workers,
            )
            ids, searches = (
                [one.id for one in installed(synth)],
                _known("--search", search or list(SEARCHES), tuple(SEARCHES)),
            )
            say_lines(page(temporary / "records", ids, searches, seed, {}))
        return
    if output is None:
        raise InputError("--output is missing, expected a folder for the page and records; or try --quick")
    chosen_sets = _known("--set", sets or [name for name in SETS if name != "people" or voices], SETS)
    searches = _known("--search", search or list(SEARCHES), tuple(SEARCHES))
    if "people" in chosen_sets and not voices:
        raise InputError("set people needs --voices FILE, packed DX7 voices of 128 bytes")
    folder = records or output / "records"
    synths = installed(synth)
    if not page_only:
        models = [load_estimator(path) for path in model or []]
        surrogates = surrogates_of(surrogate)
        check_writable(output)
        check_writable(folder)
        for one in synths:
            with RenderPool(one, workers) as pool:
                setting = Setting(pool, _library(one), searches, renders, seed, models, surrogates.get(one.id))
                for name in chosen_sets:
                    found = _targets(name, pool, targets, voices, workers)
                    _run(setting, name, found, folder)
    ids = [one.id for one in synths]
    tables = {folder / TABLES / name: text for name, text in full_tables(folder, ids, searches, seed).items()}
    for path, text in tables.items():
        write_whole(path, text.encode(), force=True)
    links = {path.name: _link(path.absolute(), output.absolute()) for path in tables}
    write_whole(output / PAGE, page(folder, ids, searches, seed, links).encode(), force=True)
    say(f"{output / PAGE}")


def _run(setting: "Setting", name: str, found: "TargetSet", folder: Path) -> None:
    """One set of targets, with a line for each method on each target."""
    from synthmatch.benchmark.page import note_silent, record_file  # noqa: PLC0415
    from synthmatch.benchmark.run import run  # noqa: PLC0415

    synth, started = setting.pool.synth.id, time.monotonic()

    def report(done: int, total: int, record: "Record") -> None:
        left = (time.monotonic() - started) / done * (total - done)
        last = list(record.scores.values())[-1]
        say_aside(
            f"{synth} {name} {done}/{total}, {left / 3600:.1f} h left: {record.target}, {record.conditions.method}, "
            f"lsd {last['lsd']:.2f}, {record.seconds:.0f} s",
        )

    note_silent(folder, synth, name, found)
    run(setting, found.targets, record_file(folder, synth, name), report)


def _library(synth: "Synth") -> "Library":
    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.library.builtin import builtin_library  # noqa: PLC0415

    library = builtin_library(synth.id)
    if library is None:
        raise InputError(f"{synth.id} has no built-in library, the benchmark starts from it; build it first")
    return library


def _targets(name: str, pool: "RenderPool", count: int | None, voices: Path | None, workers: int | None) -> "TargetSet":
    from synthmatch.benchmark import targets  # noqa: PLC0415
    from synthmatch.benchmark.playability import INSTRUMENTS, playability  # noqa: PLC0415
    from synthmatch.benchmark.recordings import recordings  # noqa: PLC0415

    if name == "held-out":
        return targets.held_out(pool, count or targets.HELD_OUT)
    if name == "people":
        assert voices is not None
        return targets.people(pool, voices, count or targets.PEOPLE)
    if name == "cross":
        return targets.cross(pool.synth, workers, -(-count // 2) if count else targets.CROSS_EACH)
    if name == "playability":
        return playability(count or len(INSTRUMENTS))
    return recordings(-(-count // 2), count // 2) if count else recordings()


def _link(path: Path, page: Path) -> str:
    """How a page names a file: from its own folder, where both are on one drive."""
    return Path(os.path.relpath(path, page)).as_posix() if path.drive == page.drive else path.as_posix()


def _known(option: str, names: list[str], known: tuple[str, ...]) -> list[str]:
    """The names. Raises `InputError` for one that is not known."""
    from synthmatch.errors import InputError  # noqa: PLC0415

    for name in names:
        if name not in known:
            raise InputError(f"{option} is {name!r}, expected one of {', '.join(known)}")
    return names
