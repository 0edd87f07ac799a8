"""A Vital preset drawn from the target: its partials become a wavetable, what is not steady plays in the sampler, and LFOs of
its own move timbre, level and pitch. Each channel of a wide sound has an oscillator. A tail of reverb is the effect's.

Everything is drawn apart from its level, which LFO 2 gives to table and sampler alike: Vital steps from frame to frame of a
table, but moves levels smoothly. Envelope 1 has the release.
"""

import numpy as np

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.course import Course
from synthmatch.proposers.drawn.macros import macros
from synthmatch.proposers.drawn.pitch_shape import pitch_shape
from synthmatch.proposers.drawn.release import Release
from synthmatch.proposers.drawn.room import dried
from synthmatch.proposers.drawn.table import WAVE, Drawing, draw, frames, sampled, sides, single_cycles, tables
from synthmatch.synths.vital.own import lfo_shape, sample, wavetable

#: Keyframes of the table: 33 are further away, 97 no nearer (docs/results/tried.md, "Drawing presets").
KEYFRAMES = 65
#: Fewest keyframes of a table where two share a file: with 33 `mss` of notes is 1.33, with 65 it is 1.28 dB (the same page).
_FEWEST_KEYFRAMES = 33
#: Bytes of tables and sampler together, so that a preset's file, in which they are text, has less than 1.5 MB.
MOST_BYTES = 1_080_000
#: Bytes of a keyframe, and of a sample of the sampler.
KEYFRAME_BYTES, SAMPLE_BYTES = 4 * WAVE, 2
#: Octaves below the note at most, which is as low as Vital's oscillators go.
MOST_OCTAVES = 4
#: Levels of oscillator and sampler, where Vital starts both: they glide from there when a preset is loaded.
LEVEL = np.sqrt(0.5)
#: Seconds of the residual that a preset carries, so that its file has less than 1.5 MB; this share at the end is faded out.
_RESIDUAL_SECONDS, _FADED = 6.0, 0.1
#: Seconds of it after the end of a note that is held, at least, where two tables leave little room. Not tuned.
_AFTER_HOLD = 0.2
#: Peaks of the sampler's recording relative to the level of everything; noise seldom has higher ones, clicks before an onset do.
_HIGHEST_PEAK = 5.0
#: Against a click at the onset, in seconds.
_ATTACK = 0.002
#: What each slot connects: an LFO, what it moves, and how far. Two of LFO 2 together make the voice 12 dB louder than one can:
#: the square of their sum is the amplitude, and recordings are often as loud as a file can be.
_MOVES = ((1, "osc_1_wave_frame", 1.0), (2, "voice_amplitude", 1.0), (2, "voice_amplitude", 1.0))
#: Semitones from the lowest to the highest that the knob of an oscillator's transposition goes.
_TRANSPOSE = 96
#: Where oscillators are, for a sound in the middle and for one that is wide.
_PANS = {1: (0.0,), 2: (-1.0, 1.0)}


