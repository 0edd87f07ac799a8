"""How fast training goes: examples a second, the share of time that it waits for data, the time that is left."""

import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Pace(NamedTuple):
    """Where training is: epochs and steps, done and in all, the last loss, examples a second, seconds left at most."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    examples_per_second: float
    seconds_left: float


class Meter:
    """Counts the examples of one epoch."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.examples, self._waited = 0, 0.0

    def waiting(self, items: Iterable[T]) -> Iterator[T]:
        """The same items; the time until each is there counts as waiting."""
        iterator = iter(items)
        while True:
            before = time.monotonic()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self._waited += time.monotonic() - before
            yield item

    @property
    def seconds(self) -> float:
        """Since the epoch began."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Examples a second."""
        return self.examples / max(self.seconds, 1e-9)

    @property
    def waited(self) -> float:
        """Share of the time that was spent waiting for data."""
        return self._waited / max(self.seconds, 1e-9)
