"""Match a target: propose seeds, search under a budget with the real synthesizer, rank what was rendered.

`match` is the one public verb; the command line, the page and the benchmark call it or its parts.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from synthmatch.errors import InputError, MissingSynthError, RenderError
from synthmatch.evaluation import reach
from synthmatch.evaluation.metrics import evaluate
from synthmatch.evaluation.noise_floor import noise_floor
from synthmatch.features.score import FastScore
from synthmatch.library.builtin import libraries_for
from synthmatch.library.library import Library, Neighbour, nearest_in
from synthmatch.library.sources import random_presets
from synthmatch.matches import Match, Matches
from synthmatch.models.registry import require_torch
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.locks import Locks, check_names, lock
from synthmatch.search.objective import Budget, Interrupted, Objective, Progress, Scored
from synthmatch.search.population import imagined_presets, population_search
from synthmatch.search.rendering import rendered_with
from synthmatch.search.screen import Screen
from synthmatch.search.seeds import MODEL_SEEDS, SEEDS, in_turn
from synthmatch.surrogate.surrogate import Surrogate, builtin_surrogates, read_surrogates
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names
from synthmatch.target import Target, load_target

if TYPE_CHECKING:
    from synthmatch.models.estimator import Estimator

#: What `match` takes for its model where none is named, and the name for going without.
DEFAULT_MODEL, NO_MODEL = "default", "none"
#: From which `Surrogate.direction` on an answer is taken without a render: at 0.74 and 0.77 it is nearer than the library's
#: nearest preset on held-out targets, at 0.60 further away.
_TRUSTED = 0.7
#: Two candidates of one synthesizer whose coarse spectra differ by less than this on average are one, in dB.
_SAME_DB = 1.0
#: Candidates so far are shown at most this often: each new one costs a render.
_SHOW_SECONDS = 2.0


def match(
    target: str | Path | npt.NDArray[np.floating] | Target,
    *,
    sample_rate_hz: float = SAMPLE_RATE_HZ,
    synths: Sequence[str] | None = None,
    renders: int = 200,
    seconds: float = float("inf"),
    candidates: int = 3,
    seed: int = 0,
    note: str | int | None = None,
    velocity: int | None = None,
    hold_seconds: float | None = None,
    whole: bool = False,
    libraries: Sequence[Library] = (),
    model: "str | Path | Estimator | None" = DEFAULT_MODEL,
    start: Sequence[Preset] = (),
    locked: Sequence[str] = (),
    metrics: Sequence[str] | None = None,
    workers: int | None = None,
    pools: Callable[[Synth], AbstractContextManager[RenderPool]] | None = None,
    progress: Callable[[str, Progress], None] | None = None,
    show: Callable[[str, Sequence[Match]], None] | None = None,
) -> Matches:
    """Presets that sound like the target, ranked over synthesizers.

    `target`: a file, an array (samples,) or (channels, samples) at `sample_rate_hz`, or a `Target`. `synths`: ids
    (default: all that are installed). `renders` and `seconds` bound the search of each synthesizer; with 0 renders the
    answer is what the package's model expects to be nearest where it is good enough for that, else the library's nearest
    presets. `candidates` a
    synthesizer. `libraries` join the built-in ones. The same seed and renders give the same presets; `seconds` depends on
    the machine. `note`, `velocity`, `hold_seconds` and `whole` are those of `load_target`.

    `model` is by default the package's, which says what is worth a render; "none" or None leaves it out. A file that
    `synthmatch surrogate train` made takes its place. So does a folder that `synthmatch train` made, whose answers join
    the library's, and with 0 renders are the only ones; `synths` are then by default those that it knows.

    `start` are presets to begin with. `locked` names parameters, groups or parts that keep the value of the first of
    them of their synthesizer, or without one the default. `metrics` names the scores to give (default: all); without
    ``mss``, no match says how sure it is and nothing is called out of reach.

    `pools(synth)` lends the render workers; by default `workers` processes are started, and end with the search of
    their synthesizer. `progress(synth, state)` is called after every batch, `show(synth, matches)` with the candidates
    so far, at most every two seconds. Ctrl-C, or an `Interrupted` raised by either, ends the search and keeps the best
    so far.

    Raises `InputError` for a target or argument that cannot be used, `MissingSynthError` where a synthesizer asked for
    is not installed, `RenderError` where not one preset rendered.
    """
    if renders < 0 or candidates < 1 or seconds <= 0:
        raise InputError(
            f"got renders {renders}, seconds {seconds}, candidates {candidates};"
            " expected renders 0 or more, seconds above 0, candidates 1 or more"
        )
    estimator, surrogates = models_of(model)
    chosen = installed(synths)
    if estimator and synths is None:
        chosen = [synth for synth in chosen if synth.id in estimator.synths]
    if not isinstance(target, Target):
        target = load_target(
            target, sample_rate_hz, note=note, velocity=velocity, hold_seconds=hold_seconds, whole=whole
        )
    check_names([synth.space for synth in chosen], locked)
    found: list[Match] = []
    spent: dict[str, int] = {}
    out_of_reach: list[str] = []
    complete = True
    for synth in chosen:
        with pools(synth) if pools else RenderPool(synth, workers) as pool:
            own = [library for library in libraries if library.synth == synth.id]
            first = [preset for preset in start if preset.synth == synth.id]
            locks = lock(synth.space, locked, first[0].native if first else synth.space.default)
            matcher = _Matcher(synth, target, pool, own, estimator, metrics)
            objective = Objective(synth.space, matcher.evaluate, Budget(renders, seconds), locks=locks)
            objective.report = _Report(objective, matcher, candidates, progress, show)
            rng = np.random.default_rng([seed, _stable(synth.id)])
            surrogate = surrogates.get(synth.id)
            screen = Screen(surrogate, target.audio, target.note) if surrogate else None
            if screen and matcher.near:
                screen.remember(matcher.near)
                matcher.near = screen.nearest_first(matcher.near) if renders else matcher.near
            seeds = matcher.seeds(rng, first, locks, alone=renders == 0)
            try:
                if renders:
                    population_search(objective, seeds, rng, screen)
                elif screen and surrogate and surrogate.direction >= _TRUSTED and matcher.near:
                    seeds = imagined_presets(objective, seeds, rng, screen, candidates)
            except (KeyboardInterrupt, Interrupted):
                complete = False
            spent[synth.id] = len(objective.scored)
            own_best = matcher.finish(_distinct(objective, candidates) or seeds[:candidates], spent[synth.id])
            # what is locked may be what the target needs, and that says nothing about the synthesizer
            if not locked and reach.is_out_of_reach([m.nearer_than for m in own_best]):
                out_of_reach.append(synth.id)
            found += own_best
        if not complete:
            break
    if not found:
        raise RenderError(f"no preset rendered on {', '.join(s.title for s in chosen)}; try another --seed or target")
    ranked = tuple(sorted(found, key=lambda m: m.score))
    return Matches(target, ranked, spent, complete, tuple(out_of_reach))


def installed(ids: Sequence[str] | None) -> list[Synth]:
    """The synthesizers of these ids, or all registered ones that can render.

    Raises `MissingSynthError` where one asked for, or every one, is missing.
    """
    if ids is not None:
        synths = [get_synth(id) for id in dict.fromkeys(ids)]
        for synth in synths:
            if missing := synth.missing():
                raise MissingSynthError(missing)
        return synths
    synths = [get_synth(name) for name in synth_names()]
    present = [synth for synth in synths if synth.missing() is None]
    if not present:
        raise MissingSynthError(f"no synthesizer is installed; {'; '.join(s.missing() or '' for s in synths)}")
    return present


class Models(NamedTuple):
    """What helps a search: a model that answers, or surrogates by synthesizer id that say what is worth a render."""

    estimator: "Estimator | None"
    surrogates: Mapping[str, Surrogate]


def models_of(model: "str | Path | Estimator | None") -> Models:
    """What `match` uses for its argument. Raises `InputError`, `MissingExtraError` without torch for a folder."""
    if model is not None and not isinstance(model, str | Path):
        return Models(model, {})
    if model is None or str(model) == NO_MODEL:
        return Models(None, {})
    if str(model) == DEFAULT_MODEL:
        return Models(None, builtin_surrogates())
    if (path := Path(model)).suffix == ".npz":
        return Models(None, read_surrogates(path))
    return Models(estimator_of(path), {})


def estimator_of(folder: Path) -> "Estimator":
    """The model of a training run's folder, ready to answer. Raises `InputError`, `MissingExtraError` without torch."""
    require_torch()
    from synthmatch.models.estimator import Estimator  # noqa: PLC0415 - loads torch

    return Estimator(folder)


