"""Renders that many targets share: random search draws the same presets whatever the target.

A preset is rendered once for all targets with one note and scored against each in the worker. For 50 targets that is
50 scores instead of 50 renders and scores.
"""

from collections.abc import Sequence

from synthmatch.audio import Audio
from synthmatch.evaluation.targets import BenchTarget
from synthmatch.features.score import FastScore, Heard
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Evaluate

#: Targets that share: the worker holds a spectrogram of each, 0.7 MB for 4 s.
_GROUP = 50


class ManyScores:
    """Fast scores of a render against several targets; picklable."""

    def __init__(self, targets: Sequence[BenchTarget]) -> None:
        self._scores = [FastScore(target.audio) for target in targets]

    def __call__(self, audio: Audio) -> list[float]:
        """One score a target."""
        return [score(audio).score for score in self._scores]


class SharedScores:
    """Scores presets for any of the targets, rendering each preset once a group. One group is kept at a time."""

    def __init__(self, pool: RenderPool, targets: Sequence[BenchTarget]) -> None:
        self._pool = pool
        notes = dict.fromkeys(target.note for target in targets)
        together = [[t for t in targets if t.note == note] for note in notes]
        self._groups = [g[i : i + _GROUP] for g in together for i in range(0, len(g), _GROUP)]
        self._group: list[BenchTarget] = []
        self._measure = ManyScores([])
        self._known: dict[bytes, list[float] | RenderFailure] = {}

    def of(self, target: BenchTarget) -> Evaluate:
        """The `Objective.evaluate` of one target. What was heard has a score and nothing else."""
        group = next(g for g in self._groups if target in g)
        if group is not self._group:
            self._group, self._measure, self._known = group, ManyScores(group), {}
        place = group.index(target)

        def evaluate(presets: Sequence[Preset]) -> list[Heard | None]:
            if new := [preset for preset in presets if preset.key() not in self._known]:
                results = self._pool.run(new, target.note, self._measure)
                self._known.update((preset.key(), result) for preset, result in zip(new, results, strict=True))
            found = [self._known[preset.key()] for preset in presets]
            return [None if isinstance(f, RenderFailure) else Heard(f[place]) for f in found]

        return evaluate
