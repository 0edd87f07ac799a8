"""Partials that are no harmonics, on the lines of a fundamental some octaves below: bells, drums, chords, a gliding kick."""

import numpy as np
from scipy.signal.windows import blackmanharris

from synthmatch.analysis.spectra import spectra
from synthmatch.arrays import F64, Float64, Indices, Int
from synthmatch.note import SAMPLE_RATE_HZ

_WINDOW = 4096
#: Bins of a transform for each of its samples.
_ZEROS = 4
#: What counts as a partial where lines are chosen: decibels below the strongest, in seconds from the onset. With 60 dB what
#: separation leaves of the residual counts too, with 40 bells are further away (docs/results/tried.md, "Drawing presets").
_RANGE_DB, _SECONDS = 50.0, 1.0
#: A peak in the spectrum at one moment; what is below this share of the strongest's power is rounding.
_LEAST_POWER = 1e-9
#: Partials may be as far from the nearest harmonic, in cents, before lines are made denser, and from the lines then. Tried:
#: 8 and 5, 25 and 12, 40 and 20 (docs/results/tried.md, "Drawing presets").
_HARMONIC_CENTS, _NEAR_CENTS = 12.0, 8.0


def octaves_below(tonal: Float64[F64, " samples"], fundamental_hz: float, most: int) -> int:
    """How many octaves below the fundamental its multiples meet all partials: 0 for a harmonic sound, `most` at most.

    The distance counts in cents, as the mean over partials weighted by their decibels above the weakest.
    """
    partials_hz, levels_db = _partials(tonal[: round(_SECONDS * SAMPLE_RATE_HZ)])
    if len(partials_hz) == 0:
        return 0
    lines_hz = fundamental_hz / 2.0 ** np.arange(most + 1)[:, None]
    nearest_hz = np.maximum(1, np.rint(partials_hz / lines_hz)) * lines_hz
    cents = np.average(np.abs(1200 * np.log2(partials_hz / nearest_hz)), axis=1, weights=levels_db)
    if cents[0] < _HARMONIC_CENTS:
        return 0
    return int(np.argmax(cents < _NEAR_CENTS)) if (cents < _NEAR_CENTS).any() else most


def line_amplitudes(
    tonal: Float64[F64, " samples"], line_hz: float, seconds: Float64[F64, " times"], most: int
) -> Float64[F64, "times harmonics"]:
    """Amplitude of each multiple of a frequency at some times; each partial counts whole to the nearest.

    A full-scale sine has 1. Multiples below 22.05 kHz, `most` of them at most. Shape: (times,) -> (times, harmonics).
    """
    count = max(1, min(most, int(SAMPLE_RATE_HZ / 2 / line_hz)))
    size = _ZEROS * _WINDOW
    amplitudes = np.zeros((len(seconds), count))
    for row, (power, whole) in zip(amplitudes, spectra(tonal, seconds, _WINDOW, size), strict=True):
        peaks = _peaks(power, power.max() * _LEAST_POWER)
        if len(peaks) == 0:
            continue
        # a peak has what lies between the middles to its neighbours
        owner = np.searchsorted((peaks[:-1] + peaks[1:]) // 2, np.arange(len(power)), side="right")
        owned = np.bincount(owner, power, len(peaks))
        lines = np.clip(np.rint(peaks * SAMPLE_RATE_HZ / size / line_hz), 1, count).astype(np.int64)
        row[:] = 2 * np.sqrt(np.bincount(lines, owned, count + 1)[1:] / whole)
    return amplitudes


def _partials(sound: Float64[F64, " samples"]) -> tuple[Float64[F64, " _partials"], Float64[F64, " _partials"]]:
    """Frequencies in Hz of the partials, and how many decibels each is above the weakest that counts."""
    window = 2 * _WINDOW
    padded = np.pad(sound, (0, max(0, window - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[:: window // 4]
    power = np.square(np.abs(np.fft.rfft(frames * blackmanharris(window, sym=False), _ZEROS * window))).sum(axis=0)
    peaks = _peaks(power, power.max() * 10 ** (-_RANGE_DB / 10))
    # a partial is the highest within its main lobe
    lobe = 4 * _ZEROS
    peaks = peaks[[power[peak] == power[max(0, peak - lobe) : peak + lobe + 1].max() for peak in peaks]]
    levels_db = 10 * np.log10(power[peaks] / max(power.max(), np.finfo(np.float64).tiny)) + _RANGE_DB
    return peaks * SAMPLE_RATE_HZ / (_ZEROS * window), levels_db


def _peaks(power: Float64[F64, " bins"], least: float) -> Int[Indices, " _peaks"]:
    """Bins above `least` that are higher than their neighbours."""
    inner = power[1:-1]
    return np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]) & (inner > least)) + 1
