"""Files from outside, read under a bound.

A path that a user or a file names may be a folder, a pipe that never ends, a device, or larger than memory. Nothing is
read before that is known.
"""

import os
import stat
import warnings
from pathlib import Path

from synthmatch.errors import InputError, InputWarning


def read_file(path: Path, most_bytes: int, expected: str, error: type[InputError] = InputError) -> bytes:
    """The contents of a file of at most `most_bytes`. `expected` says in messages what was asked for ("a preset file").

    Raises `error` for a path that is missing, a folder, a pipe, socket or device, larger than `most_bytes`, or that the
    system refuses.
    """
    try:
        with os.fdopen(_descriptor(path), "rb") as file:
            kind = os.fstat(file.fileno())
            if not stat.S_ISREG(kind.st_mode):
                raise error(f"{path} is a {_kind(kind.st_mode)}, expected {expected}; name a file")
            contents = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise error(f"{path} does not exist, expected {expected}; check the name") from None
    except (OSError, ValueError) as refused:
        if path.is_dir():  # Windows calls it a lack of rights
            raise error(f"{path} is a folder, expected {expected}; name one of its files") from None
        reason = getattr(refused, "strerror", None) or refused
        raise error(f"cannot read {path}: {reason}; expected {expected}") from None
    if len(contents) > most_bytes:
        raise error(
            f"{path} is larger than {most_bytes / 1e6:g} MB, expected {expected}; it may be another kind of file"
        )
    return contents


def warn(message: str) -> None:
    """Say that a file was read although something in it is wrong: one line, what was found and what was done with it."""
    warnings.warn(message, InputWarning, stacklevel=2)


def _descriptor(path: Path) -> int:
    """Open for reading without waiting: a pipe that nobody writes to would be opened for ever."""
    return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "folder"
    return "pipe or socket" if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else "device"
