"""The pool's end of one worker process."""

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

from synthmatch.render.wire import Parts, pack, receive, send, size, unpack
from synthmatch.systems import no_display
from synthmatch.systems.forks import widen
from synthmatch.systems.processes import end, exit_text, start
from synthmatch.systems.scratch import new_folder

#: A second job is sent ahead only where it fits into the pipe, else the pool would wait for the render before it.
_AHEAD_BYTES = 32 << 10

#: How long a worker may take to leave before it is killed: some renders, not a hang.
_LEAVE_SECONDS = 0.5

_LOG_TAIL_BYTES = 4096

#: One thread a worker: the pool is already one process a core.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

#: glibc's malloc keeps the memory of one render for the next, and takes it in huge pages: page faults are a tenth of a
#: short render, more in a fork. Without glibc nobody reads this.
_MALLOC = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456"
}


class Arrival(NamedTuple):
    """A worker's message, or None when its pipe has closed, and when it came (`time.monotonic`)."""

    worker: "WorkerProcess"
    message: Any
    seconds: float


class WorkerProcess:
    """A started worker. Its messages arrive in `inbox`, read by a thread so that it never waits for the pool.

    `jobs` are those sent and not yet answered, in order; `since_seconds` is when the first of them, or loading, began.
    """

    def __init__(self, synth_id: str, timeout_seconds: float, inbox: "queue.SimpleQueue[Arrival]") -> None:
        self.jobs: deque[Any] = deque()
        self.ready = False
        #: while it imports a measure, which takes longer than a render
        self.imports = False
        #: for how many more jobs it is good; None: any number
        self.left: int | None = None
        self.hung = False
        #: what it was given before it was killed as hung
        self.hung_seconds = 0.0
        self.since_seconds = time.monotonic()
        self._measure: Parts | None = None
        #: for the plug-in's temporary files and the log
        self._folder = new_folder()
        # the same modules as here, whatever changed sys.path; "" is the current folder
        search_path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        environment = os.environ | _ONE_THREAD | _MALLOC
        environment |= {"PYTHONPATH": search_path} | no_display()
        self._log = self._folder / "log"
        command = [sys.executable, "-P", "-m", "synthmatch.render.worker", synth_id, str(timeout_seconds)]
        pipe = subprocess.PIPE
        with self._log.open("ab") as log:
            self._process = start(command, self._folder, environment, stdin=pipe, stdout=pipe, stderr=log, bufsize=0)
        widen(self._process.stdout.fileno())  # type: ignore[union-attr]
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, inbox), daemon=True)
        self._reader.start()

    def _read(self, pipe: Any, inbox: "queue.SimpleQueue[Arrival]") -> None:
        message: Any = True
        with pipe:
            while message is not None:
                try:
                    message = unpack(receive(pipe))
                except EOFError:
                    message = None
                inbox.put(Arrival(self, message, time.monotonic()))

    @property
    def gone(self) -> bool:
        """Whether its pipe has closed; whoever waits for its messages is told of it in time."""
        return not self._reader.is_alive()

    def takes(self, packed_job: Parts, measure: Parts | None) -> bool:
        """Whether the job can be sent now without waiting for the worker."""
        if not self.jobs:
            return self.ready
        few = len(self.jobs) < (2 if self.left is None else min(2, self.left))
        return few and measure == self._measure and size(packed_job) <= _AHEAD_BYTES

    def give(self, job: Any, packed_job: Parts, measure: Parts | None) -> None:
        """Send a job and, where it differs from the last, the pickled measure before it."""
        if not self.jobs:
            self.since_seconds = time.monotonic()
        self.jobs.append(job)
        pipe: Any = self._process.stdin
        try:
            if measure != self._measure:
                send(pipe, pack(("measure", measure or pack(None))))
                self._measure = measure
                self.imports = True
            send(pipe, packed_job)
        except BrokenPipeError:
            return  # it has died: the reader says so, and the job is still in `jobs`

    def notice(self) -> None:
        """Have a worker's pipe close where it has died and what its plug-in has started holds the pipe."""
        if self._process.poll() is not None:
            self.kill()

    def kill(self) -> None:
        """End the worker, its forks and what its plug-in has started, at once. May be called again."""
        end(self._process, self._folder)

    def bury(self) -> str:
        """Wait for a worker whose pipe has closed: how it ended, and the last line that it or its plug-in wrote."""
        self.kill()
        code = self._process.wait()
        self.leave()
        lines = self._log.read_bytes()[-_LOG_TAIL_BYTES:].decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        shutil.rmtree(self._folder, ignore_errors=True)
        return exit_text(code) + (f"; its last output: {last}" if last else "")

    def leave(self) -> None:
        """Ask the worker to end its fork and itself."""
        self._process.stdin.close()  # type: ignore[union-attr]

    def close(self) -> None:
        """`leave`, and kill the worker where it is slow to."""
        self.leave()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LEAVE_SECONDS)
        self.kill()
        self._process.wait()
        # the reader closes its own pipe: a descriptor closed under it could be another file by then
        self._reader.join()
        shutil.rmtree(self._folder, ignore_errors=True)
