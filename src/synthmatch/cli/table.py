"""Text and tables for the width there is: where a table does not fit, each row takes some lines of its own.

Where nobody looks (a pipe, a file), a line is as long as it needs to be, so that programs find each row in one line.
"""

import os
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterator, Sequence

from rich.cells import cell_len

#: Between two columns; one space where two do not fit.
_GAPS = ("  ", " ")
_INDENT = "  "


def columns() -> int | None:
    """Width of the terminal, or as COLUMNS says; None where there is none."""
    if os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, 20)
    return None


def wrapped(text: str, hang: int) -> str:
    """A text in lines of the width there is, all but the first indented by `hang`; a word is never cut."""
    width = columns()
    if width is None:
        return text
    return textwrap.fill(text, width, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False)


def table_lines(
    heads: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int], keys: int
) -> Iterator[str]:
    """Lines of a table, its heads first where it has any and it fits; the columns of `right`, from 0, are on the right.

    Heads take two lines where one is too long: their last words are in the second. In lines of its own, a row begins with
    its first `keys` cells; the others follow with their heads, by commas.
    """
    width = columns()
    for head_lines in ([heads], list(zip(*(_in_two(head) for head in heads), strict=True))):
        widths = [max(map(cell_len, column)) for column in zip(*head_lines, *rows, strict=True)]
        gap = next((g for g in _GAPS if width is None or sum(widths) + len(g) * (len(widths) - 1) <= width), None)
        if gap is not None:
            break
    if gap is None:
        for row in rows:
            yield wrapped(" ".join(filter(None, row[:keys])), len(_INDENT))
            rest = [f"{head} {cell}".strip() for head, cell in zip(heads[keys:], row[keys:], strict=True) if cell]
            yield _packed(rest, width or 0)
        return
    for row in [*head_lines, *rows] if any(heads) else rows:
        cells = []
        for column, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            space = " " * (wide - cell_len(cell))
            cells.append(space + cell if column in right else cell + space)
        yield gap.join(cells).rstrip()


def _in_two(head: str) -> tuple[str, str]:
    first, _, last = head.rpartition(" ")
    return first, last


def _packed(parts: Sequence[str], width: int) -> str:
    """Parts with commas between, broken between them where a line is full, and within one only where it fills a line."""
    lines = [""]
    for number, part in enumerate(parts):
        text = part + ("," if number < len(parts) - 1 else "")
        if lines[-1] and cell_len(f"{_INDENT}{lines[-1]} {text}") > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {text}".strip()
    wrap = textwrap.TextWrapper(
        width,
        initial_indent=_INDENT,
        subsequent_indent=2 * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(map(wrap.fill, lines))
