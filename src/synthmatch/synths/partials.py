"""Levels of partials in bands of a quarter octave: what `workings` say of a spectrum, before any render."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Bands: the centre of the lowest, how many in an octave, and how many.
LOWEST_HZ = 27.5
IN_OCTAVE = 4
BANDS = 40
CENTRES_HZ = LOWEST_HZ * 2.0 ** (np.arange(BANDS) / IN_OCTAVE)
#: What is quieter reads as this, in dB.
QUIETEST_DB = -90.0


def band_power(frequency_hz: Floats, power: Floats) -> Floats:
    """Power of partials in each band. Shape: twice (N, H) -> (N, BANDS).

    A partial between two centres is shared by both, so that a small change of its frequency is a small change here. What
    lies below the lowest centre counts there; what lies above the highest is not heard.
    """
    place = np.log2(np.maximum(frequency_hz, LOWEST_HZ) / LOWEST_HZ) * IN_OCTAVE
    heard = place <= BANDS - 1
    below = np.minimum(place, BANDS - 1).astype(np.int64)
    share = place - below
    rows = np.arange(len(place))[:, None] * (BANDS + 1)
    total = np.zeros(len(place) * (BANDS + 1))
    for band, part in ((below, 1.0 - share), (below + 1, share)):
        total += np.bincount((rows + band).ravel(), (power * heard * part).ravel(), minlength=total.size)
    return total.reshape(-1, BANDS + 1)[:, :BANDS]


def decibels(power: Floats) -> Floats:
    """10 log10 of a power, held at `QUIETEST_DB`. Same shape."""
    return 10.0 * np.log10(np.maximum(power, 10.0 ** (QUIETEST_DB / 10)))
