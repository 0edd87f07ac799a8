"""What the server keeps for its users, by ids that cannot be guessed, until nobody has asked for it for some time."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from synthmatch.errors import SynthmatchError

Thing = TypeVar("Thing")


class GoneError(SynthmatchError):
    """An id that nothing has: mistyped, expired or deleted."""


class Store(Generic[Thing]):
    """Entries of one kind. `most` are stored at once: then the one that was used longest ago makes room.

    `drop` is called with each thing that goes, `clock` gives seconds. Usable from any thread.
    """

    def __init__(
        self,
        kind: str,
        keep_seconds: float,
        most: int,
        drop: Callable[[Thing], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind, self._keep_seconds, self._most, self._drop, self._clock = kind, keep_seconds, most, drop, clock
        self._things: dict[str, Thing] = {}
        self._used: dict[str, float] = {}
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._things)

    def add(self, thing: Thing) -> str:
        """Keep a thing; gives its id."""
        id = secrets.token_urlsafe(12)
        with self._lock:
            self._things[id], self._used[id] = thing, self._clock()
            while len(self._things) > self._most:
                self.remove(min(self._used, key=self._used.__getitem__))
        return id

    def get(self, id: str) -> Thing:
        """The thing, which counts as used now. Raises `GoneError`."""
        thing = self.find(id)
        if thing is None:
            raise GoneError(
                f"there is no such {self._kind}, or it has expired: each is kept for"
                f" {self._keep_seconds / 60:.0f} minutes after it was last used"
            )
        return thing

    def find(self, id: str) -> Thing | None:
        """As `get`, but None for what is not there."""
        with self._lock:
            self.sweep()
            if id in self._things:
                self._used[id] = self._clock()
            return self._things.get(id)

    def remove(self, id: str) -> None:
        """Drop a thing, if it is there."""
        with self._lock:
            self._used.pop(id, None)
            if id in self._things:
                self._drop(self._things.pop(id))

    def sweep(self) -> None:
        """Drop what was last used too long ago."""
        with self._lock:
            limit = self._clock() - self._keep_seconds
            for id in [id for id, used in self._used.items() if used < limit]:
                self.remove(id)
