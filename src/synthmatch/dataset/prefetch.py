"""Reading ahead: what comes next is read while what came last is worked on."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

#: How often a thread that waits for a place looks whether it is still wanted.
_LOOK_SECONDS = 0.1


def prefetch(iterable: Iterable[T], depth: int = 2) -> Iterator[T]:
    """The items of `iterable` in their order, up to `depth` of them taken ahead in a thread.

    An exception comes out where its item would have. Left early, the thread ends.
    """
    ready: queue.Queue[tuple[str, Any]] = queue.Queue(depth)
    left = threading.Event()

    def put(kind: str, value: Any) -> bool:
        while not left.is_set():
            try:
                ready.put((kind, value), timeout=_LOOK_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def read() -> None:
        try:
            for item in iterable:
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as error:
            put("error", error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        while True:
            kind, value = ready.get()
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    finally:
        left.set()
        thread.join()
