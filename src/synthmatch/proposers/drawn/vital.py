"""A Vital preset drawn from the target: its partials become a wavetable, what is not steady plays in the sampler, and LFOs of
its own move timbre, level and pitch. Each channel of a wide sound has an oscillator. A tail of reverb is the effect's.

Everything is drawn apart from its level, which LFO 2 gives to table and sampler alike: Vital steps from frame to frame of a
table, but moves levels smoothly. Envelope 1 has the release.
"""

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.course import Course
from synthmatch.proposers.drawn.draft import Draft
from synthmatch.proposers.drawn.macros import macros
from synthmatch.proposers.drawn.pitch_shape import bend, pitch_shape
from synthmatch.proposers.drawn.release import Release
from synthmatch.proposers.drawn.room import dried
from synthmatch.proposers.drawn.sampler import FADED, LEVEL, SAMPLE_BYTES, residual
from synthmatch.proposers.drawn.table import WAVE, draw, frames, sides, single_cycles, tables
from synthmatch.synths.vital.own import sample, wavetable

#: Keyframes of the table: 33 are further away, 97 no nearer (docs/results/tried.md, "Drawing presets").
KEYFRAMES = 65
#: Fewest keyframes of a table where two share a file: with 33 `mss` of notes is 1.33, with 65 it is 1.28 dB (the same page).
_FEWEST_KEYFRAMES = 33
#: Bytes of tables and sampler together, so that a preset's file, in which they are text, has less than 1.5 MB.
MOST_BYTES = 1_080_000
#: Bytes of a keyframe.
KEYFRAME_BYTES = 4 * WAVE
#: Octaves below the note at most, which is as low as Vital's oscillators go.
MOST_OCTAVES = 4
#: Against a click at the onset, in seconds.
_ATTACK = 0.002
#: The first slot after those that a search moves, of macros and of keys.
_FIRST_SLOT = 41
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
    rest = residual(parts, MOST_BYTES - len(parts) * keyframes * KEYFRAME_BYTES)
    # an oscillator at one side is louder than in the middle, by the root of two
    aside = np.sqrt(2) if len(parts) > 1 else 1.0
    peak = max(np.abs(waves).max() / aside, np.abs(rest.sound).max(), 1e-9)
    held = played.again_s is not None
    draft = Draft(space, _FIRST_SLOT)
    draft.settings |= voice_settings(played.release or Release()) | rest.settings | reverb
    for number, (part, pan) in enumerate(zip(parts, _PANS[len(parts)], strict=True), 1):
        draft.settings |= {
            f"osc_{number}_on": 1,
            f"osc_{number}_level": LEVEL,
            f"osc_{number}_tune": 12 * np.log2(part.found_hz / part.note_hz),
            f"osc_{number}_transpose": -12 * part.octaves,
            f"osc_{number}_pan": pan,
        }
        if held and not part.octaves:
            draft.settings[f"osc_{number}_spectral_morph_type"] = draft.choice(
                "osc_1_spectral_morph_type", "Formant Scale"
            )
    loop = (played.seconds, played.again_s)
    loudness = np.sqrt(played.levels / max(played.levels.max(), np.finfo(np.float64).tiny))
    places = played.times / played.seconds
    timbre = draft.course("timbre", np.column_stack([places, frames(played, keyframes)]), *loop)
    level = draft.course("level", np.column_stack([places, loudness]), *loop)
    # at the top of a tremolo it is as loud as the shape
    full = 1 / (1 + played.tremolo.depth) if played.tremolo else 1.0
    draft.connect(timbre, "osc_1_wave_frame", 1.0)
    # two make the voice 12 dB louder than one can: the square of their sum is the amplitude, and recordings are often as loud
    # as a file can be
    level_amounts = [f"modulation_{draft.connect(level, 'voice_amplitude', full)}_amount" for _ in range(2)]
    if len(parts) > 1:
        draft.connect(timbre, "osc_2_wave_frame", 1.0)
    # LFOs that go through the target, and faster at higher keys where it falls
    courses = 2
    if drawing.pitch is not None:
        bend(draft, pitch_shape(drawing.pitch, drawing.found_hz, played), played, len(parts))
        courses = 3
    if played.tremolo:
        draft.swing("tremolo", played.tremolo, 3, level_amounts, played.tremolo.depth * full)
    if rest.lowered is not None:
        draft.connect(draft.course("noise", rest.lowered, rest.seconds), "sample_level", -LEVEL)
    share = sum(np.square(part.residual).sum() for part in parts) / sum(
        np.square(part.residual + part.tonal).sum() for part in parts
    )
    comments = f"Drawn from the target. The sampler plays {share:.0%} of its energy, which is not steady."
    extra = macros(note.pitch, held=held, oscillators=len(parts), lfos=courses)
    extra["header"] |= {"comments": comments}
    extra |= {
        "wavetables": {
            str(number): wavetable(table / (aside * peak), "target") for number, table in enumerate(waves, 1)
        },
        "sample": sample(rest.sound / peak, "residual"),
    }
    return [draft.preset(extra)]


def voice_settings(release: Release) -> dict[str, float]:
    """What every drawn preset has beside its oscillators and LFOs."""
    return {
        "voice_amplitude": 0,
        # softer and harder as the key is struck
        "velocity_track": 1,
        "env_1_attack": _ATTACK**0.25,
        "env_1_sustain": 1,
        "env_1_release": release.seconds**0.25,
        "env_1_release_power": release.power,
        "eq_on": 1,
    }


def _most_keyframes(played: Course, tables: int) -> int:
    """Keyframes of each table at most: fewer where two share a file with a long residual."""
    if tables == 1:
        return KEYFRAMES
    # what is played once fades out after that
    seconds = played.last_moment / (1 - FADED) if played.again_s is None else played.last_moment
    left = MOST_BYTES / tables - SAMPLE_BYTES * SAMPLE_RATE_HZ * seconds
    return int(np.clip(left / KEYFRAME_BYTES, _FEWEST_KEYFRAMES, KEYFRAMES))
