"""Ends that somebody asks for: Ctrl-C, a closed terminal, a polite kill. All of them unwind the program, which cleans up.

A kill that cannot be caught is the business of `synthmatch.systems.scratch`.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: SIGHUP is not on Windows.
_ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def unwind_on_signals() -> None:
    """Have a kill or a closed terminal end the program by `SystemExit`; what is ignored (nohup) stays so. Main thread."""
    for number in _ENDS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)


def _leave(number: int, _: FrameType | None) -> None:
    # as a shell tells of a process that a signal ended
    raise SystemExit(128 + number)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Have Ctrl-C and the other ends wait until the block is done, where they count; a second one counts at once.

    Main thread only.
    """
    came: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        earlier = before[number]
        if came and callable(earlier):
            came.clear()
            earlier(number, frame)
        came.append(number)

    numbers = [signal.SIGINT, *_ENDS]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if callable(before[number]):
            signal.signal(number, hold)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])
    for number in came:
        signal.raise_signal(number)
