"""Velocity from level.

The MIDI Association's practice for General MIDI makes velocity v sound 40 log10(v / 127) dB below the loudest, so
velocity = 127 x 10 ** (level / 40). The level is that of the loudest 50 ms, against one at which velocity 100 sounds.
"""

import numpy as np
import scipy.ndimage

from synthmatch.arrays import Audio
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

#: RMS of the loudest 50 ms that counts as velocity 100: near the median of the one-shots of sonic-pi-samples, -10.8 dBFS.
FORTE_DBFS = -10.0
_FORTE_VELOCITY = 100
_WINDOW = SAMPLE_RATE_HZ // 20


def loudest_dbfs(audio: Audio) -> float:
    """RMS of the loudest 50 ms over the channels, shape (channels, samples), in dB below full scale."""
    power = np.square(audio, dtype=np.float64).mean(axis=0)
    smooth = scipy.ndimage.uniform_filter1d(power, _WINDOW, mode="constant")
    return float(decibels(smooth.max()))


def velocity_of(audio: Audio) -> int:
    """MIDI velocity 1..127 that goes with the level of `audio`, shape (channels, samples)."""
    velocity = _FORTE_VELOCITY * 10.0 ** ((loudest_dbfs(audio) - FORTE_DBFS) / 40.0)
    return int(np.clip(round(velocity), 1, 127))
