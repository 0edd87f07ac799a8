"""Measure the noise floor of a synthesizer: one preset played twice, the second time after other presets.

The first play is the pool's, clean and bit for bit repeatable. The second is that of an engine that has played every
preset before it, as a DAW's has: oscillators, noise and effects go on from where they were. `noise_floor` has the values
as data; ``tools/measure_noise_floor.py`` writes them.
"""

from collections.abc import Sequence

import numpy as np

from synthmatch.benchmark.targets import BenchTarget
from synthmatch.errors import RenderError
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.library import Library
from synthmatch.metrics import METRICS
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool

#: Random presets a target.
_RANDOM = 24
#: What a floor is given for.
FLOOR_METRICS = ("lsd", "mss", "loudness_distance")


def measure_random(pool: RenderPool, library: Library, targets: Sequence[BenchTarget]) -> float:
    """Loudness distance of random presets of a library from targets: the median over targets of the mean over presets."""
    rng = np.random.default_rng(0)
    means = []
    for target in targets:
        rows = rng.choice(len(library), _RANDOM, replace=False).tolist()
        found = pool.run([library.preset(row) for row in rows], target.note, SearchDistance(target.audio))
        means.append(np.mean([one.distance for one in found if not isinstance(one, RenderFailure)]))
    return round(float(np.median(means)), 3)


def measure_floor(pool: RenderPool, presets: Sequence[Preset], note: Note) -> dict[str, float]:
    """Mean, median and 95th percentile of `FLOOR_METRICS` between clean and used plays, and how many presets.

    Loads the synthesizer into this process, where it stays. Raises `RenderError` where a preset does not render, or
    where two clean renders of it differ.
    """
    clean, again = pool.run(presets, note), pool.run(presets, note)
    for preset, first, second in zip(presets, clean, again, strict=True):
        for result in (first, second):
            if isinstance(result, RenderFailure):
                raise RenderError(str(result))
        if not np.array_equal(np.asarray(first), np.asarray(second)):
            raise RenderError(f"{preset.synth} preset {preset.name!r} renders in two ways, expected the same bits")
    engine = pool.synth.engine()
    used = [engine.render(preset, note) for preset in presets]
    floor: dict[str, float] = {"presets": len(presets)}
    for name in FLOOR_METRICS:
        scores = [METRICS[name].function(a, b) for a, b in zip(clean, used, strict=True)]
        floor[name] = round(float(np.mean(scores)), 4)
        floor[f"{name}_median"] = round(float(np.median(scores)), 4)
        floor[f"{name}_95"] = round(float(np.quantile(scores, 0.95)), 4)
    return floor
