"""Whether one sound is several notes at once.

The strongest low partial is taken for the first note's fundamental and its harmonics are struck out. A chord leaves
another strong partial that is not a just ratio away and carries harmonics of its own. Bells and FM spectra leave single
partials without a series; a synth's fifths, fourths and octaves are exact ratios of one note: both count as one note.
"""

import numpy as np
import scipy.fft
import scipy.signal

from synthmatch.arrays import F32, F64, Float32, Float64
from synthmatch.audio import decibels
from synthmatch.features.stft import hann
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target.pitch import Pitch

#: Thresholds here were set on sounds of bench/targets.py at other keys, holds and phrases (docs/targets.md); no table compares them.
_WINDOW = 16_384
_LOWEST_HZ, _HIGHEST_HZ = 25.0, 6_000.0
#: Confidence of a pitch below which a sound is noise, and above which its period is believed.
_NOISE, _PERIODIC = 0.3, 0.7
#: One note has a partial below this multiple of its fundamental.
_MISSING_FUNDAMENTAL = 2.6
#: Partials weaker than this below the strongest are not looked at.
_AUDIBLE_DB = 40.0
#: A second note's fundamental stands at most this far below the first.
_STRONG_DB = 18.0
_SAME_CENTS = 30.0
#: Octave, fifth and fourth: their notes share so many partials that one synth note makes them too.
_JUST_CENTS = (0.0, 498.0, 702.0, 1_200.0)


def chord_root(samples: Float32[F32, " samples"], pitch: Pitch) -> float | None:
    """Lowest note in Hz of the chord in the loudest third of a second of `samples`; None where it is one note.

    `samples` has shape (samples,) at 44.1 kHz, `pitch` is what `find_pitch` found in them.
    """
    hz, level = _partials(samples)
    if len(hz) < 4 or pitch.confidence < _NOISE:
        return None
    # a chord repeats with the period of a fundamental that none of its notes has: 4:5:6 of a triad, 5:6 of a third
    if pitch.confidence > _PERIODIC and hz[0] < _MISSING_FUNDAMENTAL * pitch.hz:
        return None
    roots = hz[level > level.max() - _STRONG_DB]
    first = float(roots.min())
    own = _cents_off_harmonic(hz, first) < _SAME_CENTS
    for second in roots:
        interval = 1_200.0 * np.log2(second / first)
        fold = interval % 1_200.0
        if min(abs(fold - just) for just in _JUST_CENTS) < 40.0 or interval > 2_000.0:
            continue
        if abs(fold - 100.0 * round(fold / 100.0)) > 25.0:
            continue
        series = (_cents_off_harmonic(hz, float(second)) < _SAME_CENTS) & ~own & (hz > 1.5 * second)
        if series.sum() >= 2:
            return first
    return None


def _partials(samples: Float32[F32, " samples"]) -> tuple[Float64[F64, " partials"], Float64[F64, " partials"]]:
    """Frequencies in Hz, ascending, and levels in dB of the spectrum's audible peaks."""
    window = min(_WINDOW, len(samples))
    power = np.convolve(np.square(samples, dtype=np.float64)[::64], np.ones(max(1, window // 64)), "valid")
    start = min(64 * int(power.argmax()), len(samples) - window)
    frame = samples[start : start + window] * hann(window)
    magnitude = np.abs(scipy.fft.rfft(frame, 4 * _WINDOW))
    level = decibels(np.square(magnitude), -180.0)
    bin_hz = SAMPLE_RATE_HZ / (4 * _WINDOW)
    peaks, _ = scipy.signal.find_peaks(level, height=level.max() - _AUDIBLE_DB, prominence=12.0)
    peaks = peaks[(peaks * bin_hz > _LOWEST_HZ) & (peaks * bin_hz < _HIGHEST_HZ)]
    return peaks * bin_hz, level[peaks]


def _cents_off_harmonic(hz: Float64[F64, " partials"], fundamental_hz: float) -> Float64[F64, " partials"]:
    """Distance of each frequency to the nearest harmonic."""
    harmonic = np.maximum(np.round(hz / fundamental_hz), 1.0)
    return np.abs(1_200.0 * np.log2(hz / (harmonic * fundamental_hz)))
