"""What was asked of a pool at once: jobs that wait or are with workers, and results that nobody has taken yet."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from synthmatch.params.preset import Preset
from synthmatch.render.guard import Reason, RenderFailure
from synthmatch.render.wire import Parts

#: Times that a job, or the loading of a worker, is tried.
ATTEMPTS = 2


@dataclass(slots=True, eq=False)
class Job:
    """A render: the place of its preset, what a worker is sent, and the stream that asked."""

    index: int
    preset: Preset
    packed: Parts
    audio_seconds: float
    stream: "Stream"
    failures: int = 0


@dataclass(slots=True, eq=False)
class Stream:
    """Jobs with one measure, packed. `fresh`: those not taken yet, perhaps endless; `sent`: how many are with workers."""

    measure: Parts | None
    fresh: Iterator[Job] = field(default_factory=lambda: iter(()))
    pending: deque[Job] = field(default_factory=deque)
    done: deque[tuple[int, Any]] = field(default_factory=deque)
    sent: int = 0

    def next(self) -> Job | None:
        """The job that is to be sent next; it stays until it is."""
        if not self.pending:
            self.pending.extend(islice(self.fresh, 1))
        return self.pending[0] if self.pending else None

    def give_back(self, job: Job) -> None:
        """A job that its worker did not begin."""
        self.sent -= 1
        self.pending.appendleft(job)

    def settle(self, job: Job, status: Literal["ok"] | Reason, value: Any) -> None:
        """Take a worker's answer, or try once more where it failed."""
        self.sent -= 1
        if status == "ok":
            self.done.append((job.index, value))
            return
        job.failures += 1
        if job.failures < ATTEMPTS:
            self.pending.appendleft(job)
        else:
            self.done.append((job.index, RenderFailure(job.preset, status, value)))
