"""A Vital preset drawn from the target: its partials become a wavetable, what is not steady plays in the sampler, and LFOs of
its own move timbre and level.

Everything is drawn apart from its level, which LFO 2 gives to table and sampler alike: Vital steps from frame to frame of a
table, but moves levels smoothly. Envelope 1 has the release.
"""

import numpy as np

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.harmonics import harmonic_amplitudes
from synthmatch.analysis.level import levels
from synthmatch.analysis.lines import line_amplitudes, octaves_below
from synthmatch.analysis.tonal import tonal_and_residual
from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.course import Course, course, spread
from synthmatch.proposers.drawn.release import Release
from synthmatch.synths.vital.own import lfo_shape, sample, wavetable

#: Keyframes of the table: 33 are further away, 97 no nearer (docs/results/tried.md, "Drawing: keyframes").
_KEYFRAMES = 65
_WAVE = 2048
#: Octaves below the note at most, which is as low as Vital's oscillators go.
_MOST_OCTAVES = 4
#: Levels of oscillator and sampler, where Vital starts both: they glide from there when a preset is loaded.
_LEVEL = np.sqrt(0.5)
#: The most of the target's energy that the sampler plays: the rest, which is the table's, can be edited and plays every key.
_MOST_RESIDUAL = 0.3
#: Seconds of it that a preset carries, so that its file has less than 1.5 MB; the last tenth is faded out.
_RESIDUAL_SECONDS = 6.0
#: Windows of levels are no shorter, before and after, in seconds.
_HALF_WINDOW = 0.005
#: What each slot connects: an LFO, what it moves, and how far. Two of LFO 2 together make the voice 6 dB louder than one can:
#: the square of their sum is the amplitude, and recordings are often as loud as a file can be.
_MOVES = ((1, "osc_1_wave_frame", 1.0), (2, "voice_amplitude", 1.0), (2, "voice_amplitude", np.sqrt(2.0) - 1.0))
#: Against a click at the onset, in seconds.
_ATTACK = 0.002
#: How much louder than everything a keyframe may be: where partials begin, their window is longer than the level's.
_LOUDEST_FRAME = 1.5
#: Peaks of the sampler's recording relative to the level of everything; noise seldom has higher ones, clicks before an onset do.
_HIGHEST_PEAK = 5.0


def draw_vital(space: ParamSpace, target: Audio, note: Note) -> Preset:
    """A preset that sounds like a target, (channels, samples), when `note` plays it. Its level is not the target's."""
    sound = mono(target)[note.start_samples :].astype(np.float64)
    note_hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
    found_hz = fundamental_hz(sound, note_hz)
    tonal, residual, share = tonal_and_residual(sound, _MOST_RESIDUAL)
    octaves = octaves_below(tonal, found_hz, _MOST_OCTAVES)
    half_window = _HALF_WINDOW if octaves else max(_HALF_WINDOW, 1 / found_hz)
    played = course(sound, half_window, note.hold_seconds)
    waves = _waves(_timbres(tonal, found_hz, octaves, half_window, played))
    noise = _noise(residual, played)
    peaks = np.array([np.abs(waves).max(), np.abs(noise).max()])
    louder = max(1.0, peaks[1] / max(peaks[0], 1e-9))
    release = played.release or Release()
    loops = played.again_s is not None
    settings = {
        "osc_1_on": 1,
        "osc_1_level": _LEVEL / np.sqrt(louder),
        "osc_1_tune": 12 * np.log2(found_hz / note_hz),
        "osc_1_transpose": -12 * octaves,
        "sample_on": 1,
        "sample_level": _LEVEL,
        "sample_loop": 0,
        "sample_keytrack": 0,
        "voice_amplitude": 0,
        "env_1_attack": _ATTACK**0.25,
        "env_1_sustain": 1,
        "env_1_release": release.seconds**0.25,
        "env_1_release_power": release.power,
    }
    for slot, (lfo, moved, amount) in enumerate(_MOVES, 1):
        settings |= {
            f"modulation_{slot}_source": _choice(space, f"modulation_{slot}_source", f"lfo_{lfo}"),
            f"modulation_{slot}_destination": _choice(space, f"modulation_{slot}_destination", moved),
            f"modulation_{slot}_amount": amount,
        }
    for number in (1, 2):
        settings |= {
            f"lfo_{number}_sync": _choice(space, f"lfo_{number}_sync", "Seconds"),
            f"lfo_{number}_sync_type": _choice(
                space, f"lfo_{number}_sync_type", "Loop Point" if loops else "Envelope"
            ),
            f"lfo_{number}_phase": played.again_s / played.seconds if played.again_s is not None else 0,
            f"lfo_{number}_frequency": -np.log2(played.seconds),
            f"lfo_{number}_smooth_mode": 0,
            f"lfo_{number}_smooth_time": space[f"lfo_{number}_smooth_time"].low,
        }
    frames = np.interp(played.moments, spread(_KEYFRAMES, played.last_moment), np.linspace(0, 1, _KEYFRAMES))
    loudness = np.sqrt(played.levels / played.levels.max())
    places = played.times / played.seconds
    return Preset(
        space.synth,
        space.from_named(settings),
        "",
        {
            "wavetables": {"1": wavetable(waves / max(peaks[0], 1e-9), "target")},
            "lfos": {
                "1": lfo_shape(np.column_stack([places, frames]), "timbre"),
                "2": lfo_shape(np.column_stack([places, loudness]), "level"),
            },
            "sample": sample(noise / max(peaks[0] * louder, 1e-9), "residual"),
            "header": {
                "comments": f"Drawn from the target. The sampler plays {share:.0%} of its energy, which is not steady."
            },
        },
    )


