"""How much of the loudness of two sounds is not in common: `features.loudness_distance`, which a search can afford.

Arguments are (reference, estimated), audio (channels, samples) or (samples,) at 44.1 kHz; lower is better, identity is 0,
silence and sounds that share nothing are 1. What is of another length or unusable: see `inputs`.
"""

import numpy.typing as npt

from synthmatch.features import loudness_distance as definition
from synthmatch.metrics.inputs import validate


def loudness_distance(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Share of the loudness that is not in common, 0 to 1; blind to level. Both silent: 0. One silent: 1."""
    first, second = (definition.loudness_pattern(side) for side in validate(reference, estimated))
    return definition.loudness_distance(first, second)
