"""A wavetable drawn from the target: single cycles of its partials over time. A Vital preset has it, and a file of its own."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.harmonics import harmonic_amplitudes
from synthmatch.analysis.level import levels
from synthmatch.analysis.lines import line_amplitudes, octaves_below
from synthmatch.analysis.pitch import PitchTrack
from synthmatch.analysis.stereo import channel_level, is_wide, phases_between
from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.proposers.drawn.course import Course, course, spread
from synthmatch.proposers.drawn.parts import moving_pitch, parts

#: Samples of a single cycle, as Vital and Serum have them.
WAVE = 2048
#: Windows of levels are no shorter, before and after, in seconds.
_HALF_WINDOW = 0.005
#: A frame so far below the loudest has no timbre to tell, as a share of amplitude: -80 dB.
_SILENT = 1e-4
#: Half a window of the separation, in seconds.
_BEFORE_END = 0.05
#: Root mean square of what fades between keyframes miss, as a share of amplitude (docs/results/tried.md, "Drawing presets").
_FADING_ERROR = 0.05
#: Cents between which two channels are detuned, as in a chorus: less is one pitch, and more an error. Not tuned.
_DETUNED_CENTS = (2.0, 30.0)
#: How much louder than everything a frame may be: where partials begin, their window is longer than the level's.
_LOUDEST_FRAME = 1.5


class Drawing(NamedTuple):
    """What a target says of a preset, of both channels together or of one.

    `note_hz` is the frequency of the target's note, `found_hz` the fundamental that was found near it, and `octaves` how far
    below it a table's must be to have all partials among its harmonics. `tonal` and `residual` add up to the sound, and
    `share` is the residual's of its energy. Levels count in windows of twice `half_window_s`. `pitch`: how the pitch moves, if
    it does; `flat` is `tonal` without that. `ahead`: radians by which the harmonics of a right channel are ahead of the left's.
    """

    note_hz: float
    found_hz: float
    octaves: int
    tonal: Float64[F64, " samples"]
    residual: Float64[F64, " samples"]
    share: float
    half_window_s: float
    course: Course
    flat: Float64[F64, " _flat"]
    pitch: PitchTrack | None = None
    ahead: Float64[F64, " _harmonics"] | None = None

    def timbres(self, moments: Float64[F64, " times"]) -> Float64[F64, "times harmonics"]:
        """Amplitudes of a table's harmonics at moments of the target, relative to the level of everything there."""
        count = WAVE // 2 - 1
        # where a sound is cut off, the separation takes its steady part for a click
        seconds = len(self.tonal) / SAMPLE_RATE_HZ
        moments = np.minimum(moments, seconds - min(_BEFORE_END, seconds / 10))
        at = moments
        if self.pitch is not None:
            at = self.pitch.warp(len(self.tonal), self.found_hz).flat_seconds(moments)
        if self.octaves:
            found = line_amplitudes(self.flat, self.found_hz / 2**self.octaves, at, count)
        else:
            found = harmonic_amplitudes(self.flat, self.found_hz, at, count)
        # level from short windows, timbre from long ones
        level = np.sqrt(np.square(found).sum(axis=1) / 2)
        wanted = levels(self.tonal, moments, self.half_window_s) / self.course.gain_at(moments)
        relative = found * (np.minimum(wanted, _LOUDEST_FRAME) / np.maximum(level, 1e-9))[:, None]
        # what is silent has the timbre before it
        sounding = np.where((level > _SILENT * level.max()) & (wanted > 0), np.arange(len(moments)), 0)
        return relative[np.maximum.accumulate(sounding)]


def draw(target: Audio, note: Note, most_octaves: int) -> Drawing:
    """Look into a target, (channels, samples), that `note` plays. `most_octaves`: see `Drawing`; 0 for a table of the note's."""
    audio = target[:, note.start_samples :]
    sound = mono(audio).astype(np.float64)
    found_hz = fundamental_hz(sound, note.hz)
    still = parts(sound, None, found_hz)
    harmonic = octaves_below(still.flat, found_hz, 1) == 0
    found_hz, pitch = moving_pitch(sound, note.hz, found_hz, harmonic)
    tonal, residual, share, flat = still if pitch is None else parts(sound, pitch, found_hz)
    octaves = octaves_below(flat, found_hz, most_octaves)
    half_window_s = _HALF_WINDOW if octaves else max(_HALF_WINDOW, 1 / found_hz)
    played = course(channel_level(audio) if is_wide(audio) else sound, half_window_s, note.hold_seconds)
    return Drawing(note.hz, found_hz, octaves, tonal, residual, share, half_window_s, played, flat, pitch)


