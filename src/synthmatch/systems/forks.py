"""Copies of a process by fork, where the system has it, and the pipes to them."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from io import FileIO

from synthmatch.systems import portable
from synthmatch.systems.processes import PROCESSES, below, exit_text

#: A pipe holds this much where the system lets it: a render in one piece, or two, in place of a switch between the
#: processes every 64 KiB.
_PIPE_BYTES = 1 << 20

#: How often a long render is asked how many processes it has started.
_WATCH_MILLISECONDS = 250


class Fork:
    """A copy of this process that calls `work` with a pipe to write to, and ends; `pipe` is its other end.

    Its exit code is 0 where `work` returns. Where `can_fork` only.
    """

    pipe: FileIO
    _process: int

    def __init__(self, work: Callable[[FileIO], None]) -> None:
        if sys.platform == "win32":
            raise NotImplementedError
        read_end, write_end = os.pipe()
        widen(write_end)
        self._process = os.fork()
        if self._process == 0:
            code = 1
            try:
                work(FileIO(write_end, "w", closefd=False))
                code = 0
            finally:
                # no clean-up of the plug-in: that is the parent's memory, and destructors hang without their threads
                os._exit(code)
        os.close(write_end)
        self.pipe = FileIO(read_end, "r")

    def wait(self, caller: FileIO) -> str:
        """Wait until it writes or ends: "". Otherwise how it ended, or that it was killed since it started too many processes.

        Raises `EOFError`, and it is killed, where `caller` has hung up.
        """
        if sys.platform == "win32":
            raise NotImplementedError
        import select  # noqa: PLC0415 - without poll on Windows

        poller = select.poll()
        poller.register(self.pipe, select.POLLIN)
        poller.register(caller, 0)  # hang-up only
        while True:
            ready = [descriptor for descriptor, _ in poller.poll(_WATCH_MILLISECONDS)]
            if self.pipe.fileno() in ready:
                return ""
            if ready:
                self._kill()
                raise EOFError
            ended, status = os.waitpid(self._process, os.WNOHANG)
            if ended:  # what it has started holds its pipe
                return exit_text(os.waitstatus_to_exitcode(status))
            # a daemon's parent is gone: it is below this process, not below the fork
            if len(below({os.getpid()}, None)) > PROCESSES:
                self._kill()
                return f"it started more than {PROCESSES} processes"

    def _kill(self) -> None:
        if sys.platform == "win32":
            raise NotImplementedError
        os.kill(self._process, signal.SIGKILL)
        self.ended()

    def ended(self) -> str:
        """How it ended, which this waits for."""
        return exit_text(os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1]))


def can_fork() -> bool:
    """Whether a process with a loaded plug-in may be forked: macOS has fork, but its frameworks abort in the child."""
    return hasattr(os, "fork") and sys.platform != "darwin" and not portable()


def after_fork(forget: Callable[[], object]) -> None:
    """Call `forget` in every fork of this program."""
    if sys.platform != "win32" and not portable():
        os.register_at_fork(after_in_child=forget)


def widen(pipe: int) -> None:
    """Let a pipe, by its descriptor, hold a whole render. Where the system knows no way or refuses, it stays as it is."""
    if sys.platform == "linux" and not portable():
        import fcntl  # noqa: PLC0415 - not on Windows

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