class _Matcher:
    """One synthesizer against one target."""

    def __init__(
        self,
        synth: Synth,
        target: Target,
        pool: RenderPool,
        libraries: Sequence[Library],
        estimator: "Estimator | None",
        metrics: Sequence[str] | None,
    ) -> None:
        self.synth, self.target, self.pool, self.estimator, self.metrics = synth, target, pool, estimator, metrics
        self.libraries = [*libraries_for(synth.id), *libraries]
        self.score = FastScore(target.audio)
        self.evaluate = rendered_with(pool, target.note, self.score)
        self.near: Sequence[Neighbour] = nearest_in(self.libraries, target.audio, target.note, SEEDS)
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
            if not isinstance(audio, RenderFailure):
                scores = evaluate(self.target.audio, audio, metrics)
                named = preset.with_name(preset.name or self.target.name)
                matches.append(Match(named, audio, self.score(audio).score, scores, floor, None))
        return matches


class _Report:
    """Tells of a search after each batch, and shows its candidates now and then."""

    def __init__(
        self,
        objective: Objective,
        matcher: _Matcher,
        candidates: int,
        progress: Callable[[str, Progress], None] | None,
        show: Callable[[str, Sequence[Match]], None] | None,
    ) -> None:
        self._objective, self._matcher, self._candidates = objective, matcher, candidates
        self._progress, self._show, self._shown_seconds = progress, show, -float("inf")

    def __call__(self, state: Progress) -> None:
        synth = self._matcher.synth.id
        if self._progress:
            self._progress(synth, state)
        if self._show and time.monotonic() - self._shown_seconds >= _SHOW_SECONDS:
            self._show(synth, self._matcher.show(_distinct(self._objective, self._candidates)))
            self._shown_seconds = time.monotonic()


def _distinct(objective: Objective, count: int) -> list[Preset]:
    """The best presets that differ audibly from each better one: `count` of them, or fewer."""
    chosen: list[Scored] = []
    for scored in objective.best(64 * count):
        if all(np.abs(scored.heard.difference - c.heard.difference).mean() >= _SAME_DB for c in chosen):
            chosen.append(scored)
        if len(chosen) == count:
            break
    return [scored.preset for scored in chosen]


def _stable(text: str) -> int:
    """A number for a name that does not change between runs, unlike `hash`."""
    return int.from_bytes(text.encode(), "big") % 2**63
