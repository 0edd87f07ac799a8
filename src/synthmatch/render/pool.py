"""Renders in worker processes: a bad preset or plug-in ends a worker, never the program, and its job is tried again.

The same preset and note give the same audio, bit for bit, in whichever worker and whatever was rendered before.
"""

import os
import queue
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

from synthmatch.arrays import Audio
from synthmatch.errors import InputError, MissingSynthError, PresetError, RenderError
from synthmatch.note import Note
from synthmatch.params.preset import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.patience import Patience
from synthmatch.render.process import Arrival, WorkerProcess
from synthmatch.render.stream import ATTEMPTS, Job, Stream
from synthmatch.render.wire import Parts, pack
from synthmatch.synths.base import Synth
from synthmatch.systems import cores
from synthmatch.systems.forks import after_fork

#: What a worker does with a render before it replies, such as a fast score. Picklable, from an importable module.
Measure = Callable[[Audio], Any]

#: How long a worker may take to import and to load its synthesizer, and to import a measure.
_LOAD_SECONDS = 60.0

#: How often a pool that waits looks up: on Windows, Ctrl-C does not interrupt the wait itself.
_LOOK_SECONDS = 0.5


class RenderPool:
    """Workers for one synthesizer. A context manager; usable from any thread, one thread at a time.

    `workers` defaults to the number of cores. `timeout_seconds` is the most for one render and its measure, from its start
    in the worker; `Patience` makes it less once renders were timed. Raises `MissingSynthError` where the synthesizer is not installed.
    """

    def __init__(self, synth: Synth, workers: int | None = None, timeout_seconds: float = 30.0) -> None:
        if lacking := synth.missing():
            raise MissingSynthError(lacking)
        self.synth = synth
        self.workers = cores() if workers is None else workers
        if self.workers < 1:
            raise InputError(f"workers is {workers}, expected 1 or more")
        self._timeout_seconds = timeout_seconds
        self._patience = Patience(timeout_seconds)
        self._timed_measure: Parts | None = None
        self._streams: list[Stream] = []
        self._thread = 0
        self._inbox: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._failed_loads = 0
        self._processes: list[WorkerProcess] = []
        self._finalizer = weakref.finalize(self, _close, self._processes, os.getpid())
        self._start_missing()

    def __enter__(self) -> "RenderPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, renders under way included, and remove their temporary files."""
        self._finalizer()

    def run(
        self, presets: Sequence[Preset], note: Note | Sequence[Note], measure: Measure | None = None
    ) -> list[Any | RenderFailure]:
        """One result a preset, in their order: what `measure` gave, or the audio without it, or a `RenderFailure`.

        `note` is one for all, or one a preset. Raises like `stream`.
        """
        return self.begin(presets, note, measure)()

    def begin(
        self, presets: Sequence[Preset], note: Note | Sequence[Note], measure: Measure | None = None
    ) -> Callable[[], list[Any | RenderFailure]]:
        """Have workers begin what `run` does, while the caller goes on; what it gives has the results when it is called.

        Jobs beyond the first two a worker are sent whenever the pool is waited for. Raises like `stream`.
        """
        if not isinstance(note, Note) and len(note) != len(presets):
            raise InputError(f"got {len(note)} notes for {len(presets)} presets, expected one note or one a preset")
        stream = self._open(presets, note, measure)
        with self._kept(stream, until_done=False):
            self._hand_out()

        def results() -> list[Any | RenderFailure]:
            found: list[Any] = [None] * len(presets)
            for index, result in self._results(stream):
                found[index] = result
            return found

        return results

    def stream(
        self, presets: Iterable[Preset], note: Note | Iterable[Note], measure: Measure | None = None
    ) -> Generator[tuple[int, Any | RenderFailure], None, None]:
        """(index, result) as renders finish. `presets` may be endless: at most two a worker are taken ahead.

        Raises `PresetError` for a preset of another synthesizer, `RenderError` where workers cannot be started or
        cannot load `measure`, `MissingSynthError` where the synthesizer will not load.
        """
        yield from self._results(self._open(presets, note, measure))

    def _open(self, presets: Iterable[Preset], note: Note | Iterable[Note], measure: Measure | None) -> Stream:
        if not self._finalizer.alive:
            raise RuntimeError("this render pool is closed; open another")
        if self._streams and self._thread != threading.get_ident():
            raise RuntimeError("this render pool is in use by another thread; finish or close its stream first")
        self._thread = threading.get_ident()
        # copied, since its arrays may be changed before the next run asks whether workers have it
        packed: Parts | None = None if measure is None else [bytes(part) for part in pack(measure)]
        if packed != self._timed_measure:
            self._timed_measure = packed
            self._patience.forget()
        stream = Stream(packed)
        notes = repeat(note) if isinstance(note, Note) else note
        pairs = enumerate(zip(presets, notes, strict=False))
        stream.fresh = (self._job(index, preset, own, stream) for index, (preset, own) in pairs)
        self._bury_idle()
        self._start_missing()
        self._streams.append(stream)
        return stream

    def _results(self, stream: Stream) -> Generator[tuple[int, Any | RenderFailure], None, None]:
        """Results of a stream as they come; those of other streams are kept for whoever asked."""
        with self._kept(stream, until_done=True):
            while True:
                while stream.done:
                    yield stream.done.popleft()
                self._start_missing()
                self._hand_out()
                if not stream.sent and not stream.next():
                    return
                self._take(*self._wait())

    @contextmanager
    def _kept(self, stream: Stream, *, until_done: bool) -> Generator[None, None, None]:
        """Forget a stream where something is raised, and `until_done` at the end."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                # a message may be half-written: the next stream starts new workers
                self._stop()
            self._streams.remove(stream)
            raise
        if until_done:
            self._streams.remove(stream)

    def _take(self, worker: WorkerProcess, message: Any, seconds: float) -> None:
        """Take note of a worker's message, or of its end."""
        if message is None:
            job, status, value = self._bury(worker)
            for left in reversed(worker.jobs):
                left.stream.give_back(left)
        else:
            job, status, value = self._read(worker, message, seconds)
        if job is not None:
            job.stream.settle(job, status, value)

    def _job(self, index: int, preset: Preset, note: Note, stream: Stream) -> Job:
        if preset.synth != self.synth.id:
            raise PresetError(
                f"preset {index} is of {preset.synth}, this pool renders {self.synth.id}; use its own pool"
            )
        return Job(index, preset, pack(("job", preset, note)), note.render_seconds, stream)

    def _start_missing(self) -> None:
        while len(self._processes) < self.workers:
            self._processes.append(WorkerProcess(self.synth.id, self._timeout_seconds, self._inbox))

    def _bury_idle(self) -> None:
        """Remove workers that died since the last stream: no job is to blame for it."""
        for worker in [w for w in self._processes if w.ready and not w.jobs and w.gone]:
            self._processes.remove(worker)
            worker.bury()

    def _hand_out(self) -> None:
        """Send jobs while workers take them, the oldest stream's first, each to the least busy."""
        for stream in self._streams:
            # an endless stream is asked for a preset only where it is needed
            while stream.pending or not stream.sent or any(w.takes([], stream.measure) for w in self._processes):
                job = stream.next()
                able = [w for w in self._processes if job and w.takes(job.packed, stream.measure)]
                if not job or not able:
                    break
                stream.pending.popleft()
                min(able, key=lambda worker: len(worker.jobs)).give(job, job.packed, stream.measure)
                stream.sent += 1

    def _wait(self) -> Arrival:
        """The next message; on the way, workers past their time are killed, which closes their pipes."""
        while True:
            now = time.monotonic()
            busy = [worker for worker in self._processes if worker.jobs or not worker.ready]
            due = {worker: worker.since_seconds + self._limit_seconds(worker) for worker in busy}
            try:
                arrival = self._inbox.get(timeout=min(_LOOK_SECONDS, max(0.0, min(due.values()) - now)))
                if arrival.worker in self._processes:
                    return arrival
            except queue.Empty:
                for worker in busy:
                    worker.notice()
                    if due[worker] <= time.monotonic():
                        worker.hung, worker.hung_seconds = True, self._limit_seconds(worker)
                        worker.since_seconds = time.monotonic()
                        worker.kill()

    def _limit_seconds(self, worker: WorkerProcess) -> float:
        if not worker.ready or worker.imports:
            return _LOAD_SECONDS
        return self._patience.limit_seconds(worker.jobs[0].audio_seconds, worker.jobs[0].failures)

    def _read(self, worker: WorkerProcess, message: Any, seconds: float) -> tuple[Job | None, Any, Any]:
        """Job, status and value of a worker's message; no job where it is about the worker itself."""
        kind, *rest = message
        if kind == "ready":
            worker.ready, (worker.left,) = True, rest
            self._failed_loads = 0
            return None, None, None
        if kind == "measures":
            worker.imports, worker.since_seconds = False, seconds
            return None, None, None
        if kind == "failed":
            self._stop()
            raise rest[0]
        if rest[0] == "ok":
            self._patience.timed(seconds - worker.since_seconds, worker.jobs[0].audio_seconds)
        worker.since_seconds = seconds
        if worker.left is not None:
            worker.left -= 1
            if not worker.left:
                self._processes.remove(worker)
                worker.bury()
        return worker.jobs.popleft(), *rest

    def _bury(self, worker: WorkerProcess) -> tuple[Job | None, Any, str]:
        """Job that a dead worker was busy with, if any, and how it ended."""
        self._processes.remove(worker)
        ended = worker.bury()
        if not worker.ready:
            self._failed_loads += 1
            if self._failed_loads >= ATTEMPTS:
                self._stop()
                how = f"took more than {_LOAD_SECONDS:g} s" if worker.hung else f"ended with {ended}"
                raise RenderError(f"{self.synth.id} does not load: its render worker {how}")
        job = worker.jobs.popleft() if worker.jobs else None
        if worker.hung:
            return job, "hang", f"no render within {worker.hung_seconds:.3g} s"
        return job, "crash", ended

    def _stop(self) -> None:
        """End the workers; what they were given is begun again where its stream goes on."""
        for worker in self._processes:
            for job in reversed(worker.jobs):
                job.stream.give_back(job)
        _close(self._processes, os.getpid())
        self._inbox = queue.SimpleQueue()


def _close(processes: list[WorkerProcess], owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork has a copy of the pool; the workers and their files are its parent's
    for process in processes:
        process.leave()
    for process in processes:
        process.close()
    processes.clear()


_pools: dict[str, RenderPool] = {}
_pools_lock = threading.Lock()
# a fork of the program shares the pipes, and must not talk to the same workers
after_fork(_pools.clear)


def render(synth: Synth, preset: Preset, note: Note) -> Audio:
    """One render, in a worker that stays for the next call. Shape: (channels, note.samples) float32.

    Raises `RenderError` where it crashes, hangs, fails or gives NaN, and like `RenderPool.run`.
    """
    with _pools_lock:
        if synth.id not in _pools:
            _pools[synth.id] = RenderPool(synth, workers=1)
        (result,) = _pools[synth.id].run([preset], note)
    if isinstance(result, RenderFailure):
        raise RenderError(str(result))
    audio: Audio = result
    return audio
