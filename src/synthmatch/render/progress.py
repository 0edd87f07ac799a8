"""How far a long batch of renders is, how fast it goes, and how long it will take."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RenderProgress:
    """Where a batch is: renders done and in all, renders a second, seconds left (0 before the first render)."""

    done: int
    total: int
    renders_per_second: float
    seconds_left: float


class Tally:
    """Counts renders and reports them."""

    def __init__(self, total: int, report: Callable[[RenderProgress], None] | None) -> None:
        self._total, self._report = total, report
        self._done = self._rendered = 0
        self._start = time.monotonic()

    def add(self, renders: int, *, rendered: bool) -> None:
        """Count renders done: just now, or found done or not needed."""
        self._done += renders
        self._rendered += renders if rendered else 0
        rate = self._rendered / max(time.monotonic() - self._start, 1e-6)
        left = (self._total - self._done) / rate if rate else 0.0
        if self._report:
            self._report(RenderProgress(self._done, self._total, rate, left))

    def extend(self, renders: int) -> None:
        """Count so many renders more in all, those of presets that are tried in place of others."""
        self._total += renders