def sides(drawing: Drawing, target: Audio, note: Note) -> tuple[Drawing, ...]:
    """A drawing of each channel of a target that is wide, which differ in timbre and maybe in pitch; else the drawing alone."""
    audio = target[:, note.start_samples :]
    if not is_wide(audio):
        return (drawing,)
    left, right = (
        drawing._replace(**parts(channel, drawing.pitch, drawing.found_hz)._asdict())
        for channel in audio.astype(np.float64)
    )
    if drawing.pitch is None and not drawing.octaves:
        left_hz, right_hz = (fundamental_hz(channel, note.hz) for channel in audio.astype(np.float64))
        if _DETUNED_CENTS[0] < abs(1200 * np.log2(right_hz / left_hz)) < _DETUNED_CENTS[1]:
            return left._replace(found_hz=left_hz), right._replace(found_hz=right_hz)
    line_hz = drawing.found_hz / 2**drawing.octaves
    return left, right._replace(ahead=phases_between(left.flat, right.flat, line_hz, WAVE // 2 - 1))


def tables(drawings: Sequence[Drawing], most: int) -> list[Float64[F64, "keyframes harmonics"]]:
    """Amplitudes of the table of each of some drawings of one course, all at as few keyframes as they need, `most` of them at most."""
    last = drawings[0].course.last_moment
    found = [drawing.timbres(spread(most, last)) for drawing in drawings]
    needed = max(needed_keyframes(table) for table in found)
    return found if needed == most else [drawing.timbres(spread(needed, last)) for drawing in drawings]


def frames(played: Course, keyframes: int) -> Float64[F64, " points"]:
    """Where in its table a preset is at the times of its course, from 0 to 1."""
    return np.interp(played.moments, spread(keyframes, played.last_moment), np.linspace(0, 1, keyframes))


def needed_keyframes(table: Float64[F64, "keyframes harmonics"]) -> int:
    """How few keyframes, evenly spaced among these, say the same when one fades to the next."""
    most = len(table)
    for count in (3, 5, 9, 17, 33):
        if count < most and _fading_error(table, count) < _FADING_ERROR:
            return count
    return most


def _fading_error(table: Float64[F64, "keyframes harmonics"], count: int) -> float:
    """How far a table of fewer keyframes is from a table, as a share of amplitude: root mean square over its keyframes."""
    places = np.linspace(0, len(table) - 1, count)
    kept = _between(table, places)
    faded = _between(kept, np.arange(len(table)) * (count - 1) / (len(table) - 1))
    power = np.maximum(np.square(table).sum(axis=1), np.finfo(np.float64).tiny)
    return float(np.sqrt((np.square(faded - table).sum(axis=1) / power).mean()))


def _between(
    table: Float64[F64, "rows harmonics"], places: Float64[F64, " places"]
) -> Float64[F64, "places harmonics"]:
    """Rows at places between rows."""
    rows = np.minimum(places.astype(np.int64), len(table) - 2)
    share = (places - rows)[:, None]
    return table[rows] * (1 - share) + table[rows + 1] * share


def single_cycles(
    amplitudes: Float64[F64, "times harmonics"], ahead: Float64[F64, " _harmonics"] | None = None
) -> Float64[F64, "times 2048"]:
    """One period of each row. Phases are random, which keeps peaks low, and the same in all, so that fades do not cancel.

    `ahead` is added to them, in radians.
    """
    count = amplitudes.shape[1]
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, count)
    shifted = phases if ahead is None else phases + ahead[:count]
    spectrum = np.zeros((len(amplitudes), WAVE // 2 + 1), np.complex128)
    spectrum[:, 1 : count + 1] = amplitudes * np.exp(1j * shifted) * WAVE / 2
    return np.fft.irfft(spectrum, WAVE, axis=1)


def sampled(drawing: Drawing, seconds: Float64[F64, " samples"]) -> Float64[F64, " samples"]:
    """The residual relative to the level of everything, at times of the course."""
    moments = np.rint(drawing.course.moment_at(seconds) * SAMPLE_RATE_HZ).astype(np.int64)
    return drawing.residual[np.minimum(moments, len(drawing.residual) - 1)] / drawing.course.gain_at(seconds)
