"""Files of JSON lines that grow while a run goes on, and ship compressed.

A run appends to ``NAME.jsonl``. `pack` moves what it holds into ``NAME.jsonl.gz``, whose lines come first when both are
read. What follows the last line end was being written when a run was killed, and counts for nothing.
"""

import gzip
import io
import zlib
from collections.abc import Iterable
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError
from synthmatch.reading import read_file

#: Of a file that is read, and of what it unpacks to; one of a synthesizer and set has up to 3 MB.
_MOST_BYTES = 100_000_000


def packed_path(path: Path) -> Path:
    """Where the compressed lines of a file are."""
    return path.with_name(f"{path.name}.gz")


def read_lines(path: Path) -> list[str]:
    """The whole lines of a file, those that are compressed first. Raises `InputError` where these are damaged."""
    contents = b""
    if (packed := packed_path(path)).exists():
        contents = _unpacked(packed)
    if path.exists():
        contents += read_file(path, _MOST_BYTES, "records")
    return contents.decode("utf-8", "replace").split("\n")[:-1]


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(io.BytesIO(read_file(path, _MOST_BYTES, "records"))) as stream:
            contents = stream.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} is damaged ({error}), expected gzip of JSON lines; restore it") from None
    if len(contents) > _MOST_BYTES:
        raise InputError(f"{path} unpacks to more than {_MOST_BYTES / 1e6:g} MB, expected records; restore it")
    return contents


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Add lines to a file; a line that was cut goes first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        if size := stream.seek(0, 2):
            stream.seek(0)
            whole = stream.read().rfind(b"\n") + 1
            if whole < size:
                stream.truncate(whole)
        for line in lines:
            stream.write(line.encode() + b"\n")


def pack(path: Path) -> None:
    """Move the lines of a file into its compressed one. The same lines give the same bytes."""
    text = "".join(f"{line}\n" for line in read_lines(path))
    write_whole(packed_path(path), gzip.compress(text.encode(), mtime=0), force=True)
    path.unlink(missing_ok=True)
