"""The fundamental's frequency, finer than a semitone."""

import numpy as np
from scipy.fft import next_fast_len

from synthmatch.arrays import F64, Float64
from synthmatch.features.stft import hann
from synthmatch.note import SAMPLE_RATE_HZ

#: How far from the note's frequency is looked, and in which steps, in cents.
_RANGE_CENTS, _STEP_CENTS = 60.0, 1.0
#: Harmonics whose magnitudes are added up.
_HARMONICS = 10
#: Seconds that are looked at, from the onset.
_SECONDS = 2.0
#: Bins of the transform for each of its samples: a cent at 100 Hz is less than a bin then.
_ZEROS = 4


def fundamental_hz(sound: Float64[F64, " samples"], note_hz: float) -> float:
    """Frequency near a note's at which ten harmonics have the most magnitude together, in Hz.

    A sound without a pitch has a frequency near the note's all the same.
    """
    part = sound[: round(_SECONDS * SAMPLE_RATE_HZ)]
    size = next_fast_len(_ZEROS * max(len(part), 2048), real=True)
    magnitudes = np.abs(np.fft.rfft(part * hann(len(part)), size))
    cents = np.arange(-_RANGE_CENTS, _RANGE_CENTS + _STEP_CENTS, _STEP_CENTS)
    candidates_hz = note_hz * 2.0 ** (cents / 1200)
    bins = np.rint(candidates_hz[:, None] * np.arange(1, _HARMONICS + 1) * size / SAMPLE_RATE_HZ).astype(np.int64)
    known = np.where(bins < len(magnitudes), magnitudes[np.minimum(bins, len(magnitudes) - 1)], 0.0)
    return float(candidates_hz[known.sum(axis=1).argmax()])
