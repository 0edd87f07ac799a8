"""What every search sees of a target: presets in, distances out, within a budget of renders or seconds.

Nothing else in a search renders. So every method counts alike, keeps its best when interrupted, and shows the same
progress.
"""

import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from synthmatch.features.search_distance import RenderFeatures
from synthmatch.params import ParamSpace, Preset
from synthmatch.search.locks import Locks

#: Presets -> features of each render, None where a render failed.
Evaluate = Callable[[Sequence[Preset]], list[RenderFeatures | None]]


@dataclass(frozen=True, slots=True)
class Budget:
    """When a search stops: after so many renders, or so many seconds, whichever comes first."""

    renders: int = 200
    seconds: float = float("inf")


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


@dataclass
class Objective:
    """Scores presets against one target until the budget is spent.

    `evaluate` renders and measures a batch. `scored` keeps every preset rendered so far, in order; `history` the best
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
    _start: float = field(default_factory=time.monotonic)

    @property
    def most(self) -> int:
        """Presets that the budget allows."""
        return self.budget.renders // self.renders_each

    @property
    def left(self) -> int:
        """Presets left of them."""
        return self.most - len(self.scored)

    @property
    def renders(self) -> int:
        """Renders so far."""
        return len(self.scored) * self.renders_each

    def __call__(self, presets: Sequence[Preset]) -> list[Scored | None]:
        """Presets rendered and scored, in their order; None for those beyond the budget.

        Raises `Exhausted` where nothing is left before the first of them.
        """
        if self.left <= 0 or time.monotonic() - self._start >= self.budget.seconds:
            raise Exhausted
        if self.locks:
            presets = [self.locks.hold(preset) for preset in presets]
        new: dict[bytes, Preset] = {}
        for preset in presets:
            key = preset.key()
            if key not in self._known and key not in new and len(new) < self.left:
                new[key] = preset
        for (key, preset), found in zip(new.items(), self.evaluate(list(new.values())), strict=True):
            scored = Scored(preset, found or RenderFeatures(np.inf))
            self._known[key] = scored
            self.scored.append(scored)
            self.history.append(min(scored.distance, self.history[-1] if self.history else np.inf))
        if self.report:
            self.report(Progress(self.renders, self.budget, time.monotonic() - self._start, self.history[-1]))
        return [self._known.get(preset.key()) for preset in presets]

    def known(self, preset: Preset) -> bool:
        """Whether it was rendered already."""
        return preset.key() in self._known

    def best(self, count: int = 1, renders: int | None = None) -> list[Scored]:
        """The best presets so far, or of the first so many renders, best first."""
        finite = [s for s in self.scored[:renders] if np.isfinite(s.distance)]
        return sorted(finite, key=lambda s: s.distance)[:count]
