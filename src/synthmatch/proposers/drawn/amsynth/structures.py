"""What a drawn preset may be made of: one oscillator, two, noise, with the knobs that are fitted to the target then."""

from typing import NamedTuple

import numpy as np

from synthmatch.analysis.partials import strongest_partials
from synthmatch.analysis.swing import Swing
from synthmatch.analytic.amsynth.effects import BAND_PASS, HIGH_PASS, LOW_PASS
from synthmatch.arrays import F64, Float64
from synthmatch.note import Note
from synthmatch.params import ParamSpace
from synthmatch.proposers.drawn.amsynth.vibrato import vibrato_knobs
from synthmatch.synths.amsynth.waveforms import NOISE, PULSE, SAW, SINE

#: Where fits begin. Not tuned.
_COMMON = {
    "amp_decay": 1.0,
    "amp_sustain": 0.5,
    "amp_release": 0.6,
    "filter_decay": 0.7,
    "filter_sustain": 0.3,
    "filter_release": 1.0,
    "filter_type": LOW_PASS,
    "filter_slope": 1,
    "filter_cutoff": 0.5,
    # softer and darker as the key is struck
    "amp_vel_sens": 1.0,
    "filter_vel_sens": 0.3,
    "osc1_pulsewidth": 0.7,
    "osc2_pulsewidth": 0.7,
    "reverb_roomsize": 0.6,
}
#: A note below this could not have its filter open if that went all the way with the key: 64 times the note is the highest.
_LOW_HZ = 130.0
_FIRST, _SECOND = ("osc1_waveform", "osc1_pulsewidth"), ("osc2_waveform", "osc2_pulsewidth")
_PLACE = ("osc2_range", "osc2_pitch")
_SQUARE, _NOISE_LFO = 1, 3
#: A sound this much sharper than its note has the LFO for its tuning, others for hiss. Not tuned.
_SHARP = 2 ** (3 / 1200)
#: A partial nearer to a harmonic than this, in octaves, is one. Not tuned.
_HARMONIC = 12 / 1200


class Structure(NamedTuple):
    """A start, native values, and the knobs of its oscillators that are fitted."""

    native: Float64[F64, " parameters"]
    knobs: tuple[str, ...]


def structures(
    space: ParamSpace, sound: Float64[F64, " samples"], note: Note, found_hz: float, vibrato: Swing | None
) -> list[Structure]:
    """What a sound that `note` plays may be made of, with its fundamental. An LFO that plays its `vibrato` does nothing else."""
    common = _COMMON | {"filter_kbd_track": 1.0 if note.hz > _LOW_HZ else 0.5}
    found = found_hz / note.hz
    tuned, noise = _second(found), {"osc1_waveform": NOISE, "osc_mix": -1.0}
    both: tuple[str, ...] = (*_SECOND, *_FIRST, "osc_mix", *_PLACE)
    pair = dict[str, float]()
    if vibrato:
        common |= vibrato_knobs(vibrato)
    elif found > _SHARP:
        pair = _sharp(found)
    else:
        pair, both = {"lfo_waveform": _NOISE_LFO}, (*both, "amp_mod_amount")
    starts: list[tuple[dict[str, float], tuple[str, ...]]] = [
        (tuned | {"osc2_waveform": SAW, "osc_mix": 1.0}, (*_SECOND, *_PLACE)),
        (tuned | {"osc2_waveform": SINE, "osc_mix": 1.0}, (*_SECOND, *_PLACE)),
        (tuned | noise | {"osc2_waveform": SAW, "osc_mix": 0.8}, (*_SECOND, "osc_mix", *_PLACE)),
        (pair | {"osc1_waveform": SAW, "osc2_waveform": PULSE, "osc2_range": 1}, both),
        (pair | {"osc1_waveform": SAW, "osc2_waveform": PULSE, "osc2_range": -1}, both),
        (
            pair | {"osc1_waveform": SINE, "osc2_waveform": SINE, "osc2_pitch": 7, "osc2_range": 1, "osc_mix_mode": 1},
            (*both, "osc_mix_mode"),
        ),
        *((noise | {"filter_type": kind}, ()) for kind in (LOW_PASS, BAND_PASS, HIGH_PASS)),
    ]
    lines = _lines(sound, note.hz, found)
    if lines:
        starts.append((_second(lines[0]) | noise | {"osc2_waveform": SINE, "osc_mix": 0.5}, ("osc_mix", *_SECOND)))
    reached = [ratio for ratio in lines if 1 <= ratio < 2]
    if len(lines) == 2 and reached and not vibrato:
        other = next(ratio for ratio in lines if ratio != reached[0])
        sines = {"osc1_waveform": SINE, "osc2_waveform": SINE, "freq_mod_osc": 1}
        starts.append((_sharp(reached[0]) | _second(other) | sines, (*_FIRST, *_SECOND, "osc_mix", "osc_mix_mode")))
    return [Structure(space.from_named(common | settings), knobs) for settings, knobs in starts]


def _lines(sound: Float64[F64, " samples"], note_hz: float, found: float) -> list[float]:
    """The two strongest partials, as multiples of the note's frequency, the stronger first; harmonics where they are."""
    ratios = list[float]()
    for count in (1, 2):
        for hz in strongest_partials(sound, np.zeros(0), count).hz.tolist():
            harmonic = max(1, round(hz / note_hz / found)) * found
            ratio = hz / note_hz
            near = abs(np.log2(ratio / harmonic)) < _HARMONIC
            if (line := harmonic if near else ratio) not in ratios:
                ratios.append(line)
    return ratios


def _sharp(ratio: float) -> dict[str, float]:
    """Knobs that play oscillators at a multiple of their frequency, 1 to 2: a square LFO that stands still at its highest."""
    return {"lfo_waveform": _SQUARE, "freq_mod_amount": (2 * (ratio - 1)) ** (1 / 3)}


def _second(ratio: float) -> dict[str, float]:
    """Knobs that play oscillator 2 at a multiple of the note's frequency, as near as they reach."""
    semitones = 12 * np.log2(ratio)
    octave = float(np.clip(np.rint(semitones / 12), -3, 4))
    pitch = float(np.clip(np.rint(semitones - 12 * octave), -12, 12))
    detune = (semitones - 12 * octave - pitch) / 12 * np.log(2) / np.log(1.25)
    return {"osc2_range": octave, "osc2_pitch": pitch, "osc2_detune": float(np.clip(detune, -1, 1))}
