"""Renders that many targets share: random search draws the same presets whatever the target.

A preset is rendered once for all targets with one note and measured against each in the worker. For 50 targets that is
50 distances instead of 50 renders and distances.
"""

from collections.abc import Sequence
from functools import partial

from synthmatch.arrays import Audio
from synthmatch.benchmark.targets import BenchTarget
from synthmatch.features.search_distance import RenderFeatures, SearchDistance
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Evaluate

#: Targets that share: the worker holds a spectrogram of each, 0.7 MB for 4 s.
_GROUP = 50


class ManyDistances:
    """Search distances of a render to several targets; picklable."""

    def __init__(self, targets: Sequence[BenchTarget]) -> None:
        self._distances = [SearchDistance(target.audio) for target in targets]

    def __call__(self, audio: Audio) -> list[float]:
        """One distance a target, in dB."""
        return [distance(audio).distance for distance in self._distances]


class SharedDistances:
    """Measures presets for any of the targets, rendering each preset once a group. One group is stored at a time."""

    def __init__(self, pool: RenderPool, targets: Sequence[BenchTarget]) -> None:
        self._pool = pool
        notes = dict.fromkeys(target.note for target in targets)
        together = [[t for t in targets if t.note == note] for note in notes]
        self._groups = [g[i : i + _GROUP] for g in together for i in range(0, len(g), _GROUP)]
        self._group: list[BenchTarget] = []
        self._measure = ManyDistances([])
        self._known: dict[bytes, list[float] | RenderFailure] = {}

    def of(self, target: BenchTarget) -> Evaluate:
        """The `Objective.evaluate` of one target. Its features are the distance and nothing else."""
        group = next(g for g in self._groups if target in g)
        if group is not self._group:
            self._group, self._measure, self._known = group, ManyDistances(group), {}
        place = group.index(target)

        def found(presets: Sequence[Preset]) -> list[RenderFeatures | None]:
            if new := [preset for preset in presets if preset.key() not in self._known]:
                results = self._pool.run(new, target.note, self._measure)
                self._known.update((preset.key(), result) for preset, result in zip(new, results, strict=True))
            every = [self._known[preset.key()] for preset in presets]
            return [None if isinstance(one, RenderFailure) else RenderFeatures(one[place]) for one in every]

        return lambda presets: partial(found, presets)
