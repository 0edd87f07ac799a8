"""The quality benchmark: every method on every target, under one budget, scored with the table metrics.

A search runs once with the whole budget; its scores after fewer renders are those of the best preset so far by the fast
score. Every row of a results table comes from such a run: the nearest neighbour is the first render of `retrieval`, a
random preset the first of random search.
"""

import hashlib
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from synthmatch.audio import Audio
from synthmatch.errors import RenderError
from synthmatch.evaluation.medoid import medoid_of
from synthmatch.evaluation.metrics import evaluate
from synthmatch.evaluation.records import Conditions, Record, RecordFile, Scores
from synthmatch.evaluation.shared import SharedScores
from synthmatch.evaluation.targets import BenchTarget
from synthmatch.features.score import FastScore
from synthmatch.library.library import Library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Budget, Objective
from synthmatch.search.population import imagined_presets, population_search
from synthmatch.search.registry import SEARCHES, VERSIONS, Search
from synthmatch.search.rendering import rendered_with
from synthmatch.search.screen import Screen
from synthmatch.search.seeds import MODEL_SEEDS, SEEDS, in_turn
from synthmatch.surrogate.surrogate import Surrogate
from synthmatch.systems import cores

#: Renders after which a search is scored, and its whole budget.
MARKS = (1, 16, 50, 200, 1000)
#: Neighbours that are rendered and ranked again by the fast score.
RERANKED = 16
FLOOR, MEDOID, RETRIEVAL = "noise floor", "medoid", "retrieval"
#: A model alone is rendered so often: its first answer, then draws.
SAMPLES = 16
#: A model's answers beside the neighbours as seeds of the population search: its method is the model's with this behind.
SEEDED = ", population"
#: The population search with a surrogate that chooses what it renders.
SCREENED = "screened population"
#: What a surrogate expects to be nearest before anything is rendered: its first answer, and the best of so many.
IMAGINED = "surrogate"
#: What a surrogate is asked for.
OF_SURROGATE = (IMAGINED, SCREENED)
#: Version of the methods that are no search.
_VERSION = "1"

Report = Callable[[int, int, Record], None]


class Answering(Protocol):
    """What the benchmark needs of a trained model (`models.estimator.Estimator`). `fingerprint` tells its weights."""

    @property
    def name(self) -> str:
        """As rows show it."""

    @property
    def fingerprint(self) -> str:
        """A short hash of its weights, without spaces."""

    @property
    def synths(self) -> tuple[str, ...]:
        """Ids of the synthesizers it knows."""

    def estimate(self, audio: Audio, note: Note, synth: str, count: int, rng: np.random.Generator) -> list[Preset]:
        """At most `count` presets for the sound of a note, the most likely first."""


@dataclass(frozen=True)
class Setting:
    """What a benchmark runs with: workers, library, searches by name, budget, seed, trained models and a surrogate."""

    pool: RenderPool
    library: Library
    searches: Sequence[str]
    renders: int
    seed: int
    models: Sequence[Answering] = ()
    surrogate: Surrogate | None = None

    def conditions(self, method: str) -> Conditions:
        """Under which a record of the method counts."""
        weights = self.surrogate if method in OF_SURROGATE else self.model_of(method)
        version = with_population(method, weights.fingerprint) if weights else None
        return conditions(method, self.library_name, self.renders, self.seed, version)

    def model_of(self, method: str) -> Answering | None:
        """The model that a method asks."""
        return next((model for model in self.models if method in (model.name, model.name + SEEDED)), None)

    @cached_property
    def library_name(self) -> str:
        """As records keep it."""
        return library_name(self.library)


class TableMetrics:
    """Every metric of a render against one target; picklable, so that workers compute it."""

    def __init__(self, target: Audio) -> None:
        self._target, self._fast = target, FastScore(target)

    def __call__(self, audio: Audio) -> Scores:
        """Scores by metric name, and the fast score as ``score``."""
        return {**evaluate(self._target, audio), "score": self._fast(audio).score}


def run(setting: Setting, targets: Sequence[BenchTarget], file: RecordFile, report: Report) -> None:
    """Run what the file has no record of, target by target, and add it to the file.

    `report(done, total, record)` after each. Interrupted, it loses the method that it is at.
    """
    todo = [(t, m) for t in targets for m in methods(setting, t) if (t.name, setting.conditions(m)) not in file.records]
    medoid = medoid_of(setting.library) if any(m == MEDOID for _, m in todo) else None
    shared = SharedScores(setting.pool, targets)
    for done, (target, method) in enumerate(todo, 1):
        start = time.monotonic()
        stream = _stream(setting.seed, method, target)
        seeds = _seeds(setting, method, target, stream)
        search = _search(setting, method, target, medoid)
        if method == "random":
            score = shared.of(target)
        else:
            score = rendered_with(setting.pool, target.note, FastScore(target.audio))
        only = {FLOOR: 1, MEDOID: 1, RETRIEVAL: RERANKED, IMAGINED: SAMPLES}
        only |= {model.name: SAMPLES for model in setting.models}
        budget = only.get(method, setting.renders)
        objective = Objective(setting.pool.synth.space, score, Budget(budget))
        search(objective, seeds, stream)
        scores = _at_marks(setting, target, objective)
        seconds = round(time.monotonic() - start, 2)
        record = Record(target.name, setting.conditions(method), machine(), seconds, scores)
        file.add([record])
        report(done, len(todo), record)


