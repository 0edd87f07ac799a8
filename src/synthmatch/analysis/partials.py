"""The strongest partials of a sound, harmonic or not, and how loud each is over time."""

from typing import NamedTuple

import numpy as np
from scipy.fft import next_fast_len

from synthmatch.analysis.peaks import partial_peaks
from synthmatch.arrays import F64, Float64
from synthmatch.features.stft import hann
from synthmatch.note import SAMPLE_RATE_HZ

#: Seconds of the windows in whose spectra partials are looked for: the long one tells neighbours apart, the short one finds
#: what soon dies away. Each rises in `_RISE_SECONDS`, so that the onset counts. Not tuned.
_LOOK_SECONDS = (1.0, 0.12)
_RISE_SECONDS = 0.004
#: Bins of a transform for each sample of its window.
_ZEROS = 4
#: A partial stands out from what is beside it by so much, in dB. Not tuned.
_PROMINENCE_DB = 9.0
#: It is so far below the strongest at most, and below full scale, in dB. Not tuned.
_RANGE_DB, _SILENT_DB = 60.0, -150.0
#: Partials that are nearer than so many Hz, or than this share of their frequency, are one, which beats. Not tuned.
_APART_HZ, _APART = 12.0, 0.02
#: Seconds of half a window in which a partial's amplitude is measured: the first at the onset, the second from that time on.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.004, 0.03
#: Share of a partial's power that a regression adds to its diagonal, for neighbours that a window does not tell apart.
_RIDGE = 1e-3


class Partials(NamedTuple):
    """Partials of a sound, the lowest first. A full-scale sine has amplitude 1."""

    hz: Float64[F64, " partials"]
    amplitudes: Float64[F64, "partials times"]


def strongest_partials(sound: Float64[F64, " samples"], seconds: Float64[F64, " times"], most: int) -> Partials:
    """At most `most` partials, with their amplitudes at some times after the sound's start, in rising order.

    The frequencies are those of the first second. Partials within 12 Hz of a stronger one are part of it. None where nothing
    stands out from its neighbours. Shape: (samples,), (times,) -> (partials,), (partials, times).
    """
    hz = np.zeros(0)
    strength = np.zeros(0)
    for length in _LOOK_SECONDS:
        new_hz, new_strength = _partials(sound[: round(length * SAMPLE_RATE_HZ)])
        # what a short window adds must not be the long one's peak again, which it resolves less well
        apart = max(_APART_HZ, 2.0 / min(length, len(sound) / SAMPLE_RATE_HZ)) if len(hz) else 0.0
        new = np.array([not len(hz) or np.abs(hz - one).min() > apart for one in new_hz], np.bool_)
        hz, strength = np.append(hz, new_hz[new]), np.append(strength, new_strength[new])
    chosen: list[int] = []
    for one in np.argsort(-strength, kind="stable").tolist():
        if len(chosen) < most and all(abs(hz[one] - hz[other]) > max(_APART_HZ, _APART * hz[one]) for other in chosen):
            chosen.append(one)
    found = np.sort(hz[chosen])
    return Partials(found, partial_amplitudes(sound, found, seconds))


def partial_amplitudes(
    sound: Float64[F64, " samples"], hz: Float64[F64, " partials"], seconds: Float64[F64, " times"]
) -> Float64[F64, "partials times"]:
    """Amplitudes of sines of known frequencies at some times, in rising order, by regression within a window.

    Shape: (partials,), (times,) -> (partials, times).
    """
    amplitudes = np.zeros((len(hz), len(seconds)))
    if not len(hz):
        return amplitudes
    widest = round(_LONGEST_SECONDS * SAMPLE_RATE_HZ)
    padded = np.pad(sound, (0, 2 * widest))
    solver, solved = np.zeros((0, 0)), (0, 0)
    for place, time in enumerate(seconds.tolist()):
        centre = round(time * SAMPLE_RATE_HZ)
        half = int(np.clip(centre, round(_SHORTEST_SECONDS * SAMPLE_RATE_HZ), widest))
        before = min(half, centre)
        if solved != (before, half):
            solver, solved = _solver(hz, before, half), (before, half)
        parts = solver @ padded[centre - before : centre + half]
        amplitudes[:, place] = np.hypot(parts[: len(hz)], parts[len(hz) :])
    return amplitudes


def _solver(hz: Float64[F64, " partials"], before: int, after: int) -> Float64[F64, "parts window"]:
    """What gives cosines' and sines' amplitudes of a window of samples: weighted least squares."""
    times = np.arange(-before, after) / SAMPLE_RATE_HZ
    angles = 2 * np.pi * hz[:, None] * times
    basis = np.concatenate([np.cos(angles), np.sin(angles)])
    weighted = basis * hann(2 * after)[after - before :]
    gram = weighted @ basis.T
    gram += _RIDGE * np.diag(np.diag(gram)) + 1e-9 * np.eye(len(gram))
    return np.linalg.solve(gram, weighted)


def _partials(part: Float64[F64, " samples"]) -> tuple[Float64[F64, " _peaks"], Float64[F64, " _peaks"]]:
    """Frequencies in Hz and magnitudes of the partials of a part of a sound."""
    if len(part) < 16:
        return np.zeros(0), np.zeros(0)
    rise = min(round(_RISE_SECONDS * SAMPLE_RATE_HZ), len(part) // 8)
    # magnitudes of a real window are the same on both sides of a peak, however fast the partial decays
    window = np.concatenate([hann(2 * rise)[:rise], hann(2 * (len(part) - rise))[len(part) - rise :]])
    size = next_fast_len(_ZEROS * max(len(part), 2048), real=True)
    magnitudes = np.abs(np.fft.rfft(part * window, size)) / window.sum() * 2
    found = partial_peaks(np.square(magnitudes), size, _RANGE_DB, _PROMINENCE_DB)
    strength = magnitudes[np.rint(found.hz * size / SAMPLE_RATE_HZ).astype(np.int64)]
    heard = strength > 10 ** (_SILENT_DB / 20)
    return found.hz[heard], strength[heard]
