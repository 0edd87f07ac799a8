"""One program at a time in a folder, by a lock that the system takes back when its holder ends in whatever way."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from synthmatch.systems import portable

_POLL_SECONDS = 0.2


@contextmanager
def locked_folder(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a folder that exists. `waiting` is called once where another holds it; then this waits for its end.

    Where a file system has no locks, nothing is held. Raises `OSError` where the folder cannot be opened.
    """
    handle = _open(folder)
    try:
        told = False
        while not _lock(handle):
            if not told:
                waiting()
                told = True
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(handle)


def _open(folder: Path) -> int:
    if sys.platform == "win32":
        # a folder itself cannot be locked; the system removes this file when the last who has it open ends
        return os.open(folder / ".synthmatch-lock", os.O_RDWR | os.O_CREAT | os.O_TEMPORARY)
    return os.open(folder, os.O_RDONLY)


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - on Windows only

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
    elif not portable():
        import fcntl  # noqa: PLC0415 - not on Windows

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # some network file systems lock no folders
    return True
