"""What a search began with stays among its answers."""

from collections.abc import Sequence

import numpy as np

from at_once import at_once
from synthmatch.features.search_distance import RenderFeatures
from synthmatch.params import Preset
from synthmatch.search.distinct import at_first
from synthmatch.search.objective import Budget, Objective
from synthmatch.synths.registry import get_synth

DEXED = get_synth("dexed")


def test_what_a_search_began_with_is_known() -> None:
    """Catches a search that ends at sounds whose level cannot be set, further away than what was drawn for it."""
    presets = [DEXED.preset(DEXED.space.to_native(np.random.default_rng(seed).random(145))) for seed in range(4)]
    distances = {preset.key(): distance for preset, distance in zip(presets, (0.6, 0.4, 0.3, 0.2), strict=True)}

    def evaluate(asked: Sequence[Preset]) -> list[RenderFeatures | None]:
        return [RenderFeatures(distances[preset.key()]) for preset in asked]

    objective = Objective(DEXED.space, at_once(evaluate), Budget(4))
    assert at_first(objective) == []
    objective.began = {preset.key() for preset in presets[:2]}
    objective(presets)
    assert [preset.key() for preset in at_first(objective)] == [presets[1].key(), presets[0].key()]
    assert [preset.key() for preset in at_first(objective, 1)] == [presets[0].key()]
