"""The long work of the page: searching, indexing the user's presets, hearing what a sound depends on.

Each function makes a job; its work runs in the jobs' thread, with workers that stay for the next job. A synthesizer
that fails costs its own part of a job, not the others'.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthmatch.calibration.in_domain import out_of_reach_text
from synthmatch.errors import RenderError, SynthmatchError
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.build import build
from synthmatch.matching import match
from synthmatch.proposers.registry import check_sources, random_instead
from synthmatch.render.progress import RenderProgress
from synthmatch.result import Match
from synthmatch.search.effort import budget_of
from synthmatch.search.locks import check_names
from synthmatch.search.objective import Progress
from synthmatch.search.rendering import rendered_with
from synthmatch.search.sensitivity import sensitivity
from synthmatch.synths.registry import get_synth
from synthmatch.web.entities import Candidate, OwnLibrary
from synthmatch.web.files import Presets
from synthmatch.web.jobs import Job, Part
from synthmatch.web.server_state import METRICS, ServerState

#: A candidate that a better one has replaced stays this long: a page may just be requesting it.
_LINGER_SECONDS = 30.0


@dataclass(frozen=True)
class SearchRequest:
    """What a search is asked for. `effort`, `seconds` and `renders` are for each synthesizer; `start` is a candidate's id or ""."""

    synths: tuple[str, ...]
    effort: str | None
    renders: int | None
    seconds: float | None
    candidates: int
    seed: int
    libraries: tuple[str, ...]
    start: str
    sources: tuple[str, ...] | None
    locked: tuple[str, ...]


def search(server: ServerState, target_id: str, request: SearchRequest) -> Job:
    """Match a target. Candidates appear while it runs; cancelled, it keeps the best so far.

    Raises `GoneError` for ids of what is not there, `InputError` for a name that cannot be locked or started from.
    """
    target = server.targets.get(target_id).whole()
    check_names([get_synth(id).space for id in request.synths], request.locked)
    libraries = [server.libraries.get(id).library for id in request.libraries]
    start = [server.candidates.get(request.start).preset] if request.start else []
    check_sources(request.sources, start=start, model=None)

    def one(job: Job, part: Part, id: str, board: _Board) -> None:
        part.state = "running"
        job.changed()
        try:
            found = match(
                target,
                synths=[id],
                effort=request.effort,
                renders=request.renders,
                seconds=request.seconds,
                candidates=request.candidates,
                seed=request.seed,
                libraries=libraries,
                start=start,
                sources=request.sources,
                locked=request.locked,
                metrics=METRICS,
                pools=server.pools.lend,
                progress=_tell(job, part),
                show=board.show,
            )
        except SynthmatchError as error:
            part.state, part.remark = "failed", str(error)
            return
        if found.out_of_reach:
            lines = {**job.result["out_of_reach"], id: out_of_reach_text(part.name)}
            job.result = {**job.result, "out_of_reach": lines}
        board.put(id, list(found))
        part.remark = random_instead(request.sources, part.name, {candidate.origin for candidate in found})
        part.state, part.seconds_left = ("done" if found.complete else "cancelled"), 0.0

    def work(job: Job) -> None:
        board = _Board(server, job, target_id)
        for part, id in zip(job.parts, request.synths, strict=True):
            one(job, part, id, board)
            if part.state == "cancelled":
                break
        if all(part.state == "failed" for part in job.parts):
            raise RenderError("; ".join(dict.fromkeys(part.remark for part in job.parts)))

    parts = []
    for id in request.synths:
        budget = budget_of(id, effort=request.effort, renders=request.renders, seconds=request.seconds)
        parts.append(Part(get_synth(id).title, total=budget.renders, seconds_left=request.seconds))
    result: dict[str, Any] = {"candidates": [], "out_of_reach": {}}
    return server.jobs.add(Job("search", target.name, work, parts, result, target_id=target_id))


