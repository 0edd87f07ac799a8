"""What every search sees of a target: presets in, distances out, within a budget of renders or seconds.

Nothing else in a search renders. So every method counts alike, keeps its best when interrupted, and shows the same
progress.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from synthmatch.features.search_distance import RenderFeatures
from synthmatch.params import ParamSpace, Preset
from synthmatch.search.locks import Locks

#: Gives features of each render, None where a render failed, when they are there.
Results = Callable[[], list[RenderFeatures | None]]
#: Begins to render presets.
Evaluate = Callable[[Sequence[Preset]], Results]


@dataclass(frozen=True, slots=True)
class Budget:
    """When a search stops: after so many renders, or so many seconds, whichever comes first.

    `planned`: the renders that it plans with, where time will end it before it has spent them all.
    """

    renders: int = 200
    seconds: float = float("inf")
    planned: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search is: renders done and allowed, seconds gone, the best distance so far."""

    renders: int
    budget: Budget
    seconds: float
    best_distance: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A rendered preset and its features; its distance is infinite, and the rest empty, where the render failed."""

    preset: Preset
    features: RenderFeatures

    @property
    def distance(self) -> float:
        """Distance to the target."""
        return self.features.distance


class Exhausted(Exception):
    """The budget is spent. Raised inside a search to end it, never seen outside."""


class Interrupted(Exception):
    """Raised by a `report` to end a search early, as Ctrl-C does; the best so far are the result."""


class _Asked(NamedTuple):
    """Presets that are being rendered: all, in order, and by key those that were not known; and their results to come."""

    presets: Sequence[Preset]
    new: dict[bytes, Preset]
    results: Results


@dataclass
class Objective:
    """Scores presets against one target until the budget is spent.

    `evaluate` renders and measures batches; while one is rendered, the next may be asked for. `scored` keeps every preset rendered so far, in order; `history` the best
    distance after each render, in dB. A preset met before costs nothing. With `locks`, presets are rendered with the locked
    parameters at their values, whatever the search asked for. A preset takes `renders_each` renders, one a note. `began` has the keys
    of the presets that the search begins with.
    """

    space: ParamSpace
    evaluate: Evaluate
    budget: Budget
    report: Callable[[Progress], None] | None = None
    locks: Locks | None = None
    renders_each: int = 1
    began: Set[bytes] = frozenset()
    scored: list[Scored] = field(default_factory=list)
    history: list[float] = field(default_factory=list)
    _known: dict[bytes, Scored] = field(default_factory=dict)
    _under_way: deque[_Asked] = field(default_factory=deque)
    _start: float = field(default_factory=time.monotonic)

    @property
    def most(self) -> int:
        """Presets that the budget allows."""
        return self.budget.renders // self.renders_each

    @property
    def planned(self) -> int:
        """Presets that the search plans with."""
        planned = self.budget.planned
        return self.most if planned is None else min(max(planned // self.renders_each, 1), self.most)

    @property
    def left(self) -> int:
        """Presets left of them."""
        return self.most - len(self.scored) - sum(len(asked.new) for asked in self._under_way)

    @property
    def renders(self) -> int:
        """Renders so far."""
        return len(self.scored) * self.renders_each

    @property
    def under_way(self) -> int:
        """Batches that were begun and not collected."""
        return len(self._under_way)

    def __call__(self, presets: Sequence[Preset]) -> list[Scored | None]:
        """Presets rendered and scored, in their order; None for those beyond the budget.

        Raises `Exhausted` where nothing is left before the first of them.
        """
        self.begin(presets)
        return self.collect()

    def begin(self, presets: Sequence[Preset]) -> None:
        """Begin to render presets. Raises `Exhausted` where nothing is left before the first of them."""
        if self.left <= 0 or time.monotonic() - self._start >= self.budget.seconds:
            raise Exhausted
        if self.locks:
            presets = [self.locks.hold(preset) for preset in presets]
        new: dict[bytes, Preset] = {}
        for preset in presets:
            if not self.known(preset) and preset.key() not in new and len(new) < self.left:
                new[preset.key()] = preset
        self._under_way.append(_Asked(presets, new, self.evaluate(list(new.values()))))

    def collect(self) -> list[Scored | None]:
        """What the first call gives of the batch that was begun first, once it is rendered."""
        asked = self._under_way.popleft()
        for (key, preset), found in zip(asked.new.items(), asked.results(), strict=True):
            scored = Scored(preset, found or RenderFeatures(np.inf))
            self._known[key] = scored
            self.scored.append(scored)
            self.history.append(min(scored.distance, self.history[-1] if self.history else np.inf))
        if self.report:
            self.report(Progress(self.renders, self.budget, time.monotonic() - self._start, self.history[-1]))
        return [self._known.get(preset.key()) for preset in asked.presets]

    def known(self, preset: Preset) -> bool:
        """Whether it was rendered already, or is being rendered."""
        key = preset.key()
        return key in self._known or any(key in asked.new for asked in self._under_way)

    def best(self, count: int = 1, renders: int | None = None) -> list[Scored]:
        """The best presets so far, or of the first so many renders, best first."""
        finite = [s for s in self.scored[:renders] if np.isfinite(s.distance)]
        return sorted(finite, key=lambda s: s.distance)[:count]
