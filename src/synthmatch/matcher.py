"""One synthesizer against one target: seeds, a search under a budget, and the candidates that it ends with."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from synthmatch.evaluation import reach
from synthmatch.evaluation.metrics import evaluate
from synthmatch.evaluation.noise_floor import noise_floor
from synthmatch.features.score import FastScore
from synthmatch.library.builtin import libraries_for
from synthmatch.library.library import Library, Neighbour, nearest_in
from synthmatch.library.sources import random_presets
from synthmatch.matches import Match
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.distinct import distinct
from synthmatch.search.failures import failures_text
from synthmatch.search.locks import Locks, lock
from synthmatch.search.objective import Budget, Interrupted, Objective, Progress
from synthmatch.search.population import imagined_presets, population_search
from synthmatch.search.rendering import rendered_with
from synthmatch.search.screen import Screen
from synthmatch.search.seeds import MODEL_SEEDS, SEEDS, in_turn
from synthmatch.surrogate.surrogate import Surrogate
from synthmatch.synths.base import Synth
from synthmatch.target import Target

if TYPE_CHECKING:
    from synthmatch.models.estimator import Estimator

#: From which `Surrogate.direction` on an answer is taken without a render: at 0.74 and 0.77 it is nearer than the library's
#: nearest preset on held-out targets, at 0.60 further away.
_TRUSTED = 0.7
#: Candidates so far are shown at most this often: each new one costs a render.
_SHOW_SECONDS = 2.0


@dataclass(frozen=True)
class Task:
    """What is asked of every synthesizer; as `matching.match` takes it."""

    target: Target
    budget: Budget
    candidates: int
    seed: int
    libraries: Sequence[Library]
    start: Sequence[Preset]
    locked: Sequence[str]
    metrics: Sequence[str] | None
    estimator: "Estimator | None"
    surrogates: Mapping[str, Surrogate]
    progress: Callable[[str, Progress], None] | None
    show: Callable[[str, Sequence[Match]], None] | None


class Found(NamedTuple):
    """What came of it: see `Matches`. `failed` is empty where a preset rendered."""

    matches: list[Match]
    renders: int
    complete: bool
    out_of_reach: bool
    failed: str


def match_one(synth: Synth, pool: RenderPool, task: Task) -> Found:
    """Search with one synthesizer. A first Ctrl-C ends the search and keeps the best so far, a second is raised."""
    first = [preset for preset in task.start if preset.synth == synth.id]
    held = first[0].native if first else synth.space.default
    locks = lock(synth.space, task.locked, held)
    matcher = _Matcher(synth, pool, task)
    objective = Objective(synth.space, matcher.evaluate, task.budget, locks=locks)
    objective.report = _Report(objective, matcher, task)
    rng = np.random.default_rng([task.seed, _stable(synth.id)])
    surrogate, renders = task.surrogates.get(synth.id), task.budget.renders
    screen = Screen(surrogate, task.target.audio, task.target.note) if surrogate else None
    if screen and matcher.near:
        screen.remember(matcher.near)
        matcher.near = screen.nearest_first(matcher.near) if renders else matcher.near
    seeds = matcher.seeds(rng, first, locks, alone=renders == 0)
    complete = True
    try:
        if renders:
            population_search(objective, seeds, rng, screen)
        elif screen and surrogate and surrogate.direction >= _TRUSTED and matcher.near:
            seeds = imagined_presets(objective, seeds, rng, screen, task.candidates)
    except (KeyboardInterrupt, Interrupted):
        complete = False
    spent = len(objective.scored)
    best = distinct(objective, task.candidates) or seeds[: task.candidates]
    try:
        matches = matcher.finish(best, spent)
    except KeyboardInterrupt:
        if not complete:
            raise
        complete, matches = False, matcher.finish(best, spent)
    # what is locked may be what the target needs, and that says nothing about the synthesizer
    out_of_reach = not task.locked and reach.is_out_of_reach([m.nearer_than for m in matches])
    failed = "" if matches else failures_text(pool, task.target.note, matcher.failures, synth.preset(held))
    return Found(matches, spent, complete, out_of_reach, failed)


class _Matcher:
    """One synthesizer against one target."""

    def __init__(self, synth: Synth, pool: RenderPool, task: Task) -> None:
        self.synth, self.pool, self.target, self.metrics = synth, pool, task.target, task.metrics
        self.estimator = task.estimator
        own = [library for library in task.libraries if library.synth == synth.id]
        self.score = FastScore(self.target.audio)
        self.failures: list[RenderFailure] = []
        self.evaluate = rendered_with(pool, self.target.note, self.score, self.failures)
        libraries = [*libraries_for(synth.id), *own]
        self.near: Sequence[Neighbour] = nearest_in(libraries, self.target.audio, self.target.note, SEEDS)
        self._shown: dict[bytes, Match] = {}

    def seeds(
        self, rng: np.random.Generator, start: Sequence[Preset], locks: Locks | None, *, alone: bool
    ) -> list[Preset]:
        """Presets to start from: `start`, then a model's answers and the library's nearest in turn; else random ones.

        `alone`: a model's answers without the library. Each preset is there once, with what is locked at its value.
        """
        answers: list[Preset] = []
        if self.estimator:
            answers = self.estimator.estimate(self.target.audio, self.target.note, self.synth.id, MODEL_SEEDS, rng)
        neighbours = [] if alone and answers else [neighbour.preset for neighbour in self.near]
        found = [*start, *in_turn(answers, neighbours)] or random_presets(self.synth, rng, SEEDS)
        held = [locks.hold(preset) for preset in found] if locks else found
        return list({preset.key(): preset for preset in held}.values())[:SEEDS]

    def finish(self, presets: Sequence[Preset], renders: int) -> list[Match]:
        """Render what was chosen after so many renders once more, for its sound, the table metrics and how sure it is."""
        found = self._matches(presets, self.metrics)
        if self.metrics is not None and reach.METRIC not in self.metrics:
            return found
        return [replace(m, nearer_than=reach.nearer_than(m.synth, m.scores[reach.METRIC], renders)) for m in found]

    def show(self, presets: Sequence[Preset]) -> list[Match]:
        """The same with `lsd` alone, which takes a tenth of the time; each preset once in a search."""
        new = [preset for preset in presets if preset.key() not in self._shown]
        self._shown |= {found.preset.key(): found for found in self._matches(new, ("lsd",))}
        return [self._shown[preset.key()] for preset in presets if preset.key() in self._shown]

    def _matches(self, presets: Sequence[Preset], metrics: Sequence[str] | None) -> list[Match]:
        floor = noise_floor(self.synth.id)
        matches = []
        for preset, audio in zip(presets, self.pool.run(presets, self.target.note), strict=True):
            if isinstance(audio, RenderFailure):
                self.failures.append(audio)
            else:
                scores = evaluate(self.target.audio, audio, metrics)
                named = preset.with_name(preset.name or self.target.name)
                matches.append(Match(named, audio, self.score(audio).score, scores, floor, None))
        return matches


class _Report:
    """Tells of a search after each batch, and shows its candidates now and then."""

    def __init__(self, objective: Objective, matcher: _Matcher, task: Task) -> None:
        self._objective, self._matcher, self._candidates = objective, matcher, task.candidates
        self._progress, self._show, self._shown_seconds = task.progress, task.show, -float("inf")

    def __call__(self, state: Progress) -> None:
        synth = self._matcher.synth.id
        if self._progress:
            self._progress(synth, state)
        if self._show and time.monotonic() - self._shown_seconds >= _SHOW_SECONDS:
            self._show(synth, self._matcher.show(distinct(self._objective, self._candidates)))
            self._shown_seconds = time.monotonic()


def _stable(text: str) -> int:
    """A number for a name that does not change between runs, unlike `hash`."""
    return int.from_bytes(text.encode(), "big") % 2**63
