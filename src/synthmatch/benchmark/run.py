"""The quality benchmark: every method on every target, under one budget, scored with the table metrics.

A search runs once with the whole budget; its scores after fewer renders are those of the best preset so far by the search
distance. Every row of a results table comes from such a run: the nearest neighbour is the first render of `retrieval`, a
random preset the first of random search.
"""

import hashlib
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.benchmark.medoid import medoid_of
from synthmatch.benchmark.methods import (
    BASELINE_VERSION,
    BASELINES,
    EARLIER_BASELINE_VERSION,
    MEDOID,
    SEEDED,
    UNRENDERED,
    Method,
    methods_for,
)
from synthmatch.benchmark.playability import played_otherwise
from synthmatch.benchmark.records import CLOSENESS, Conditions, Record, RecordFile, Scores
from synthmatch.benchmark.shared import SharedDistances
from synthmatch.benchmark.targets import BenchTarget
from synthmatch.calibration.anchors import ANCHORS, anchor
from synthmatch.calibration.closeness import Closeness
from synthmatch.errors import RenderError
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.library import Library
from synthmatch.metrics import evaluate as table_metrics
from synthmatch.params import Preset
from synthmatch.proposers.model import TrainedModel
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.distinct import at_first, distinct
from synthmatch.search.objective import Objective
from synthmatch.search.preset_level import SET_TO_LEVEL, levelled, with_level_error
from synthmatch.search.registry import GENERATIONS, GUIDED, SEARCHES
from synthmatch.surrogate.surrogate import Surrogate
from synthmatch.systems import cores

#: Renders after which a search is scored, and its whole budget.
MARKS = (1, 16, 50, 200, 1000)

#: The generation of searches that ranked by a distance in dB.
OLDEST = len(GENERATIONS) - 1

Report = Callable[[int, int, Record], None]


@dataclass(frozen=True)
class Setting:
    """What a benchmark runs with: workers, library, searches by name, budget, seed, trained models and a surrogate."""

    pool: RenderPool
    library: Library
    searches: Sequence[str]
    renders: int
    seed: int
    models: Sequence[TrainedModel] = ()
    surrogate: Surrogate | None = None

    def methods(self, target: BenchTarget, medoid: Preset | None = None) -> dict[str, Method]:
        """What is run on a target, by name. `medoid`: the library's, which only a run needs."""
        found = methods_for(
            target,
            self.pool.synth.id,
            self.library,
            medoid,
            self.searches,
            self.renders,
            self.models,
            self.surrogate,
        )
        return {method.name: method for method in found}

    def conditions(self, method: Method) -> Conditions:
        """Under which a record of the method counts."""
        return Conditions(method.name, method.version, self.library_name, self.renders, self.seed)

    @cached_property
    def library_name(self) -> str:
        """As records keep it."""
        return library_name(self.library)


class TableMetrics:
    """Every metric of a render against one target; picklable, so that workers compute it."""

    def __init__(self, target: Audio, synth: str) -> None:
        self._target, self._search, self._closeness = target, SearchDistance(target), Closeness(target, synth)

    def __call__(self, audio: Audio) -> Scores:
        """Scores by metric name, the search distance as ``distance``, and ``closeness`` as users are shown it."""
        own = {"distance": self._search(audio).distance, CLOSENESS: self._closeness(self._search.at_its_level(audio))}
        return {**table_metrics(self._target, audio), **own}


