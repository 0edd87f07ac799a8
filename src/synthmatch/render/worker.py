"""A render worker: ``python -m synthmatch.render.worker SYNTH_ID TIMEOUT_SECONDS``. Started by `WorkerProcess` only.

Jobs come on stdin, replies go to what was stdout at the start. Messages in: ``("measure", pickled)`` and
``("job", preset, note)``. Messages out: ``("ready", single)``, ``("failed", exception)`` and, one for each job in its
order, ``("done", status, value)`` with status ``ok`` or a reason of `RenderFailure`.

An engine that leaks state is loaded once and never rendered with here: each job runs in a fork, so each starts from the
same memory. Where there is no fork the worker says that it is good for a single job, and the pool ends it after that. See
docs/decisions/0004-render-workers.md.
"""

import contextlib
import gc
import os
import select
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
from synthmatch.render.guard import exit_text, one_line
from synthmatch.render.wire import Parts, pack, receive, send, unpack, widen
from synthmatch.synths.base import Engine
from synthmatch.synths.registry import get_synth

#: a plug-in that chatters at each render must not fill the disk
_LOG_LIMIT_BYTES = 1 << 20

#: The pool kills what takes too long; later than that there is no pool, and the render ends itself.
_ALONE_SECONDS = 1.0

#: macOS has fork, but its frameworks abort in a forked child
_CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"


def main(synth_id: str, timeout_seconds: float) -> None:
    """Serve jobs. Raises `EOFError` or `BrokenPipeError` when the pool closes its pipes or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs, replies = _take_pipes()
    try:
        engine = get_synth(synth_id).engine()
    except SynthmatchError as error:
        send(replies, pack(("failed", error)))
        return
    except Exception as error:  # whatever it is, the pool raises it
        send(replies, pack(("failed", RenderError(f"{synth_id} cannot be loaded: {one_line(error)}"))))
        return
    fork = engine.leaks_state and _CAN_FORK and not os.environ.get("SYNTHMATCH_NO_FORK")
    single = engine.leaks_state and not fork
    send(replies, pack(("ready", single)))
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
            continue
        preset, note = rest
        task = partial(_answer, engine, preset, note, measure, timeout_seconds + _ALONE_SECONDS)
        reply = _in_child(task, jobs) if fork else task()
        send(replies, reply)
        if os.fstat(2).st_size > _LOG_LIMIT_BYTES:
            os.ftruncate(2, 0)


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
    _set_alarm(alarm_seconds)
    try:
        audio = engine.render(preset, note)
        # NaN and infinity reach the extremes; counting is slower
        if not (np.isfinite(audio.min()) and np.isfinite(audio.max())):
            bad = audio.size - np.count_nonzero(np.isfinite(audio))
            return pack(("done", "nan", f"{bad} of {audio.size} samples are not finite"))
        return pack(("done", "ok", audio if measure is None else measure(audio)))
    except Exception as error:
        return pack(("done", "error", one_line(error)))
    finally:
        _set_alarm(0.0)


def _set_alarm(seconds: float) -> None:
    """Have the system end this process after a time, even inside a plug-in that never returns; 0 for never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _in_child(task: Callable[[], Parts], jobs: FileIO) -> Parts:
    """What `task` gives in a fork of this process. A child that dies without an answer has crashed."""
    read_end, write_end = os.pipe()
    widen(write_end)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            send(FileIO(write_end, "w", closefd=False), task())
            code = 0
        finally:
            # no clean-up of the plug-in: that is the worker's memory, and destructors hang without their threads
            os._exit(code)
    os.close(write_end)
    with FileIO(read_end, "r") as pipe:
        poller = select.poll()
        poller.register(read_end, select.POLLIN)
        poller.register(jobs, 0)  # hang-up only: the pool has closed or died
        if all(descriptor != read_end for descriptor, _ in poller.poll()):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise EOFError
        try:
            reply = receive(pipe)
        except EOFError:
            _, status = os.waitpid(child, 0)
            return pack(("done", "crash", exit_text(os.waitstatus_to_exitcode(status))))
    os.waitpid(child, 0)
    return reply


if __name__ == "__main__":
    with contextlib.suppress(EOFError, BrokenPipeError):
        main(sys.argv[1], float(sys.argv[2]))
    # without the plug-in's destructors: some crash or hang at exit
    os._exit(0)
