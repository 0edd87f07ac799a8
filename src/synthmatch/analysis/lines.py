"""Partials that are no harmonics, on the lines of a fundamental some octaves below: bells, drums, chords, a gliding kick."""

import numpy as np
from scipy.signal.windows import blackmanharris

from synthmatch.analysis.peaks import partial_peaks, peak_bins
from synthmatch.analysis.spectra import spectra
from synthmatch.arrays import F64, Float64
from synthmatch.note import SAMPLE_RATE_HZ

_WINDOW = 4096
#: Bins of a transform for each of its samples.
_ZEROS = 4
#: What counts as a partial where lines are chosen: decibels below the strongest, in seconds from the onset. With 60 dB what
#: separation leaves of the residual counts too, with 40 bells are further away (docs/results/tried.md, "Drawing presets").
_RANGE_DB, _SECONDS = 50.0, 1.0
#: A peak in the spectrum at one moment is so far below the strongest at most; what is lower is rounding.
_MOMENT_RANGE_DB = 90.0
#: Partials may be as far from the nearest harmonic, in cents, before lines are made denser, and from the lines then. Tried:
#: 8 and 5, 25 and 12, 40 and 20 (docs/results/tried.md, "Drawing presets").
_HARMONIC_CENTS, _NEAR_CENTS = 12.0, 8.0


def octaves_below(tonal: Float64[F64, " samples"], fundamental_hz: float, most: int) -> int:
    """How many octaves below the fundamental its multiples meet all partials: 0 for a harmonic sound, `most` at most.

    The distance counts in cents, as the mean over partials weighted by their decibels above the weakest.
    """
    power = _mean_power(tonal[: round(_SECONDS * SAMPLE_RATE_HZ)])
    # a partial is the highest within its main lobe
    found = partial_peaks(power, 2 * _ZEROS * _WINDOW, _RANGE_DB, apart_bins=4 * _ZEROS)
    if len(found.hz) == 0:
        return 0
    lines_hz = fundamental_hz / 2.0 ** np.arange(most + 1)[:, None]
    nearest_hz = np.maximum(1, np.rint(found.hz / lines_hz)) * lines_hz
    cents = np.average(np.abs(1200 * np.log2(found.hz / nearest_hz)), axis=1, weights=found.levels_db + _RANGE_DB)
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
        peaks = peak_bins(power, _MOMENT_RANGE_DB)
        if len(peaks) == 0:
            continue
        # a peak has what lies between the middles to its neighbours
        owner = np.searchsorted((peaks[:-1] + peaks[1:]) // 2, np.arange(len(power)), side="right")
        owned = np.bincount(owner, power, len(peaks))
        lines = np.clip(np.rint(peaks * SAMPLE_RATE_HZ / size / line_hz), 1, count).astype(np.int64)
        row[:] = 2 * np.sqrt(np.bincount(lines, owned, count + 1)[1:] / whole)
    return amplitudes


def _mean_power(sound: Float64[F64, " samples"]) -> Float64[F64, " bins"]:
    """Power over frequency in windows of 0.19 s, the mean over all."""
    window = 2 * _WINDOW
    padded = np.pad(sound, (0, max(0, window - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[:: window // 4]
    return np.square(np.abs(np.fft.rfft(frames * blackmanharris(window, sym=False), _ZEROS * window))).mean(axis=0)
