"""What the parts of a synthesizer do over time, computed from its parameters by its engine's own formulas.

A network that is to predict sounds need not learn again what is written down: how a rate becomes a duration, which
operator modulates which.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F64, Float64

#: What is quieter reads as this, in dB.
QUIETEST_DB = -90.0


class PartFeatures(NamedTuple):
    """Of N presets: signals over time, (N, curves, times), constants, (N, values), and analytic levels.

    Curves and values are numbers of about -3 to 3. `levels`: dB in bands of the synthesizer's own choice, (N, bands, times);
    no bands where nothing is known of them.
    """

    curves: Float64[F64, "presets curves times"]
    values: Float64[F64, "presets values"]
    levels: Float64[F64, "presets bands times"]


def no_features(count: int, times: int) -> PartFeatures:
    """Of a synthesizer whose inside is not known."""
    return PartFeatures(np.zeros((count, 0, times)), np.zeros((count, 0)), np.zeros((count, 0, times)))
