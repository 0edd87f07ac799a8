"""What a preset is worth before it is rendered: the improvement that it can be expected to bring.

A score that is expected is wrong by something, and the more so the more a sound should change. A render of what is probably
no better may still be worth more than one of what is surely a hair better, for of several only the best counts: the
expected improvement of Mockus (1978), and of Jones, Schonlau, Welch, *Efficient global optimization of expensive
black-box functions* (1998).
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
