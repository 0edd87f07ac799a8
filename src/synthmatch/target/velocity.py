"""The velocity of a target's note: 100, a number that is given, or one that goes with the sound's level.

The MIDI Association's practice for General MIDI makes velocity v sound 40 log10(v / 127) dB below the loudest, so
velocity = 127 x 10 ** (level / 40). The level is that of the loudest 50 ms, against one at which velocity 100 sounds.
"""

import re
from numbers import Integral
from typing import Literal

import numpy as np
import scipy.ndimage

from synthmatch.arrays import Audio
from synthmatch.audio import decibels
from synthmatch.errors import InputError
from synthmatch.note import SAMPLE_RATE_HZ, Note

#: A velocity as it is given: 1..127, or "sound" for the one that goes with the level of the sound.
Velocity = int | Literal["sound"]
#: RMS of the loudest 50 ms that counts as velocity 100: near the median of the one-shots of sonic-pi-samples, -10.8 dBFS.
FORTE_DBFS = -10.0
_FORTE_VELOCITY = 100
_WINDOW = SAMPLE_RATE_HZ // 20


def parse_velocity(given: object) -> Velocity:
    """A velocity from a number, from text such as ``64`` or ``sound``, or from None, which is 100.

    Raises `InputError` for anything else or outside 1..127.
    """
    if given is None:
        return Note().velocity
    if given == "sound":
        return "sound"
    value = given
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,9}", value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, Integral) and not isinstance(value, bool) and 1 <= int(value) <= 127:
        return int(value)
    got = f"{value[:80]!r}" if isinstance(value, str) else str(value)
    raise InputError(
        f"velocity is {got}, expected a whole number 1..127, or sound for the one that goes with the recording's level;"
        " without one it is 100"
    )


def loudest_dbfs(audio: Audio) -> float:
    """RMS of the loudest 50 ms over the channels, shape (channels, samples), in dB below full scale."""
    power = np.square(audio, dtype=np.float64).mean(axis=0)
    smooth = scipy.ndimage.uniform_filter1d(power, _WINDOW, mode="constant")
    return float(decibels(smooth.max()))


def velocity_of(audio: Audio) -> int:
    """MIDI velocity 1..127 that goes with the level of `audio`, shape (channels, samples)."""
    velocity = _FORTE_VELOCITY * 10.0 ** ((loudest_dbfs(audio) - FORTE_DBFS) / 40.0)
    return int(np.clip(round(velocity), 1, 127))