def methods(setting: Setting, target: BenchTarget) -> list[str]:
    """What is run on a target. The floor needs a preset of the same synthesizer."""
    floor = [FLOOR] if target.preset and target.preset.synth == setting.pool.synth.id else []
    knowing = [model.name for model in setting.models if setting.pool.synth.id in model.synths]
    surrogate = OF_SURROGATE if setting.surrogate else ()
    return [*floor, MEDOID, RETRIEVAL, *knowing, *setting.searches, *surrogate, *(name + SEEDED for name in knowing)]


def conditions(method: str, library: str, renders: int, seed: int, version: str | None = None) -> Conditions:
    """Conditions of a method, of a search or baseline at its present version."""
    return Conditions(method, version or VERSIONS.get(method, _VERSION), library, renders, seed)


def model_version(recorded: Conditions) -> str | None:
    """What the version of a model's record would be under the present search; None where it is no model's."""
    if recorded.method in {FLOOR, MEDOID, RETRIEVAL, *SEARCHES}:
        return None
    return with_population(recorded.method, recorded.version.split(" ")[0])


def with_population(method: str, fingerprint: str) -> str:
    """Version of a model's or surrogate's method: its weights, and the search where that is in it."""
    if method in OF_SURROGATE:
        return f"{fingerprint} {VERSIONS['imagined' if method == IMAGINED else 'screened']}"
    return f"{fingerprint} {VERSIONS['population']}" if method.endswith(SEEDED) else fingerprint


def library_name(library: Library) -> str:
    """Its size and the beginning of a hash of what it holds."""
    digest = hashlib.blake2b(library.unit.tobytes() + library.index.codes.tobytes(), digest_size=4)
    return f"{len(library):,} presets {digest.hexdigest()}"


def machine() -> str:
    """The machine in words, without its name."""
    return f"{cores()} cores, {platform.machine()}, Python {platform.python_version()}"


def _seeds(setting: Setting, method: str, target: BenchTarget, rng: np.random.Generator) -> list[Preset]:
    """The library's nearest; a model's answers; or both in turn."""
    model = setting.model_of(method)
    if model and method == model.name:
        return model.estimate(target.audio, target.note, setting.pool.synth.id, SAMPLES, rng)
    near = [n.preset for n in setting.library.nearest(target.audio, target.note, SEEDS)]
    if not model:
        return near
    return in_turn(model.estimate(target.audio, target.note, setting.pool.synth.id, MODEL_SEEDS, rng), near)


def _search(setting: Setting, method: str, target: BenchTarget, medoid: Preset | None) -> Search:
    if method in SEARCHES:
        return SEARCHES[method]
    if method in OF_SURROGATE:
        assert setting.surrogate, f"{method} without a surrogate"
        screen = Screen(setting.surrogate, target.audio, target.note)
        near = setting.library.nearest(target.audio, target.note, SEEDS)
        screen.remember(near)
        if method == SCREENED:
            first = [neighbour.preset for neighbour in screen.nearest_first(near)]
            return lambda objective, seeds, rng: population_search(objective, first, rng, screen)
        return lambda objective, seeds, rng: _in_order(
            objective, imagined_presets(objective, seeds, rng, screen, SAMPLES), rng
        )
    if model := setting.model_of(method):
        return _in_order if method == model.name else population_search
    if method == RETRIEVAL:
        return _in_order
    preset = target.preset if method == FLOOR else medoid
    assert preset is not None, f"{method} of {target.name} has no preset"
    return lambda objective, seeds, rng: _only(objective, preset)


def _in_order(objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator) -> None:
    objective(seeds)


def _only(objective: Objective, preset: Preset) -> None:
    objective([preset])


def _stream(seed: int, method: str, target: BenchTarget) -> np.random.Generator:
    """Random search draws the same for all targets, so that they share its renders; others have their own numbers."""
    own = [] if method == "random" else list(target.name.encode())
    return np.random.default_rng([seed, *own])


def _at_marks(setting: Setting, target: BenchTarget, objective: Objective) -> dict[int, Scores]:
    """Table metrics of the best preset among the first 1, 16, ... renders. Silence stands where none succeeded."""
    # a method may render less than it could: a library holds some presets twice
    budget = objective.budget.renders
    marks = [mark for mark in MARKS if mark < budget] + [budget]
    best = {mark: min(objective.scored[:mark], key=lambda scored: scored.score) for mark in marks}
    presets = {s.preset.key(): s.preset for s in best.values() if np.isfinite(s.score)}
    measure = TableMetrics(target.audio)
    found: dict[bytes, Scores] = {}
    for key, result in zip(presets, setting.pool.run(list(presets.values()), target.note, measure), strict=True):
        if isinstance(result, RenderFailure):
            raise RenderError(f"rendered in the search, but not again: {result}")
        found[key] = result
    if any(scored.preset.key() not in found for scored in best.values()):
        silence = measure(np.zeros_like(target.audio))
        found = {scored.preset.key(): silence for scored in best.values()} | found
    return {mark: found[scored.preset.key()] for mark, scored in best.items()}
