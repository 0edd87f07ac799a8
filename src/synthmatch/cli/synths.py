"""``synthmatch synths``: what is installed, and how to get what is not."""

from typing import Annotated, Any

import typer


def synths(
    plugin: Annotated[list[str] | None, typer.Argument(help="Also look at these plug-ins (path or LV2 URI).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the synthesizers: version, parameters, preset files, and how to get what is missing."""
    from synthmatch.synths.registry import get_synth, synth_names  # noqa: PLC0415 - keeps --help fast

    rows: list[dict[str, Any]] = []
    for id in [*synth_names(), *(plugin or [])]:
        synth = get_synth(id)
        missing = synth.missing()
        rows.append(
            {
                "synth": id,
                "title": synth.title,
                "installed": missing is None,
                "version": synth.version(),
                "parameters": len(synth.space),
                "categorical": int(synth.space.categorical.sum()),
                "table": synth.space.hash,
                "files": [f.suffix for f in synth.formats],
                "missing": missing,
                "runs_on": synth.runs_on,
            }
        )
    if json:
        from json import dumps  # noqa: PLC0415

        typer.echo(dumps(rows, indent=1))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("synth", "installed", "parameters", "of these classes", "files", "table"):
        table.add_column(column)
    for row in rows:
        state = row["version"] if row["installed"] else "no"
        files = " ".join(row["files"])
        table.add_row(row["synth"], state, str(row["parameters"]), str(row["categorical"]), files, row["table"])
    console = Console()
    console.print(table)
    for row in rows:
        console.print(f"{row['synth']} runs on {row['runs_on']}", markup=False)
        if row["missing"]:
            console.print(f"{row['synth']}: {row['missing']}", markup=False)