class _Board:
    """A search's candidates, best first over all synthesizers; one that is shown again keeps its id.

    Those that better ones replace go after some time, but for what somebody has looked into.
    """

    def __init__(self, server: ServerState, job: Job, target_id: str) -> None:
        self._server, self._job, self._target_id = server, job, target_id
        self._known: dict[tuple[str, bytes], Candidate] = {}
        self._shown: dict[str, list[Candidate]] = {}
        self._shown_seconds: dict[str, float] = {}

    def show(self, synth: str, matches: Sequence[Match]) -> None:
        """Candidates of a search that goes on."""
        self.put(synth, matches)
        self._job.changed()

    def put(self, synth: str, matches: Sequence[Match]) -> None:
        """Take these for a synthesizer's candidates."""
        shown = []
        for found in matches:
            key = (synth, found.preset.key())
            if key not in self._known:
                self._known[key] = self._server.found(found, self._target_id)
            # at the end of a search there is more to say of one that was shown
            self._known[key].scores, self._known[key].in_domain_percentile = found.scores, found.in_domain_percentile
            shown.append(self._known[key])
        self._shown[synth] = shown
        ranked = sorted((c for some in self._shown.values() for c in some), key=lambda c: c.rank)
        self._job.result = {**self._job.result, "candidates": [candidate.id for candidate in ranked]}
        self._shown_seconds |= {candidate.id: time.monotonic() for candidate in ranked}
        self._clear()

    def _clear(self) -> None:
        limit = time.monotonic() - _LINGER_SECONDS
        for key, candidate in list(self._known.items()):
            if self._shown_seconds[candidate.id] < limit and not candidate.opened:
                del self._known[key]
                self._server.candidates.remove(candidate.id)


def _tell(job: Job, part: Part) -> Callable[[str, Progress], None]:
    def progress(_: str, state: Progress) -> None:
        part.done, part.best = state.renders, state.best_distance if np.isfinite(state.best_distance) else None
        part.time_share = min(state.seconds / state.budget.seconds, 1.0)
        rate = state.renders / max(state.seconds, 1e-6)
        part.seconds_left = max(
            min((state.budget.renders - state.renders) / rate, state.budget.seconds - state.seconds), 0
        )
        job.changed()

    return progress


def index(server: ServerState, found: Presets, name: str) -> Job:
    """Index the user's presets: a library a synthesizer, which searches may then use."""

    def work(job: Job) -> None:
        for part, (id, presets) in zip(job.parts, found.by_synth.items(), strict=True):
            part.state = "running"
            job.changed()

            def progress(state: RenderProgress, part: Part = part) -> None:
                part.done, part.total, part.seconds_left = state.done, state.total, state.seconds_left
                job.changed()

            path = server.folder / f"{job.id}-{len(job.result['libraries'])}.npz"
            try:
                with server.pools.lend(get_synth(id)) as pool:
                    built = build(presets, pool, path, source=name, progress=progress)
            except SynthmatchError as error:
                part.state, part.remark = "failed", str(error)
                continue
            finally:
                path.unlink(missing_ok=True)
            left_out = built.duplicates + built.silent + built.failed
            kept = server.libraries.add(OwnLibrary(built.library, name, left_out))
            part.state = "done"
            job.result = {**job.result, "libraries": [*job.result["libraries"], kept]}
        if not job.result["libraries"]:
            raise SynthmatchError("; ".join(part.remark for part in job.parts))

    parts = [Part(get_synth(id).title, total=3 * len(presets)) for id, presets in found.by_synth.items()]
    result = {"libraries": [], "unreadable": found.unreadable, "remarks": found.remarks}
    return server.jobs.add(Job("index", name, work, parts, result))


def depends(server: ServerState, candidate: Candidate) -> Job:
    """Hear what a candidate's sound depends on, once."""
    synth = get_synth(candidate.preset.synth)
    note = server.targets.get(candidate.target_id).target.note

    def work(job: Job) -> None:
        if candidate.weights is None:
            score = SearchDistance(candidate.recording.audio())
            (part,) = job.parts
            part.state = "running"

            def report(done: int, total: int) -> None:
                part.done, part.total = done, total
                job.changed()

            with server.pools.lend(synth) as pool:
                weights = sensitivity(synth.space, candidate.preset, rendered_with(pool, note, score), report)
            candidate.weights = synth.space.named(weights)
        job.result = {"weights": candidate.weights}

    return server.jobs.add(Job("depends", candidate.preset.name, work, [Part(synth.title, total=len(synth.space))]))
