"""The expected improvement of a preset before it is rendered.

The error of a predicted score grows with the predicted change of the sound. Only the best of several renders counts, so a
preset that may be much better is preferred to one that is surely a little better: the expected improvement of Mockus
(1978), and of Jones, Schonlau, Welch, *Efficient global optimization of expensive black-box functions* (1998).
"""

import numpy as np
from scipy.special import ndtr

from synthmatch.arrays import Float, Floats


def expected_improvement(
    gain: Float[Floats, " presets"], deviation: Float[Floats, " presets"]
) -> Float[Floats, " presets"]:
    """The mean of normal gains of which those below 0 count as 0. Means and standard deviations above 0, both (N,), to (N,)."""
    z = gain / deviation
    return np.asarray(gain * ndtr(z) + deviation * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))
