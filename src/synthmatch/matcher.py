"""One synthesizer against one target: proposers, a search under a budget, and the candidates that it ends with."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.calibration.closeness import Closeness
from synthmatch.calibration.in_domain import in_domain_percentile, is_out_of_reach
from synthmatch.calibration.noise_floor import noise_floor
from synthmatch.features.loudness import played_db
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.builtin import libraries_for
from synthmatch.library.library import Library
from synthmatch.metrics import evaluate
from synthmatch.params import Preset
from synthmatch.proposers.model import TrainedModel
from synthmatch.proposers.registry import proposers_for
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.result import Match, NoteMatch
from synthmatch.search.distinct import at_first, differing, distinct
from synthmatch.search.failures import failures_text
from synthmatch.search.guided import guided_search
from synthmatch.search.locks import lock
from synthmatch.search.objective import Budget, Objective, Progress
from synthmatch.search.preset_level import SET_TO_LEVEL, levelled
from synthmatch.search.rendering import once, rendered_together, rendered_with, together
from synthmatch.surrogate.surrogate import Surrogate
from synthmatch.synths.base import Synth
from synthmatch.target import Target

#: Candidates so far are shown at most this often: each new one costs a render.
_SHOW_SECONDS = 2.0
#: A synthesizer whose best match ranks so many times as far as the best of all may yet overtake it; not tuned.
_NEAR = 1.2
#: Presets that are rendered for each candidate, of which some sound alike; not tuned.
_SPARE = 4


@dataclass(frozen=True)
class Task:
    """What is asked of every synthesizer; as `matching.match` takes it."""

    target: Target
    #: where the target has several notes all of them, from low to high; `target` is one of them
    notes: Sequence[Target]
    candidates: int
    seed: int
    libraries: Sequence[Library]
    start: Sequence[Preset]
    locked: Sequence[str]
    metrics: Sequence[str] | None
    model: TrainedModel | None
    sources: Sequence[str] | None
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

    @property
    def rank(self) -> float:
        """Of its best match, the least first; infinite without one."""
        return min((match.rank for match in self.matches), default=math.inf)


def leading(found: Mapping[str, SynthMatches]) -> list[str]:
    """Ids of the synthesizers that may still be the best after more renders: those near the best so far, it first."""
    most = _NEAR * min(one.rank for one in found.values())
    return sorted((id for id, one in found.items() if one.rank <= most < math.inf), key=lambda id: found[id].rank)


class SynthSearch:
    """The search of one synthesizer. It may be run again with more renders: what was rendered is not rendered anew."""

    def __init__(self, synth: Synth, pool: RenderPool, task: Task) -> None:
        self._synth, self._pool, self._task = synth, pool, task
        self._matcher = _Matcher(synth, pool, task)
        self._evaluate = once(self._matcher.evaluate)

    def run(self, budget: Budget) -> SynthMatches:
        """Search. A first Ctrl-C ends the search and keeps the best so far, a second is raised.

        The same budget in renders gives the same, whatever was run before.
        """
        synth, task, matcher = self._synth, self._task, self._matcher
        first = [preset for preset in task.start if preset.synth == synth.id]
        held = first[0].native if first else synth.space.default
        libraries = [*libraries_for(synth.id), *task.libraries]
        found = guided_search(
            task.target.audio,
            task.target.note,
            self._pool,
            proposers_for(libraries, start=task.start, model=task.model, sources=task.sources, notes=task.notes),
            task.surrogates.get(synth.id),
            budget,
            np.random.default_rng([task.seed, _stable(synth.id)]),
            answers=_SPARE * task.candidates,
            locks=lock(synth.space, task.locked, held),
            report=_Report(matcher, task),
            evaluate=self._evaluate,
            renders_each=len(task.notes) or 1,
        )
        complete, spent = found.complete, found.objective.renders
        try:
            matches = matcher.finish(found.presets, spent, at_first(found.objective))
        except KeyboardInterrupt:
            if not complete:
                raise
            complete, matches = False, matcher.finish(found.presets, spent, at_first(found.objective))
        # what is locked may be what the target needs, and that says nothing about the synthesizer
        out_of_reach = not task.locked and is_out_of_reach([m.in_domain_percentile for m in matches])
        failed = "" if matches else failures_text(self._pool, task.target.note, matcher.failures, synth.preset(held))
        return SynthMatches(matches, spent, complete, out_of_reach, failed)


class _Matcher:
    """One synthesizer against one target."""

    def __init__(self, synth: Synth, pool: RenderPool, task: Task) -> None:
        self.synth, self.pool, self.target, self.metrics = synth, pool, task.target, task.metrics
        self._locked, self._candidates = task.locked, task.candidates
        self._closeness = Closeness(self.target.audio, synth.id)
        self._distance, self._played_db = SearchDistance(self.target.audio), played_db(self.target.audio)
        others = [note for note in task.notes if note is not task.target]
        self._others = [(note, SearchDistance(note.audio), Closeness(note.audio, synth.id)) for note in others]
        self.failures: list[RenderFailure] = []
        self.evaluate = rendered_with(pool, self.target.note, self._distance, self.failures)
        if others:
            distances = [self._distance, *(distance for _, distance, _ in self._others)]
            notes = [self.target.note, *(other.note for other in others)]
            self.evaluate = rendered_together(pool, notes, distances, self.failures)
        self._shown: dict[bytes, Match] = {}

    def finish(self, presets: Sequence[Preset], renders: int, began: Sequence[Preset]) -> list[Match]:
        """The candidates after so many renders: those of the presets that differ, at the target's level, and how sure they are.

        `began`: what may be nearer than they are once the level is set (`distinct.at_first`).
        """
        rendered, first = [], {preset.key() for preset in began}
        asked = {preset.key(): preset for preset in (*presets, *began)}.values()
        for preset, audio in zip(asked, self.pool.run(list(asked), self.target.note), strict=True):
            if isinstance(audio, RenderFailure):
                self.failures.append(audio)
            else:
                rendered.append((preset, audio))
        ranked = self._differing(rendered, max(self._candidates, SET_TO_LEVEL))
        late = [(preset, audio) for preset, audio in rendered if preset.key() in first]
        # what is among them already differs from none
        chosen = self._differing([*ranked, *late], len(ranked) + len(began))
        sounds = [audio for _, audio in chosen]
        at_level = [match for _, match in self._at_level([preset for preset, _ in chosen], self.metrics, sounds)]
        ordered = sorted(at_level, key=lambda match: match.rank)
        # what differs as it was rendered may be alike at one level, and beside another that comes first now
        apart = differing(
            [match.preset for match in ordered], [match.audio for match in ordered], self._closeness, self._candidates
        )
        found = self._named([ordered[place] for place in apart])
        if self._others:
            # how near a synthesizer comes to several notes of its own was not measured
            return found
        return [replace(m, in_domain_percentile=in_domain_percentile(m.synth, m.closeness, renders)) for m in found]

    def _differing(self, rendered: Sequence[tuple[Preset, Audio]], count: int) -> list[tuple[Preset, Audio]]:
        """The first so many presets whose sounds differ, with these."""
        sounds = [audio for _, audio in rendered]
        places = differing([preset for preset, _ in rendered], sounds, self._closeness, count)
        return [rendered[place] for place in places]

    def show(self, presets: Sequence[Preset]) -> list[Match]:
        """The same with `lsd` alone, which takes a tenth of the time; each preset once in a search."""
        new = [preset for preset in presets if preset.key() not in self._shown]
        self._shown |= {preset.key(): found for preset, found in self._at_level(new, ("lsd",))}
        shown = [self._shown[preset.key()] for preset in presets if preset.key() in self._shown]
        return sorted(shown, key=lambda found: found.rank)

    def _at_level(
        self, presets: Sequence[Preset], metrics: Sequence[str] | None, rendered: Sequence[Audio] | None = None
    ) -> list[tuple[Preset, Match]]:
        """Each preset that renders, and what it is at the target's level."""
        floor = noise_floor(self.synth.id)
        matches = []
        moved = levelled(self.pool, self.target.note, presets, self.target.audio, self._locked, rendered)
        elsewhere = self._at_other_notes([preset for preset, _ in moved])
        for asked, (preset, audio), others in zip(presets, moved, elsewhere, strict=True):
            if isinstance(audio, RenderFailure):
                self.failures.append(audio)
            elif len(others) == len(self._others):
                scores = evaluate(self.target.audio, audio, metrics)
                distance = self._distance.at_its_level(audio)
                error_db = played_db(audio) - self._played_db
                named = preset.with_name(preset.name or self.target.name)
                here = NoteMatch(self.target, audio, distance, self._closeness(distance))
                all_notes = sorted([here, *others], key=lambda one: one.target.note.pitch)
                distance = together([one.distance for one in all_notes], max)
                closeness = together([one.closeness for one in all_notes], min)
                notes = tuple(all_notes) if others else ()
                found = Match(named, audio, distance, closeness, error_db, scores, floor, None, notes)
                matches.append((asked, found))
        return matches

    def _at_other_notes(self, presets: Sequence[Preset]) -> list[list[NoteMatch]]:
        """What each preset sounds like at the target's other notes, without those at which it does not render."""
        played: list[list[NoteMatch]] = [[] for _ in presets]
        for other, measure, closeness in self._others:
            for notes, audio in zip(played, self.pool.run(presets, other.note), strict=True):
                if isinstance(audio, RenderFailure):
                    self.failures.append(audio)
                else:
                    distance = measure.at_its_level(audio)
                    notes.append(NoteMatch(other, audio, distance, closeness(distance)))
        return played

    def _named(self, matches: Sequence[Match]) -> list[Match]:
        """Matches under names of their own: with a number where a better one has the name."""
        taken: set[str] = set()
        named = []
        for found in matches:
            name = full = found.preset.name
            number = 1
            # a synthesizer cuts longer names than it keeps
            while name[: self.synth.name_length].strip().casefold() in taken:
                number += 1
                name = f"{full[: self.synth.name_length - 1 - len(str(number))].rstrip()} {number}"
            taken.add(name[: self.synth.name_length].strip().casefold())
            named.append(replace(found, preset=found.preset.with_name(name)))
        return named


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
