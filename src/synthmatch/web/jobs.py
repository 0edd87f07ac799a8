"""Jobs: long work that waits its turn, runs one at a time in a thread, tells how far it is, and can be cancelled.

A job's state is one snapshot that is replaced as a whole: whoever watches it compares `version` and sends the snapshot
again. So a page that was closed and opened sees what another page sees.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from synthmatch.errors import SynthmatchError
from synthmatch.search.objective import Interrupted
from synthmatch.web.store import Store

State = Literal["queued", "running", "done", "cancelled", "failed"]
ENDED: frozenset[State] = frozenset({"done", "cancelled", "failed"})


class QueueFullError(SynthmatchError):
    """More jobs wait than the server takes."""


@dataclass
class Part:
    """Progress of one part of a job, a synthesizer's search, say.

    `done` and `total` count renders. `best` is a search's smallest loudness distance so far, 0 to 1. `seconds_left` is
    what this part still needs, as far as is known; `time_share`, 0 to 1, is how much of its time is over.
    """

    name: str
    done: int = 0
    total: int = 0
    best: float | None = None
    seconds_left: float | None = None
    time_share: float = 0.0
    state: State = "queued"
    remark: str = ""

    @property
    def share(self) -> float:
        """How much of it is over, 0 to 1: a search ends by renders or by time, whichever comes first."""
        if self.state == "done":
            return 1.0
        return max(self.done / self.total if self.total else 0.0, self.time_share)


@dataclass(eq=False)
class Job:
    """One job. `work` runs in the jobs' thread; it calls `changed` now and then, which raises `Interrupted` after `cancel`.

    `result` grows while it runs: ``candidates`` (ids, best first), ``out_of_reach`` (a line by synthesizer), ``libraries``,
    ``weights``. `target_id` is the id of a search's target.
    """

    kind: str
    title: str
    work: Callable[["Job"], None]
    parts: list[Part] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    state: State = "queued"
    message: str = ""
    version: int = 0
    target_id: str = ""
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDED

    def changed(self) -> None:
        """Tell the watchers. Raises `Interrupted` where the job was cancelled."""
        self.version += 1
        if self._cancelled.is_set():
            raise Interrupted

    def begin(self) -> bool:
        """Start running; False where it was cancelled before."""
        with self._lock:
            if self.ended:
                return False
            self.state = "running"
            self.version += 1
            return True

    def cancel(self) -> None:
        """Ask it to end and to keep what it has."""
        with self._lock:
            self._cancelled.set()
            if self.state == "queued":
                self.end("cancelled")

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to end."""
        return self._cancelled.is_set()

    def end(self, state: State, message: str = "") -> None:
        """Set the last state."""
        self.state, self.message = state, message
        self.work = _nothing  # which lets go of audio and presets
        for part in self.parts:
            if part.state not in ENDED:
                part.state = state
        self.version += 1


def _nothing(_: Job) -> None:
    """The work of a job that has ended."""


class Jobs:
    """The queue and its thread."""

    def __init__(self, keep_seconds: float, most_waiting: int) -> None:
        self.store: Store[Job] = Store("job", keep_seconds, most=4 * most_waiting, drop=Job.cancel)
        self._most_waiting = most_waiting
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._order: list[Job] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def add(self, job: Job) -> Job:
        """Queue a job and give it an id. Raises `QueueFullError`."""
        with self._lock:
            self._order = [other for other in self._order if not other.ended]
            if len(self._order) > self._most_waiting:
                raise QueueFullError(
                    f"{len(self._order)} jobs wait already; try again when some are done, or cancel some"
                )
            job.id = self.store.add(job)
            self._order.append(job)
            self._waiting.put(job)
        return job

    def before(self, job: Job) -> int:
        """Jobs that come before a queued one."""
        with self._lock:
            self._order = [other for other in self._order if not other.ended]
            return self._order.index(job) if job in self._order else 0

    def close(self) -> None:
        """Cancel everything and wait for the thread, though not for a render that hangs."""
        with self._lock:
            for job in self._order:
                job.cancel()
        self._waiting.put(None)
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            if not job.begin():
                continue
            with self._lock:
                for other in self._order:
                    other.version += 1  # fewer jobs are before those that wait
            try:
                job.work(job)
                job.end("cancelled" if job.cancelled else "done")
            except Interrupted:
                job.end("cancelled")
            except SynthmatchError as error:
                job.end("failed", str(error))
            except Exception as error:  # a bug must not end the thread that all jobs share
                job.end("failed", f"something went wrong inside: {type(error).__name__}: {error}")
