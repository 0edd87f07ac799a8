"""Processes that run foreign code: under limits, and ended together with all that they have started."""

import contextlib
import faulthandler
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synthmatch.systems import c_library, portable

#: What a worker and each process that it starts may take. The plug-ins that were measured take 0.1 to 0.4 GB; samplers
#: take more.
MEMORY_BYTES = 4 << 30
FILE_BYTES = 1 << 30
OPEN_FILES = 4096
PROCESSES = 64

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def exit_text(code: int) -> str:
    """How a process ended, from its exit code. Negative is a signal; above 0xC0000000, an exception of Windows."""
    if code < 0:
        return signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    names = {0xC0000005: "access violation", 0xC00000FD: "stack overflow", 0xC0000374: "heap corruption"}
    return f"exit code {code}" if code < 0xC0000000 else f"exit code 0x{code:X} ({names.get(code, 'exception')})"


def start(command: list[str], folder: Path, environment: dict[str, str], **pipes: Any) -> "subprocess.Popen[bytes]":
    """Start a Python process whose temporary files go to `folder`, which is no other's: `end` finds by it what it starts.

    Ctrl-C does not reach it. It should call `contain` first.
    """
    environment = environment | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return subprocess.Popen(command, env=environment, creationflags=flags, **pipes)
    return subprocess.Popen(command, env=environment, start_new_session=not portable(), **pipes)


def contain(memory_bytes: int = MEMORY_BYTES, file_bytes: int = FILE_BYTES, cpu_seconds: int | None = None) -> None:
    """Limit this process and those that it will start, and have those end with it.

    On macOS, which knows fewer limits, a process that has left its group lives on.
    """
    if sys.platform == "win32":
        from synthmatch.systems.windows_job import contain as contain_windows  # noqa: PLC0415

        contain_windows(memory_bytes, PROCESSES)
    elif not portable():
        import resource  # noqa: PLC0415 - not on Windows

        limits = {
            resource.RLIMIT_DATA: memory_bytes,
            resource.RLIMIT_FSIZE: file_bytes,
            resource.RLIMIT_NOFILE: OPEN_FILES,
            resource.RLIMIT_CORE: 0,
        }
        if cpu_seconds:
            limits[resource.RLIMIT_CPU] = cpu_seconds
        for kind, most in limits.items():
            _, hard = resource.getrlimit(kind)
            with contextlib.suppress(OSError, ValueError):  # what is limited further already stays so
                resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        if library := c_library():
            # a process whose parent ends becomes a child of this one, which so finds it
            library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def alarm(seconds: float) -> None:
    """End this process after a time, even inside a plug-in that never returns; 0 for never.

    A thread of Python's own does it, without the interpreter's lock, on every system; a fork needs its own alarm.
    """
    if seconds:
        faulthandler.dump_traceback_later(seconds, exit=True, file=2)
    else:
        faulthandler.cancel_dump_traceback_later()


def end(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """End a process of `start` and what it has started, at once, also where it has ended by itself.

    On Windows the system does the second, where the process has called `contain`.
    """
    if sys.platform == "win32" or portable():
        process.kill()
        return
    alive = process.returncode is None  # nobody has waited for it, so its number is still its own
    if alive:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, signal.SIGSTOP)  # it starts no more while its processes are looked for
    _end_all(lambda: below({process.pid} if alive else set(), folder) - {process.pid})
    if alive:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def end_children(kept: frozenset[int] = frozenset()) -> None:
    """End what this process has started, except `kept` and theirs, and forget those that have ended."""
    if sys.platform == "win32" or portable():
        return
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        own = {os.getpid()}
        _end_all(lambda: below(own - kept, None, kept) - own)
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def children() -> frozenset[int]:
    """Processes that this one has started, and theirs, where the system tells."""
    return frozenset() if portable() else frozenset(below({os.getpid()}, None) - {os.getpid()})


def _end_all(find: Callable[[], set[int]]) -> None:
    """Kill until none is found: one may have started another in the meantime. Some cannot be killed, so not for ever."""
    if sys.platform == "win32":
        raise NotImplementedError
    for _ in range(20):
        found = find()
        if not found:
            return
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.005)


def below(roots: set[int], folder: Path | None, without: frozenset[int] = frozenset()) -> set[int]:
    """Live processes below `roots`, and those whose temporary folder is `folder`; only where there is ``/proc``."""
    parents: dict[int, int] = {}
    found = set(roots)
    entry = f"TMPDIR={folder}".encode()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state in "ZX":
                continue
            parents[int(stat.parent.name)] = int(parent)
            if folder and entry in (stat.parent / "environ").read_bytes().split(b"\0"):
                found.add(int(stat.parent.name))
        except OSError:
            continue  # it has ended, or is another user's
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found | without}:
        found |= more
    return found
