"""A render worker: ``python -m synthmatch.render.worker SYNTH_ID TIMEOUT_SECONDS``. Started by `WorkerProcess` only.

Jobs come on stdin, replies go to what was stdout at the start. Messages in: ``("measure", pickled)`` and
``("job", preset, note)``. Messages out: ``("ready", jobs)``, ``("failed", exception)``, ``("measures",)`` when a measure
is loaded and, one for each job in its order, ``("done", status, value)`` with status ``ok`` or a reason of `RenderFailure`.

An engine that leaks state is loaded once and never rendered with here: each job runs in a fork, so each starts from the
same memory. Where there is no fork each job gets a fresh engine, and where that is not enough a worker does a single job:
the worker says for how many it is good, and the pool ends it after those. See docs/decisions/0004-render-workers.md.
"""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from io import FileIO
from typing import Any

import numpy as np

from synthmatch.errors import RenderError, SynthmatchError
from synthmatch.note import Note
from synthmatch.params.preset import Preset
from synthmatch.render.guard import one_line
from synthmatch.render.wire import Parts, pack, receive, send, unpack
from synthmatch.synths.base import Engine
from synthmatch.synths.registry import get_synth
from synthmatch.systems.forks import Fork, can_fork
from synthmatch.systems.processes import alarm, children, contain, end_children

#: a plug-in that chatters at each render must not fill the disk
_LOG_LIMIT_BYTES = 1 << 20

#: The pool kills what takes too long; later than that there is no pool, and the render ends itself.
_ALONE_SECONDS = 1.0

#: Fresh engines that one process loads, one after the other: bindings keep a little memory of each.
_FRESH_ENGINES = 32


def main(synth_id: str, timeout_seconds: float) -> None:
    """Serve jobs. Raises `EOFError` or `BrokenPipeError` when the pool closes its pipes or dies."""
    contain()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs, replies = _take_pipes()
    engine = _load(synth_id, replies)
    if engine is None:
        return
    fork = engine.leaks_state and can_fork()
    fresh = engine.leaks_state and not fork
    left = None if not fresh else _FRESH_ENGINES if engine.fresh_repeats else 1
    helpers = children()
    send(replies, pack(("ready", left)))
    measure: Any = None
    _freeze()
    while True:
        kind, *rest = unpack(receive(jobs))
        if kind == "measure":
            try:
                measure = unpack(rest[0])
            except Exception as error:
                told = f"measure cannot be loaded in a render worker, put it into a module: {one_line(error)}"
                send(replies, pack(("failed", RenderError(told))))
            _freeze()
            send(replies, pack(("measures",)))
            continue
        preset, note = rest
        task = partial(_answer, engine, preset, note, measure, timeout_seconds + _ALONE_SECONDS)
        if fork:
            reply = _in_fork(task, jobs)
            end_children(kept=helpers)
        else:
            reply = task()
        send(replies, reply)
        if os.fstat(2).st_size > _LOG_LIMIT_BYTES:
            os.ftruncate(2, 0)
            os.lseek(2, 0, os.SEEK_SET)  # Windows knows no descriptors that always append
        if left:
            left -= 1
            engine = _load(synth_id, replies) if left else engine
            if engine is None:
                return


def _load(synth_id: str, replies: FileIO) -> Engine | None:
    """The synthesizer, loaded; None, and the pool is told why, where that fails."""
    try:
        return get_synth(synth_id).engine()
    except SynthmatchError as error:
        send(replies, pack(("failed", error)))
    except Exception as error:  # whatever it is, the pool raises it
        send(replies, pack(("failed", RenderError(f"{synth_id} cannot be loaded: {one_line(error)}"))))
    return None


def _take_pipes() -> tuple[FileIO, FileIO]:
    """The pipes to the pool, with descriptors 0 and 1 turned away from them before a plug-in is loaded."""
    jobs, replies = FileIO(os.dup(0), "r"), FileIO(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return jobs, replies


def _freeze() -> None:
    """Keep the collector from touching every object in a child, which would copy its memory pages."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _answer(engine: Engine, preset: Preset, note: Note, measure: Any, alarm_seconds: float) -> Parts:
    """Render, check and measure. Gives a packed ``done`` message, whatever happens short of a crash."""
    try:
        alarm(alarm_seconds)
        audio = engine.render(preset, note)
        # NaN and infinity reach the extremes; counting is slower
        if not (np.isfinite(audio.min()) and np.isfinite(audio.max())):
            bad = audio.size - np.count_nonzero(np.isfinite(audio))
            return pack(("done", "nan", f"{bad} of {audio.size} samples are not finite"))
        return pack(("done", "ok", audio if measure is None else measure(audio)))
    except Exception as error:
        return pack(("done", "error", one_line(error)))
    finally:
        alarm(0.0)


def _in_fork(task: Callable[[], Parts], jobs: FileIO) -> Parts:
    """What `task` gives in a fork of this process. A fork that ends without an answer has crashed."""
    fork = Fork(lambda pipe: send(pipe, task()))
    with fork.pipe as pipe:
        if killed := fork.wait(jobs):
            return pack(("done", "crash", killed))
        try:
            reply = receive(pipe)
        except EOFError:
            return pack(("done", "crash", fork.ended()))
    fork.ended()
    return reply


if __name__ == "__main__":
    with contextlib.suppress(EOFError, BrokenPipeError):
        main(sys.argv[1], float(sys.argv[2]))
    end_children()
    # without the plug-in's destructors: some crash or hang at exit
    os._exit(0)
