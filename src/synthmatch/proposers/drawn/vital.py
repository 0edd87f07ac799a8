"""A Vital preset drawn from the target: its partials become a wavetable, what is not steady plays in the sampler, and LFOs of
its own move timbre and level.

Everything is drawn apart from its level, which LFO 2 gives to table and sampler alike: Vital steps from frame to frame of a
table, but moves levels smoothly. Envelope 1 has the release.
"""

from typing import Any

import numpy as np

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.course import Course, spread
from synthmatch.proposers.drawn.keys import key_connections
from synthmatch.proposers.drawn.release import Release
from synthmatch.proposers.drawn.table import Drawing, draw, sampled, single_cycles
from synthmatch.synths.vital.own import lfo_shape, sample, wavetable

#: Keyframes of the table: 33 are further away, 97 no nearer (docs/results/tried.md, "Drawing presets").
KEYFRAMES = 65
#: Octaves below the note at most, which is as low as Vital's oscillators go.
MOST_OCTAVES = 4
#: Levels of oscillator and sampler, where Vital starts both: they glide from there when a preset is loaded.
LEVEL = np.sqrt(0.5)
#: Seconds of the residual that a preset carries, so that its file has less than 1.5 MB; the last tenth is faded out.
_RESIDUAL_SECONDS = 6.0
#: Peaks of the sampler's recording relative to the level of everything; noise seldom has higher ones, clicks before an onset do.
_HIGHEST_PEAK = 5.0
#: Against a click at the onset, in seconds.
_ATTACK = 0.002
#: What each slot connects: an LFO, what it moves, and how far. Two of LFO 2 together make the voice 12 dB louder than one can:
#: the square of their sum is the amplitude, and recordings are often as loud as a file can be.
_MOVES = ((1, "osc_1_wave_frame", 1.0), (2, "voice_amplitude", 1.0), (2, "voice_amplitude", 1.0))
#: Macros: name, where the knob stands, what it moves, and how far either way. They take slots past the 16 that a search moves.
_MACROS = (
    ("TIMBRE", 0.0, "osc_1_wave_frame", 1.0, False),
    ("NOISE", 0.5, "sample_level", 1.0, True),
    ("BRIGHTNESS", 0.5, "eq_high_gain", 1.0, True),
    ("RELEASE", 0.5, "env_1_release", 0.5, True),
)
_FIRST_MACRO_SLOT = 17
#: The spectral morph that keeps formants at other keys.
FORMANTS = "Formant Scale"
FIRST_KEY_SLOT = _FIRST_MACRO_SLOT + len(_MACROS)


def draw_vital(space: ParamSpace, target: Audio, note: Note) -> list[Preset]:
    """One preset that sounds like a target, (channels, samples), when `note` plays it. Its level is not the target's."""
    drawing = draw(target, note, MOST_OCTAVES)
    played = drawing.course
    waves = single_cycles(drawing.timbres(spread(KEYFRAMES, played.last_moment)))
    noise = sampler_sound(drawing)
    peak = max(np.abs(waves).max(), 1e-9)
    louder = max(1.0, np.abs(noise).max() / peak)
    release = played.release or Release()
    settings = {
        "osc_1_on": 1,
        "osc_1_level": LEVEL / np.sqrt(louder),
        "osc_1_tune": 12 * np.log2(drawing.found_hz / drawing.note_hz),
        "osc_1_transpose": -12 * drawing.octaves,
        **voice_settings(release),
    }
    held = played.again_s is not None
    if held and not drawing.octaves:
        settings["osc_1_spectral_morph_type"] = choice(space, "osc_1_spectral_morph_type", FORMANTS)
    for number in (1, 2):
        settings |= lfo_settings(space, number, played)
    for slot, (lfo, moved, amount) in enumerate(_MOVES, 1):
        settings |= {
            f"modulation_{slot}_source": choice(space, f"modulation_{slot}_source", f"lfo_{lfo}"),
            f"modulation_{slot}_destination": choice(space, f"modulation_{slot}_destination", moved),
            f"modulation_{slot}_amount": amount,
        }
    frames = np.interp(played.moments, spread(KEYFRAMES, played.last_moment), np.linspace(0, 1, KEYFRAMES))
    loudness = np.sqrt(played.levels / max(played.levels.max(), np.finfo(np.float64).tiny))
    places = played.times / played.seconds
    comments = f"Drawn from the target. The sampler plays {drawing.share:.0%} of its energy, which is not steady."
    extra = {
        "wavetables": {"1": wavetable(waves / peak, "target")},
        "lfos": {
            "1": lfo_shape(np.column_stack([places, frames]), "timbre"),
            "2": lfo_shape(np.column_stack([places, loudness]), "level"),
        },
        "sample": sample(noise / (peak * louder), "residual"),
        **macros(),
    }
    for slot, (moved, curve) in enumerate(key_connections(note.pitch, held=held), FIRST_KEY_SLOT):
        extra["settings"] |= {f"modulation_{slot}_amount": 1.0, f"modulation_{slot}_bipolar": 1.0}
        extra["modulations"][str(slot)] = {"source": "note", "destination": moved, "line_mapping": curve}
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
        f"lfo_{number}_sync": choice(space, "lfo_1_sync", "Seconds"),
        f"lfo_{number}_sync_type": choice(
            space, "lfo_1_sync_type", "Envelope" if played.again_s is None else "Loop Point"
        ),
        f"lfo_{number}_phase": (played.again_s or 0.0) / played.seconds,
        f"lfo_{number}_frequency": -np.log2(played.seconds),
        f"lfo_{number}_smooth_mode": 0,
        f"lfo_{number}_smooth_time": space["lfo_1_smooth_time"].low,
    }


def sampler_sound(drawing: Drawing) -> Float64[F64, " most"]:
    """What the sampler plays, through the course and its loops, as long as a preset carries."""
    played = drawing.course
    longest = _RESIDUAL_SECONDS if played.again_s is not None else min(_RESIDUAL_SECONDS, played.last_moment)
    seconds = np.arange(max(1, round(longest * SAMPLE_RATE_HZ))) / SAMPLE_RATE_HZ
    noise = np.clip(sampled(drawing, seconds), -_HIGHEST_PEAK, _HIGHEST_PEAK)
    return noise * np.clip((_RESIDUAL_SECONDS - seconds) / (_RESIDUAL_SECONDS / 10), 0.0, 1.0)


def macros() -> dict[str, Any]:
    """The macros of every drawn preset, past the search's slots, which change nothing where they stand: settings, connections,
    names.
    """
    settings, connections, names = dict[str, float](), dict[str, Any](), dict[str, str]()
    for number, (name, stands, moved, amount, both_ways) in enumerate(_MACROS, 1):
        slot = _FIRST_MACRO_SLOT + number - 1
        names[f"macro{number}"] = name
        settings[f"macro_control_{number}"] = stands
        settings |= {f"modulation_{slot}_amount": amount, f"modulation_{slot}_bipolar": float(both_ways)}
        connections[str(slot)] = {"source": f"macro_control_{number}", "destination": moved}
    return {"settings": settings, "modulations": connections, "header": names}


def choice(space: ParamSpace, name: str, text: str) -> int:
    """The class of a parameter that a panel calls so."""
    return space[name].choices.index(text)
