"""Bands of a quarter octave, in which the levels of a Vital voice are expected."""

import numpy as np

#: The centre of the lowest band, how many there are in an octave, and how many in all.
LOWEST_HZ = 27.5
IN_OCTAVE = 4
BANDS = 40
CENTRES_HZ = LOWEST_HZ * 2.0 ** (np.arange(BANDS) / IN_OCTAVE)
