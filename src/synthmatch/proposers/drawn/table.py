"""A wavetable drawn from the target: single cycles of its partials over time. A Vital preset has it, and a file of its own."""

from typing import NamedTuple

import numpy as np

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.harmonics import harmonic_amplitudes
from synthmatch.analysis.level import levels
from synthmatch.analysis.lines import line_amplitudes, octaves_below
from synthmatch.analysis.tonal import tonal_and_residual
from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.proposers.drawn.course import Course, course

#: Samples of a single cycle, as Vital and Serum have them.
WAVE = 2048
#: The most of the target's energy that counts as not steady: the rest, which is the table's, can be edited and plays every key.
_MOST_RESIDUAL = 0.3
#: Windows of levels are no shorter, before and after, in seconds.
_HALF_WINDOW = 0.005
#: A frame so far below the loudest has no timbre to tell, as a share of amplitude: -80 dB.
_SILENT = 1e-4
#: Half a window of the separation, in seconds.
_BEFORE_END = 0.05
#: How much louder than everything a frame may be: where partials begin, their window is longer than the level's.
_LOUDEST_FRAME = 1.5


class Drawing(NamedTuple):
    """What a target says of a preset.

    `note_hz` is the frequency of the target's note, `found_hz` the fundamental that was found near it, and `octaves` how far
    below it a table's must be to have all partials among its harmonics. `tonal` and `residual` add up to the sound, and
    `share` is the residual's of its energy. Levels count in windows of twice `half_window_s`.
    """

    note_hz: float
    found_hz: float
    octaves: int
    tonal: Float64[F64, " samples"]
    residual: Float64[F64, " samples"]
    share: float
    half_window_s: float
    course: Course

    def timbres(self, moments: Float64[F64, " times"]) -> Float64[F64, "times harmonics"]:
        """Amplitudes of a table's harmonics at moments of the target, relative to the level of everything there."""
        count = WAVE // 2 - 1
        # where a sound is cut off, the separation takes its steady part for a click
        seconds = len(self.tonal) / SAMPLE_RATE_HZ
        moments = np.minimum(moments, seconds - min(_BEFORE_END, seconds / 10))
        if self.octaves:
            found = line_amplitudes(self.tonal, self.found_hz / 2**self.octaves, moments, count)
        else:
            found = harmonic_amplitudes(self.tonal, self.found_hz, moments, count)
        # level from short windows, timbre from long ones
        level = np.sqrt(np.square(found).sum(axis=1) / 2)
        wanted = levels(self.tonal, moments, self.half_window_s) / self.course.gain_at(moments)
        relative = found * (np.minimum(wanted, _LOUDEST_FRAME) / np.maximum(level, 1e-9))[:, None]
        # what is silent has the timbre before it
        sounding = np.where((level > _SILENT * level.max()) & (wanted > 0), np.arange(len(moments)), 0)
        return relative[np.maximum.accumulate(sounding)]


def draw(target: Audio, note: Note, most_octaves: int) -> Drawing:
    """Look into a target, (channels, samples), that `note` plays. `most_octaves`: see `Drawing`; 0 for a table of the note's."""
    sound = mono(target)[note.start_samples :].astype(np.float64)
    found_hz = fundamental_hz(sound, note.hz)
    tonal, residual, share = tonal_and_residual(sound, _MOST_RESIDUAL)
    octaves = octaves_below(tonal, found_hz, most_octaves)
    half_window_s = _HALF_WINDOW if octaves else max(_HALF_WINDOW, 1 / found_hz)
    played = course(sound, half_window_s, note.hold_seconds)
    return Drawing(note.hz, found_hz, octaves, tonal, residual, share, half_window_s, played)


def single_cycles(amplitudes: Float64[F64, "times harmonics"]) -> Float64[F64, "times 2048"]:
    """One period of each row. Phases are random, which keeps peaks low, and the same in all, so that fades do not cancel."""
    count = amplitudes.shape[1]
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, count)
    spectrum = np.zeros((len(amplitudes), WAVE // 2 + 1), np.complex128)
    spectrum[:, 1 : count + 1] = amplitudes * np.exp(1j * phases) * WAVE / 2
    return np.fft.irfft(spectrum, WAVE, axis=1)


def sampled(drawing: Drawing, seconds: Float64[F64, " samples"]) -> Float64[F64, " samples"]:
    """The residual relative to the level of everything, at times of the course."""
    moments = np.rint(drawing.course.moment_at(seconds) * SAMPLE_RATE_HZ).astype(np.int64)
    return drawing.residual[np.minimum(moments, len(drawing.residual) - 1)] / drawing.course.gain_at(seconds)
