"""Temporary files that go when the program goes, also where it is killed and cleans up nothing itself.

All of them are in one folder. A small process beside the program waits for the end of a pipe that only the program holds,
which comes however it ends, and removes the folder then. Processes that the program starts get their part of it as TMPDIR.
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

_lock = threading.Lock()


class _Base:
    """The folder of one process; a fork has another."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.path = Path(tempfile.mkdtemp(prefix="synthmatch-"))
        remover = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _REMOVE, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.path.anchor,
            # its own session: neither Ctrl-C nor a closed terminal reaches it
            start_new_session=True,
        )
        self._end = weakref.finalize(self, _end, self.path, remover, self.owner)


def _end(path: Path, remover: "subprocess.Popen[bytes]", owner: int) -> None:
    if os.getpid() == owner:
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
