"""Temporary files that go when the program goes, also where it is killed and cleans up nothing itself.

All of them are in one folder. A small process beside the program waits for the end of a pipe that only the program holds,
which comes however it ends, and removes the folder then. Where that process was killed too, the next program that makes a
folder removes what is left. Processes that the program starts get their part of it as TMPDIR.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synthmatch.systems import portable

#: What the process beside does; a worker that still lives may write a moment longer.
_REMOVE = """
import os, shutil, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.stdin.buffer.read()
end = time.monotonic() + 60
while os.path.exists(sys.argv[1]) and time.monotonic() < end:
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if os.path.exists(sys.argv[1]):
        time.sleep(0.05)
"""

#: A file that the owner of a folder keeps locked as long as it lives.
_MARK = ".owner"

_lock = threading.Lock()


class _Base:
    """The folder of one process; a fork has another."""

    def __init__(self) -> None:
        _sweep()
        self.owner = os.getpid()
        self.path = Path(tempfile.mkdtemp(prefix="synthmatch-"))
        mark = _mark(self.path)
        remover = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _REMOVE, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.path.anchor,
            # its own session: neither Ctrl-C nor a closed terminal reaches it
            start_new_session=True,
        )
        self._end = weakref.finalize(self, _end, self.path, remover, self.owner, mark)


def _mark(folder: Path) -> int | None:
    """Lock a folder's mark; gives the file to close at the end, None where a system or file system has no locks."""
    if sys.platform == "win32" or portable():
        return None
    import fcntl  # noqa: PLC0415 - not on Windows

    handle = os.open(folder / "unlocked", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    # only now does it have the name that another program looks for
    (folder / "unlocked").rename(folder / _MARK)
    return handle


def _sweep() -> None:
    """Remove folders of programs that ended and could not do so: those of this user whose mark nobody holds."""
    if sys.platform == "win32" or portable():
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    for mark in Path(tempfile.gettempdir()).glob(f"synthmatch-*/{_MARK}"):
        try:
            if mark.parent.lstat().st_uid != os.getuid():
                continue
            handle = os.open(mark, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue  # it went meanwhile
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(mark.parent, ignore_errors=True)
        except OSError:
            pass  # its owner lives
        finally:
            os.close(handle)


def _end(path: Path, remover: "subprocess.Popen[bytes]", owner: int, mark: int | None) -> None:
    if os.getpid() == owner:
        if mark is not None:
            os.close(mark)
        shutil.rmtree(path, ignore_errors=True)
        remover.communicate()


_base: _Base | None = None


def new_folder() -> Path:
    """An empty folder that nobody else has; whoever is done with it removes it."""
    global _base  # noqa: PLW0603 - one a process
    with _lock:
        if _base is None or _base.owner != os.getpid() or not _base.path.exists():
            _base = _Base()
        return Path(tempfile.mkdtemp(dir=_base.path))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """`new_folder`, removed at the end."""
    folder = new_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
