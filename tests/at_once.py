"""What a search measures presets with, where a function gives the answer at once."""

from collections.abc import Callable, Sequence
from functools import partial

from synthmatch.features.search_distance import RenderFeatures
from synthmatch.params import Preset
from synthmatch.search.objective import Evaluate


def at_once(measure: Callable[[Sequence[Preset]], Sequence[RenderFeatures | None]]) -> Evaluate:
    """An `Objective.evaluate` that measures when its results are asked for."""
    return lambda presets: partial(lambda asked: list(measure(asked)), presets)
