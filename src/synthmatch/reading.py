"""Files from outside, read under a bound.

A path that a user or a file names may be a folder, a pipe that never ends, a device, or larger than memory. Nothing is
read before that is known.
"""

import errno
import io
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
        with opened(path) as file:
            contents = file.read(most_bytes + 1)
    except (OSError, ValueError) as refused:
        raise _refused(path, refused, expected, error) from None
    if len(contents) > most_bytes:
        raise error(
            f"{path} is larger than {most_bytes / 1e6:g} MB, expected {expected}; it may be another kind of file"
        )
    return contents


def file_size(path: Path, expected: str, error: type[InputError] = InputError) -> int:
    """Bytes of a file that can be read. Raises `error` as `read_file` does."""
    try:
        with opened(path) as file:
            return os.fstat(file.fileno()).st_size
    except (OSError, ValueError) as refused:
        raise _refused(path, refused, expected, error) from None


def opened(path: Path) -> io.BufferedReader:
    """A file, opened for reading; close it. Raises `OSError` where the system refuses, `ValueError` for no file."""
    # without waiting: a pipe that nobody writes to would be opened for ever
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise ValueError(f"it is a {'pipe or socket' if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else 'device'}")


def warn(message: str) -> None:
    """Say that a file was read although something in it is wrong: one line, what was found and what was done with it."""
    warnings.warn(message, InputWarning, stacklevel=2)


def _refused(path: Path, refused: OSError | ValueError, expected: str, error: type[InputError]) -> InputError:
    if isinstance(refused, FileNotFoundError):
        return error(f"{path} does not exist, expected {expected}; check the name")
    if isinstance(refused, IsADirectoryError) or path.is_dir():  # Windows calls a folder a lack of rights
        return error(f"{path} is a folder, expected {expected}; name one of its files")
    reason = getattr(refused, "strerror", None) or refused
    return error(f"cannot read {path}: {reason}; expected {expected}")
