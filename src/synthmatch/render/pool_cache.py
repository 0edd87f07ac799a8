"""Render pools that outlive their use: starting workers and loading a synthesizer takes longer than a short search.

Memory is the price, since a worker holds its loaded synthesizer. So what nobody has used for some time goes.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from synthmatch.render.pool import RenderPool
from synthmatch.synths.base import Synth


class PoolCache:
    """One pool a synthesizer, which stays for the next search. Usable from any thread.

    `workers` is that of `RenderPool`. What was not used for `keep_seconds` is closed by `sweep`; `clock` gives seconds.
    """

    def __init__(self, workers: int | None, keep_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers, self._keep_seconds, self._clock = workers, keep_seconds, clock
        #: pools that nobody uses, and since when
        self._idle: dict[str, tuple[RenderPool, float]] = {}
        self._closed = False
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, synth: Synth) -> Iterator[RenderPool]:
        """A pool for its user alone; a second user at the same time gets another. Raises like `RenderPool`."""
        with self._lock:
            kept = self._idle.pop(synth.id, None)
        pool = kept[0] if kept else RenderPool(synth, self._workers)
        try:
            yield pool
        except BaseException:
            # renders that nobody waits for may be under way, or hang
            pool.close()
            raise
        with self._lock:
            keep = not self._closed and synth.id not in self._idle
            if keep:
                self._idle[synth.id] = (pool, self._clock())
        if not keep:
            pool.close()

    def sweep(self) -> None:
        """Close the pools that were last used too long ago."""
        self._close_idle(self._clock() - self._keep_seconds)

    def close(self) -> None:
        """Close all pools; one that is lent, when it comes back."""
        self._closed = True
        self._close_idle(float("inf"))

    def _close_idle(self, until_seconds: float) -> None:
        with self._lock:
            gone = [id for id, (_, since) in self._idle.items() if since <= until_seconds]
            pools = [self._idle.pop(id)[0] for id in gone]
        for pool in pools:
            pool.close()