def _timbres(
    tonal: Float64[F64, " samples"], found_hz: float, octaves: int, half_window_s: float, played: Course
) -> Float64[F64, "times harmonics"]:
    """Amplitudes of each keyframe's harmonics, relative to the level of everything there."""
    moments = spread(_KEYFRAMES, played.last_moment)
    count = _WAVE // 2 - 1
    if octaves:
        amplitudes = line_amplitudes(tonal, found_hz / 2**octaves, moments, count)
    else:
        amplitudes = harmonic_amplitudes(tonal, found_hz, moments, count)
    # level from short windows, timbre from long ones
    long = np.sqrt(np.square(amplitudes).sum(axis=1) / 2)
    wanted = levels(tonal, moments, half_window_s) / played.gain_at(moments)
    return amplitudes * (np.minimum(wanted, _LOUDEST_FRAME) / np.maximum(long, 1e-9))[:, None]


def _noise(residual: Float64[F64, " samples"], played: Course) -> Float64[F64, " most"]:
    """What the sampler plays: the residual relative to the level of everything, through the whole course."""
    longest = _RESIDUAL_SECONDS if played.again_s is not None else min(_RESIDUAL_SECONDS, played.last_moment)
    seconds = np.arange(round(longest * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    if len(seconds) == 0:
        return residual[:1] * 0
    moments = np.minimum(np.rint(played.moment_at(seconds) * SAMPLE_RATE_HZ).astype(np.int64), len(residual) - 1)
    fade = np.clip((longest - seconds) / (longest / 10), 0.0, 1.0) if longest == _RESIDUAL_SECONDS else 1.0
    return np.clip(residual[moments] / played.gain_at(seconds), -_HIGHEST_PEAK, _HIGHEST_PEAK) * fade


def _waves(amplitudes: Float64[F64, "times harmonics"]) -> Float64[F64, "times 2048"]:
    """One period of each keyframe. Phases are random, which keeps peaks low, and the same in all, so that fades do not cancel."""
    count = amplitudes.shape[1]
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, count)
    spectrum = np.zeros((len(amplitudes), _WAVE // 2 + 1), np.complex128)
    spectrum[:, 1 : count + 1] = amplitudes * np.exp(1j * phases) * _WAVE / 2
    return np.fft.irfft(spectrum, _WAVE, axis=1)


def _choice(space: ParamSpace, name: str, text: str) -> int:
    return space[name].choices.index(text)