def draw_vital(space: ParamSpace, target: Audio, note: Note) -> list[Preset]:
    """One preset that sounds like a target, (channels, samples), when `note` plays it. Its level is not the target's."""
    target, reverb = dried(target, note)
    drawing = draw(target, note, MOST_OCTAVES)
    played = drawing.course
    parts = sides(drawing, target, note)
    amplitudes = tables(parts, _most_keyframes(played, len(parts)))
    keyframes = len(amplitudes[0])
    waves = [single_cycles(table, part.ahead) for table, part in zip(amplitudes, parts, strict=True)]
    samples_left = (MOST_BYTES // len(parts) - keyframes * KEYFRAME_BYTES) // SAMPLE_BYTES
    noise = np.stack([sampler_sound(part, samples_left / SAMPLE_RATE_HZ) for part in parts])
    # an oscillator at one side is louder than in the middle, by the root of two
    aside = np.sqrt(2) if len(parts) > 1 else 1.0
    peak = max(np.abs(waves).max() / aside, np.abs(noise).max(), 1e-9)
    held = played.again_s is not None
    settings = voice_settings(played.release or Release()) | reverb
    moves = list(_MOVES)
    for number, (part, pan) in enumerate(zip(parts, _PANS[len(parts)], strict=True), 1):
        settings |= {
            f"osc_{number}_on": 1,
            f"osc_{number}_level": LEVEL,
            f"osc_{number}_tune": 12 * np.log2(part.found_hz / part.note_hz),
            f"osc_{number}_transpose": -12 * part.octaves,
            f"osc_{number}_pan": pan,
        }
        if held and not part.octaves:
            settings[f"osc_{number}_spectral_morph_type"] = _choice(space, "osc_1_spectral_morph_type", "Formant Scale")
    if len(parts) > 1:
        moves.append((1, "osc_2_wave_frame", 1.0))
    loudness = np.sqrt(played.levels / max(played.levels.max(), np.finfo(np.float64).tiny))
    places = played.times / played.seconds
    shapes = [
        lfo_shape(np.column_stack([places, frames(played, keyframes)]), "timbre"),
        lfo_shape(np.column_stack([places, loudness]), "level"),
    ]
    if drawing.pitch is not None:
        bend_places, semitones = pitch_shape(drawing.pitch, drawing.found_hz, played)
        furthest = max(np.abs(semitones).max(), 1e-3)
        shapes.append(lfo_shape(np.column_stack([bend_places, 0.5 + semitones / furthest / 2]), "pitch"))
        moves += [(3, f"osc_{number}_transpose", 2 * furthest / _TRANSPOSE) for number in range(1, len(parts) + 1)]
    for slot, (lfo, moved, amount) in enumerate(moves, 1):
        settings |= {
            f"modulation_{slot}_source": _choice(space, f"modulation_{slot}_source", f"lfo_{lfo}"),
            f"modulation_{slot}_destination": _choice(space, f"modulation_{slot}_destination", moved),
            f"modulation_{slot}_amount": amount,
            # up and down from the pitch that an oscillator has
            f"modulation_{slot}_bipolar": float(moved.endswith("_transpose")),
        }
    for number in range(1, len(shapes) + 1):
        settings |= lfo_settings(space, number, played)
    share = sum(np.square(part.residual).sum() for part in parts) / sum(
        np.square(part.residual + part.tonal).sum() for part in parts
    )
    comments = f"Drawn from the target. The sampler plays {share:.0%} of its energy, which is not steady."
    extra = {
        "wavetables": {
            str(number): wavetable(table / (aside * peak), "target") for number, table in enumerate(waves, 1)
        },
        "lfos": {str(number): shape for number, shape in enumerate(shapes, 1)},
        "sample": sample(noise / peak, "residual"),
        **macros(note.pitch, held=held, oscillators=len(parts), lfos=len(shapes)),
    }
    extra["header"] |= {"comments": comments}
    return [Preset(space.synth, space.from_named(settings), "", extra)]


def voice_settings(release: Release) -> dict[str, float]:
    """What every drawn preset has beside its oscillators and LFOs."""
    return {
        "sample_on": 1,
        "sample_level": LEVEL,
        "sample_loop": 0,
        "sample_keytrack": 0,
        "voice_amplitude": 0,
        # softer and harder as the key is struck
        "velocity_track": 1,
        "env_1_attack": _ATTACK**0.25,
        "env_1_sustain": 1,
        "env_1_release": release.seconds**0.25,
        "env_1_release_power": release.power,
        "eq_on": 1,
    }


def lfo_settings(space: ParamSpace, number: int, played: Course) -> dict[str, float]:
    """How an LFO runs through a course."""
    return {
        f"lfo_{number}_sync": _choice(space, "lfo_1_sync", "Seconds"),
        f"lfo_{number}_sync_type": _choice(
            space, "lfo_1_sync_type", "Envelope" if played.again_s is None else "Loop Point"
        ),
        f"lfo_{number}_phase": (played.again_s or 0.0) / played.seconds,
        f"lfo_{number}_frequency": -np.log2(played.seconds),
        f"lfo_{number}_smooth_mode": 0,
        f"lfo_{number}_smooth_time": space["lfo_1_smooth_time"].low,
    }


def _most_keyframes(played: Course, tables: int) -> int:
    """Keyframes of each table at most: fewer where two share a file with a long residual."""
    if tables == 1:
        return KEYFRAMES
    # until the note's end and a little after, before it fades out
    seconds = (played.last_moment if played.again_s is None else played.hold_s + _AFTER_HOLD) / (1 - _FADED)
    residual = SAMPLE_BYTES * SAMPLE_RATE_HZ * seconds
    return int(np.clip((MOST_BYTES / tables - residual) / KEYFRAME_BYTES, _FEWEST_KEYFRAMES, KEYFRAMES))


def sampler_sound(drawing: Drawing, most_seconds: float = _RESIDUAL_SECONDS) -> Float64[F64, " most"]:
    """What the sampler plays, through the course and its loops, as long as a preset carries."""
    played = drawing.course
    most_seconds = min(most_seconds, _RESIDUAL_SECONDS)
    longest = most_seconds if played.again_s is not None else min(most_seconds, played.last_moment)
    seconds = np.arange(max(1, round(longest * SAMPLE_RATE_HZ))) / SAMPLE_RATE_HZ
    noise = np.clip(sampled(drawing, seconds), -_HIGHEST_PEAK, _HIGHEST_PEAK)
    return noise * np.clip((most_seconds - seconds) / (most_seconds * _FADED), 0.0, 1.0)


def _choice(space: ParamSpace, name: str, text: str) -> int:
    return space[name].choices.index(text)
