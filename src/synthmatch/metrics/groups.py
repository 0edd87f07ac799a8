"""How well presets are known by the groups of their parameters, as Faronbi, Roman, Bello (ICASSP 2023) report it."""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.metrics.parameters import param_accuracy, param_mae
from synthmatch.params.parameter import GROUPS, Group
from synthmatch.params.space import ParamSpace


class GroupScore(NamedTuple):
    """Numbers of continuous and categorical parameters, and means over presets; None of a kind that the group has not."""

    continuous: int
    categorical: int
    param_mae: float | None
    param_accuracy: float | None


def group_scores(
    references: Float64[F64, "presets parameters"], estimated: Float64[F64, "presets parameters"], space: ParamSpace
) -> dict[Group, GroupScore]:
    """Scores of each group that the synthesizer has, over presets in native values, (N, P) twice. Raises as `param_mae`."""
    found = {}
    for group in GROUPS:
        own = np.array([parameter.group == group for parameter in space.parameters])
        kinds = own & ~space.categorical, own & space.categorical
        scores = [
            float(np.mean([measure(a, b, space, kind) for a, b in zip(references, estimated, strict=True)]))
            if kind.any()
            else None
            for measure, kind in zip((param_mae, param_accuracy), kinds, strict=True)
        ]
        if own.any():
            found[group] = GroupScore(int(kinds[0].sum()), int(kinds[1].sum()), *scores)
    return found
