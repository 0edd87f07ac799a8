"""A wavetable drawn from the target: single cycles of its partials over time. A Vital preset has it, and a file of its own."""

from typing import NamedTuple

import numpy as np

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.harmonics import harmonic_amplitudes
from synthmatch.analysis.tonal import tonal_part
from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.proposers.drawn.release import Release, fitted_release

#: Samples of a single cycle, as Vital and Serum have them.
WAVE = 2048
#: The most of the target's energy that counts as not steady: the rest, which is the table's, can be edited and plays every key.
_MOST_RESIDUAL = 0.3
#: A frame so far below that of the note's end has no timbre to tell, as a share of amplitude: -50 dB.
_SILENT = 10 ** (-50 / 20)


class Table(NamedTuple):
    """What is drawn. `waves`: single cycles, which loop, at the target's level, at the `seconds` after the onset.

    `note_hz` is the frequency of the target's note, `found_hz` the fundamental that was found near it. `residual` is what is
    not steady, shape (samples,), and `share` its share of the target's energy. With a `release` the levels are those of a key
    that stays down: the release lets the sound die away.
    """

    waves: Float64[F64, "frames 2048"]
    seconds: Float64[F64, " frames"]
    note_hz: float
    found_hz: float
    residual: Float64[F64, " samples"]
    share: float
    release: Release | None


def draw_table(target: Audio, note: Note, places: Float64[F64, " frames"]) -> Table:
    """The table of a target, (channels, samples), that `note` plays. `places`: of the frames, as shares of its time, in order."""
    sound = mono(target)[note.start_samples :].astype(np.float64)
    note_hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
    found_hz = fundamental_hz(sound, note_hz)
    tonal = tonal_part(sound)
    residual = sound - tonal
    share = float(np.square(residual).sum() / max(np.square(sound).sum(), np.finfo(np.float64).tiny))
    if share > _MOST_RESIDUAL:
        residual *= np.sqrt(_MOST_RESIDUAL / share)
        tonal, share = sound - residual, _MOST_RESIDUAL
    seconds = len(sound) / SAMPLE_RATE_HZ * places
    amplitudes = harmonic_amplitudes(tonal, found_hz, seconds, WAVE // 2 - 1)
    release = fitted_release(sound, note.hold_seconds)
    if release:
        amplitudes = _held(amplitudes, seconds, note.hold_seconds)
    return Table(_waves(amplitudes), seconds, note_hz, found_hz, residual, share, release)


def _held(
    amplitudes: Float64[F64, "times harmonics"], seconds: Float64[F64, " times"], hold_seconds: float
) -> Float64[F64, "times harmonics"]:
    """Amplitudes that keep their level after the note's end; of what is silent there, the timbre before."""
    levels = np.sqrt(np.square(amplitudes).sum(axis=1))
    end = max(0, int(np.searchsorted(seconds, hold_seconds, side="right")) - 1)
    held = amplitudes.copy()
    for time in range(end + 1, len(levels)):
        sounding = levels[time] > _SILENT * levels[end]
        held[time] = amplitudes[time] * levels[end] / levels[time] if sounding else held[time - 1]
    return held


def _waves(amplitudes: Float64[F64, "times harmonics"]) -> Float64[F64, "times 2048"]:
    """One period of each keyframe. Phases are random, which keeps peaks low, and the same in all, so that fades do not cancel."""
    count = amplitudes.shape[1]
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, count)
    spectrum = np.zeros((len(amplitudes), WAVE // 2 + 1), np.complex128)
    spectrum[:, 1 : count + 1] = amplitudes * np.exp(1j * phases) * WAVE / 2
    return np.fft.irfft(spectrum, WAVE, axis=1)
