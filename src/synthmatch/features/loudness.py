"""How loud a sound is to the ear: its K-weighted level, ITU-R BS.1770-4 without gating.

Two filters stand for the head (a shelf above 1.7 kHz) and for the ear's deafness to bass (a high-pass at 38 Hz). The
standard gives them at 48 kHz; these are the analogue prototypes behind them (De Man 2014), brought to our sample rate.
"""

import math
from functools import cache

import numpy as np
from scipy.signal import freqz, lfilter

from synthmatch.arrays import F64, Audio, Float, Float64, Floats
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

_SHELF_HZ, _SHELF_Q, _SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773
#: So that a full-scale sine of 997 Hz in one channel reads -3.01.
_OFFSET_DB = -0.691


def loudness_db(audio: Float[Floats, "channels samples"]) -> float:
    """Level of audio of shape (channels, samples) in LKFS, at least -120; one channel counts as one loudspeaker."""
    weighted = lfilter(*_high_pass(), lfilter(*_shelf(), audio.astype(np.float64), axis=1), axis=1)
    power = float(np.square(weighted).mean(axis=1).sum())
    return float(decibels(power * 10.0 ** (_OFFSET_DB / 10.0)))


def played_db(audio: Float[Floats, "channels samples"]) -> float:
    """The same over two loudspeakers: a single channel sounds from both, as players play it, and is 3 dB louder by that."""
    return loudness_db(audio) + 10.0 * math.log10(2 / len(audio))


def with_loudness(audio: Audio, level_db: float) -> Audio:
    """Audio of shape (channels, samples) at a level in LKFS; silence stays as it is."""
    gain_db = level_db - loudness_db(audio) if audio.any() else 0.0
    return audio * np.float32(10.0 ** (gain_db / 20.0))


@cache
def k_weights(window: int) -> Float64[F64, " {window}//2+1"]:
    """What the same filters leave of the power of each bin of a window. Shape: (window // 2 + 1,)."""
    hz = np.fft.rfftfreq(window, 1 / SAMPLE_RATE_HZ)
    responses = [freqz(*filter, worN=hz, fs=SAMPLE_RATE_HZ)[1] for filter in (_shelf(), _high_pass())]
    return np.asarray(np.square(np.abs(np.prod(responses, axis=0))))


def _shelf() -> tuple[Float64[F64, " 3"], Float64[F64, " 3"]]:
    k = np.tan(np.pi * _SHELF_HZ / SAMPLE_RATE_HZ)
    high = 10.0 ** (_SHELF_DB / 20.0)
    middle = high**0.499666774155
    numerator = np.array(
        [high + middle * k / _SHELF_Q + k * k, 2 * (k * k - high), high - middle * k / _SHELF_Q + k * k]
    )
    return numerator, _denominator(k, _SHELF_Q)


def _high_pass() -> tuple[Float64[F64, " 3"], Float64[F64, " 3"]]:
    k = np.tan(np.pi * _PASS_HZ / SAMPLE_RATE_HZ)
    # the standard's gain: coefficients 1, -2, 1 over a denominator that starts with 1
    denominator = _denominator(k, _PASS_Q)
    return np.array([1.0, -2.0, 1.0]) * denominator[0], denominator


def _denominator(k: float, q: float) -> Float64[F64, " 3"]:
    return np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
