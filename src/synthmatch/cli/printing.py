"""The one door to the terminal: lines, tables, JSON, progress.

What a line says may come from a file: `text.visible` shows escape sequences and line ends as text, and nothing in it is
taken for rich's markup. A stream that is full or closed ends nothing: what is to be written is written all the same, and
`lost` says in the end what could not be printed.
"""

import io
import json
import math
import os
import sys
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import typer

from synthmatch.cli.table import table_lines, wrapped
from synthmatch.text import one_line, utf8, visible

if TYPE_CHECKING:
    from rich.progress import Progress

#: Columns that a line of progress with its bar needs.
_WIDE = 80
#: How long a pipe that takes nothing at once, and does not wait either, is left alone.
_FULL_PIPE_SECONDS = 0.01


class _Descriptor(io.FileIO):
    """A descriptor that takes everything; `lost` is why it passes nothing on, ``""`` where nobody reads it."""

    lost: str | None = None

    def write(self, data: Any, /) -> int:
        """Write what can be written; the rest is gone."""
        while self.lost is None:
            try:
                written: int | None = super().write(data)
                if written is not None:
                    return written
                time.sleep(_FULL_PIPE_SECONDS)
            except BrokenPipeError:
                self.lost = ""  # who read it had enough
            except OSError as error:
                self.lost = error.strerror or str(error)
        return len(memoryview(data).cast("B"))


def open_streams() -> None:
    """Put streams that outlast a full disk and a closed pipe in the place of standard output and error.

    A stream that somebody else has put there stays.
    """
    # a descriptor that was closed would be the next file's that is opened
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    for name, number in (("stdout", 1), ("stderr", 2)):
        before = getattr(sys, name)
        if before is not getattr(sys, f"__{name}__"):
            continue
        raw = _Descriptor(number, "w", closefd=False)
        encoding = before.encoding if before else "utf-8"
        stream = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding, "backslashreplace", line_buffering=number == 2 or raw.isatty()
        )
        setattr(sys, name, stream)


def lost() -> str:
    """Why something that was to be printed, and somebody was there to read it, was not; ``""`` where all was."""
    found = ""
    for stream in (sys.stderr, sys.stdout):
        stream.flush()
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        found = getattr(raw, "lost", None) or found
    return found


def say(line: str, *, heading: str = "", hang: int = 2) -> None:
    """Print a line; `heading` comes before it, in bold letters. Where it does not fit, its rest is indented by `hang`."""
    start = visible(heading)
    text = wrapped(start + visible(line), hang)
    if start and text.startswith(start):
        text = typer.style(start, bold=True) + text.removeprefix(start)
    typer.echo(text)


def say_aside(line: str) -> None:
    """Print a line on standard error: what is not the answer."""
    typer.echo(visible(line), err=True)


def say_problem(text: str) -> None:
    """Print an error or a warning, with the program's name before it: one line of bounded length."""
    typer.echo(one_line(f"synthmatch: {text}"), err=True)


def say_lines(text: str) -> None:
    """Print a text of several lines."""
    for line in text.splitlines():
        say(line)


def say_json(value: Any) -> None:
    """Print JSON."""
    typer.echo(json_text(value))


def json_text(value: Any) -> str:
    """JSON that every parser takes, in ASCII: bytes of names that are not UTF-8 are escapes, what is no number is null."""
    return json.dumps(_plain(value), indent=1, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, str):
        return utf8(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def say_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = (), keys: int = 1
) -> None:
    """Print a table, as `table.table_lines` lays it out."""
    shown = [[visible(cell) for cell in row] for row in rows]
    lines = list(table_lines(heads, shown, right, keys))
    # heads stand above the rows, not where each row has lines of its own
    bold = any(heads) and len(lines) == len(rows) + 1
    for number, line in enumerate(lines):
        typer.echo(typer.style(line, bold=True) if bold and number == 0 else line)


def progress(wide: Sequence[Any], narrow: Sequence[Any], *, show: bool) -> "Progress":
    """Progress bars on standard error, where that is a terminal; gone when they end. Names in them are `visible`.

    `narrow` are the columns of a terminal with less than 80.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True)
    columns = wide if console.width >= _WIDE else narrow
    return Progress(*columns, console=console, transient=True, disable=not (show and console.is_terminal))