def run(setting: Setting, targets: Sequence[BenchTarget], file: RecordFile, report: Report) -> None:
    """Run what the file has no record of, target by target, and add it to the file.

    `report(done, total, record)` after each. Interrupted, it loses the method that it is at.
    """
    todo = [
        (target, name)
        for target in targets
        for name, method in setting.methods(target).items()
        if (target.name, setting.conditions(method)) not in file.records
    ]
    medoid = medoid_of(setting.library) if any(name == MEDOID for _, name in todo) else None
    shared = SharedDistances(setting.pool, targets)
    for done, (target, name) in enumerate(todo, 1):
        start = time.monotonic()
        method = setting.methods(target, medoid)[name]
        # random search draws the same for all targets, so that they share its renders
        evaluate = shared.of(target) if name == "random" else None
        if name in ANCHORS:
            scores = {1: TableMetrics(target.audio, setting.pool.synth.id)(anchor(name, target.audio))}
        else:
            objective = method.run(target, setting.pool, _stream(setting.seed, name, target), evaluate)
            scores = _at_marks(setting, target, objective)
        seconds = round(time.monotonic() - start, 2)
        record = Record(target.name, setting.conditions(method), machine(), seconds, scores)
        file.add([record])
        report(done, len(todo), record)


def is_current(recorded: Conditions, library: str, seed: int, generation: int = 0) -> bool:
    """Whether a record counts for a generation of the searches (`search.registry`), and this library and seed.

    A model counts with any weights.
    """
    versions, searches = recorded.version.split(" "), GENERATIONS[generation]
    if recorded.method in BASELINES:
        held = [EARLIER_BASELINE_VERSION if generation == OLDEST else BASELINE_VERSION]
    elif recorded.method in SEARCHES:
        held = [searches[recorded.method]]
    elif recorded.method in (GUIDED, UNRENDERED):
        held = [versions[0], searches[GUIDED]]
    elif recorded.method.endswith(SEEDED):
        search = recorded.method.rpartition(", ")[2]
        held = [*versions[:-1], searches[search]]
    else:
        held = versions
    return (versions, recorded.library, recorded.seed) == (held, library, seed)


def library_name(library: Library) -> str:
    """Its size and the beginning of a hash of what it holds."""
    digest = hashlib.blake2b(library.unit.tobytes() + library.index.codes.tobytes(), digest_size=4)
    return f"{len(library):,} presets {digest.hexdigest()}"


def machine() -> str:
    """The machine in words, without its name."""
    return f"{cores()} cores, {platform.machine()}, Python {platform.python_version()}"


def _stream(seed: int, method: str, target: BenchTarget) -> np.random.Generator:
    """Random search draws the same for all targets, so that they share its renders; others have their own numbers."""
    own = [] if method == "random" else list(target.name.encode())
    return np.random.default_rng([seed, *own])


def _at_marks(setting: Setting, target: BenchTarget, objective: Objective) -> dict[int, Scores]:
    """Table metrics of the answer after the first 1, 16, ... renders, chosen as `match` does: what is scored is what users get.

    Silence stands where none succeeded.
    """
    # a method may render less than it could: a library holds some presets twice
    budget = objective.budget.renders
    marks = [mark for mark in MARKS if mark < budget] + [budget]
    answers = {mark: [*distinct(objective, SET_TO_LEVEL, mark), *at_first(objective, mark)] for mark in marks}
    presets = {preset.key(): preset for found in answers.values() for preset in found}
    measure = TableMetrics(target.audio, setting.pool.synth.id)
    scored: dict[bytes, tuple[Preset, Scores]] = {}
    set_to_level = [preset for preset, _ in levelled(setting.pool, target.note, list(presets.values()), target.audio)]
    results = setting.pool.run(set_to_level, target.note, measure)
    for key, preset, result in zip(presets, set_to_level, results, strict=True):
        if isinstance(result, RenderFailure):
            raise RenderError(f"rendered in the search, but not again: {result}")
        scored[key] = preset, result
    scores = dict[int, Scores]()
    for mark, found in answers.items():
        if not found:
            scores[mark] = measure(np.zeros_like(target.audio))
            continue
        preset, scores[mark] = min(
            (scored[one.key()] for one in found),
            key=lambda one: with_level_error(one[1]["distance"], one[1]["loudness_error"]),
        )
        if mark == budget:
            scores[mark] = scores[mark] | played_otherwise(setting.pool, preset, target)
    return scores
