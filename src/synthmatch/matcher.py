"""One synthesizer against one target: proposers, a search under a budget, and the candidates that it ends with."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from synthmatch.calibration.in_domain import METRIC, in_domain_percentile, is_out_of_reach
from synthmatch.calibration.noise_floor import noise_floor
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.builtin import libraries_for
from synthmatch.library.library import Library
from synthmatch.metrics import evaluate
from synthmatch.params import Preset
from synthmatch.proposers.model import TrainedModel
from synthmatch.proposers.registry import proposers_for
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.result import Match
from synthmatch.search.distinct import distinct
from synthmatch.search.failures import failures_text
from synthmatch.search.guided import guided_search
from synthmatch.search.locks import lock
from synthmatch.search.objective import Budget, Objective, Progress
from synthmatch.search.rendering import rendered_with
from synthmatch.surrogate.surrogate import Surrogate
from synthmatch.synths.base import Synth
from synthmatch.target import Target

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
    model: TrainedModel | None
    surrogates: Mapping[str, Surrogate]
    progress: Callable[[str, Progress], None] | None
    show: Callable[[str, Sequence[Match]], None] | None


class SynthMatches(NamedTuple):
    """What came of it: see `Matches`. `failed` is empty where a preset rendered."""

    matches: list[Match]
    renders: int
    complete: bool
    out_of_reach: bool
    failed: str


def match_one(synth: Synth, pool: RenderPool, task: Task) -> SynthMatches:
    """Search with one synthesizer. A first Ctrl-C ends the search and keeps the best so far, a second is raised."""
    first = [preset for preset in task.start if preset.synth == synth.id]
    held = first[0].native if first else synth.space.default
    locks = lock(synth.space, task.locked, held)
    matcher = _Matcher(synth, pool, task)
    report = _Report(matcher, task)
    libraries = [*libraries_for(synth.id), *task.libraries]
    found = guided_search(
        task.target.audio,
        task.target.note,
        pool,
        proposers_for(libraries, start=task.start, model=task.model),
        task.surrogates.get(synth.id),
        task.budget,
        np.random.default_rng([task.seed, _stable(synth.id)]),
        answers=task.candidates,
        locks=locks,
        report=report,
        evaluate=matcher.evaluate,
    )
    complete, spent = found.complete, len(found.objective.scored)
    try:
        matches = matcher.finish(found.presets, spent)
    except KeyboardInterrupt:
        if not complete:
            raise
        complete, matches = False, matcher.finish(found.presets, spent)
    # what is locked may be what the target needs, and that says nothing about the synthesizer
    out_of_reach = not task.locked and is_out_of_reach([m.in_domain_percentile for m in matches])
    failed = "" if matches else failures_text(pool, task.target.note, matcher.failures, synth.preset(held))
    return SynthMatches(matches, spent, complete, out_of_reach, failed)


class _Matcher:
    """One synthesizer against one target."""

    def __init__(self, synth: Synth, pool: RenderPool, task: Task) -> None:
        self.synth, self.pool, self.target, self.metrics = synth, pool, task.target, task.metrics
        self._distance = SearchDistance(self.target.audio)
        self.failures: list[RenderFailure] = []
        self.evaluate = rendered_with(pool, self.target.note, self._distance, self.failures)
        self._shown: dict[bytes, Match] = {}

    def finish(self, presets: Sequence[Preset], renders: int) -> list[Match]:
        """Render what was chosen after so many renders once more, for its sound, the table metrics and how sure it is."""
        found = self._matches(presets, self.metrics)
        if self.metrics is not None and METRIC not in self.metrics:
            return found
        return [
            replace(m, in_domain_percentile=in_domain_percentile(m.synth, m.scores[METRIC], renders)) for m in found
        ]

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
                matches.append(Match(named, audio, self._distance(audio).distance_db, scores, floor, None))
        return matches


class _Report:
    """Tells of a search after each batch, and shows its candidates now and then."""

    def __init__(self, matcher: _Matcher, task: Task) -> None:
        self._matcher, self._candidates = matcher, task.candidates
        self._progress, self._show, self._shown_seconds = task.progress, task.show, -float("inf")

    def __call__(self, objective: Objective, state: Progress) -> None:
        synth = self._matcher.synth.id
        if self._progress:
            self._progress(synth, state)
        if self._show and time.monotonic() - self._shown_seconds >= _SHOW_SECONDS:
            self._show(synth, self._matcher.show(distinct(objective, self._candidates)))
            self._shown_seconds = time.monotonic()


def _stable(text: str) -> int:
    """A number for a name that does not change between runs, unlike `hash`."""
    return int.from_bytes(text.encode(), "big") % 2**63
