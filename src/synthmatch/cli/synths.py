"""``synthmatch synths``: what is installed, and how to get what is not."""

from typing import Annotated, Any

import typer

from synthmatch.cli.printing import say, say_json, say_table


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
        say_json(rows)
        return
    cells = [
        [
            row["synth"],
            row["version"] if row["installed"] else "no",
            str(row["parameters"]),
            str(row["categorical"]),
            " ".join(row["files"]),
            row["table"],
        ]
        for row in rows
    ]
    say_table(("synth", "installed", "parameters", "of these classes", "files", "table"), cells)
    for row in rows:
        say(f"{row['synth']} runs on {row['runs_on']}")
        if row["missing"]:
            say(f"{row['synth']}: {row['missing']}")
