"""Presets for Vital: basses, leads, pads, plucks, keys, bells, drums and effects.

A preset is drawn by one of eight recipes, each a short text over `vital_sketch`: which wavetables, how the envelopes
run, what moves what, which effects. A preset is a pure function of the generator's state. Renders stay cheap: unison of
many voices is rare.
"""

import numpy as np

from synthmatch.arrays import F64
from synthmatch.library.children import coarse
from synthmatch.library.generators.vital_sketch import Sketch
from synthmatch.params.preset import Preset
from synthmatch.params.space import ParamSpace
from synthmatch.synths.registry import get_synth

#: Names of wavetables by kind. No table compares them, nor the numbers of the recipes below.
ANALOG = ("sine to saw", "saw to square", "sine to triangle to square", "pulse width", "saw opening", "square opening")
FM = ("fm 1", "fm 2", "fm 3", "fm 7", "fm 14", "fm harsh")
BRIGHT = ("sync saw", "sync sine", "folded sine", "folded uneven", "resonant sweep", "growl", "comb", "coarse saw")
VOICE = ("vowels", "choir", "reed", "brass", "hollow")
PURE = ("octaves", "fifths", "organ drawbars", "tine", "plucked point", "coarse sine")
STRUCK = ("bell", "metal", "fm 7", "fm 14", "tine", "fifths", "fm 3")
EVERY = ANALOG + FM + BRIGHT + VOICE + PURE + ("bell", "metal", "noise")

SHAPES = (
    *("own", "sine", "saw up", "saw down", "square", "pulse", "fast decay", "slow rise", "hill", "stairs"),
    *("arpeggio", "gate", "scatter"),
)
#: what anything may move in an effect
TARGETS = (
    *("filter_1_cutoff", "osc_1_wave_frame", "osc_1_transpose", "osc_1_distortion_amount", "osc_1_pan"),
    *("osc_1_spectral_morph_amount", "osc_2_transpose", "osc_2_level", "filter_1_resonance", "voice_tune"),
)

#: unison weights of sounds that live from it, and of those that do not
_WIDE = (0.35, 0.2, 0.22, 0.16, 0.07)
_NARROW = (0.85, 0.09, 0.06, 0.0, 0.0)


def bass(s: Sketch) -> None:
    """Low, one or two oscillators and a sub, a filter that closes, at times a wobble."""
    octave = s.pick((-24.0, -24.0, -12.0))
    s.oscillator(1, s.pick((ANALOG, ANALOG, FM, BRIGHT)), (0.6, 0.75), octave)
    s.unison(1, _NARROW, (0.5, 3.0))
    if s.maybe(0.5):
        s.oscillator(2, s.pick((ANALOG, FM, BRIGHT)), (0.35, 0.65), s.pick((octave, octave, octave + 12, octave + 7)))
        s.set(osc_2_tune=(-0.15, 0.15))
    if s.maybe(0.4):
        s.oscillator(3, ("sine to saw",), (0.4, 0.7), octave)
        s.set(osc_3_wave_frame=(0.0, 40.0))
    s.filter(1, (24.0, 75.0))
    s.envelope(1, (0.001, 0.02), (0.15, 2.0), (0.0, 1.0), (0.03, 0.4))
    s.envelope(2, (0.001, 0.03), (0.05, 1.2), (0.0, 0.5), (0.05, 0.4))
    s.connect("env_2", "filter_1_cutoff", (0.05, 0.5))
    if s.maybe(0.3):
        s.lfo(1, (0.5, 8.0), ("own", "sine", "saw down", "square", "gate", "fast decay"))
        s.connect("lfo_1", s.pick(("filter_1_cutoff", "osc_1_wave_frame", "osc_1_distortion_amount")), (0.1, 0.6))
    if s.maybe(0.3):
        s.connect("env_2", "osc_1_wave_frame", (-0.6, 0.8))
    s.drive(0.45)
    s.width(0.15, 0.05)
    s.tone(0.2)
    s.reverb(0.12, (0.05, 0.2))


def lead(s: Sketch) -> None:
    """Bright and held, often in unison, with vibrato and echoes."""
    s.oscillator(1, s.pick((ANALOG, BRIGHT, VOICE, FM)), (0.55, 0.75), s.pick((0.0, 0.0, 0.0, 12.0, -12.0)))
    s.unison(1, _WIDE)
    if s.maybe(0.55):
        s.oscillator(2, s.pick((ANALOG, BRIGHT, PURE)), (0.3, 0.65), s.pick((0.0, 0.0, 12.0, -12.0, 7.0)))
        s.set(osc_2_tune=(-0.2, 0.2))
        if s.maybe(0.2):
            s.choices["osc_1_distortion_type"] = s.pick(("FM <- Osc A", "RM <- Osc A"))
            s.set(osc_1_distortion_amount=(0.1, 0.7))
    if s.maybe(0.75):
        s.filter(1, (60.0, 110.0))
        s.envelope(2, (0.003, 0.3), (0.1, 1.5), (0.1, 0.8), (0.1, 0.8))
        s.connect("env_2", "filter_1_cutoff", (-0.1, 0.35))
    s.envelope(1, (0.002, 0.12), (0.2, 2.0), (0.5, 1.0), (0.05, 0.7))
    s.vibrato(0.5)
    if s.maybe(0.35):
        s.lfo(1, (0.1, 6.0), ("own", "sine", "saw up", "stairs", "hill"))
        s.connect("lfo_1", s.pick(("osc_1_wave_frame", "filter_1_cutoff", "osc_1_spectral_morph_amount")), (0.05, 0.5))
    s.drive(0.3)
    s.width(0.3, 0.15, 0.08)
    s.delay(0.35)
    s.reverb(0.4)
    s.tone(0.2)


def pad(s: Sketch) -> None:
    """Slow, wide and moving."""
    s.oscillator(1, s.pick((ANALOG, VOICE, PURE, EVERY)), (0.5, 0.7), s.pick((0.0, 0.0, -12.0, 12.0)))
    s.unison(1, _WIDE)
    if s.maybe(0.7):
        s.oscillator(2, s.pick((ANALOG, VOICE, PURE, FM)), (0.35, 0.65), s.pick((0.0, 12.0, -12.0, 7.0, 19.0)))
        s.unison(2, _NARROW)
        s.set(osc_2_tune=(-0.15, 0.15), osc_2_pan=(-0.4, 0.4))
    if s.maybe(0.25):
        s.noise((0.05, 0.25))
    s.filter(1, (45.0, 95.0), ("Analog", "Ladder", "Digital", "Formant", "Phaser", "Dirty"))
    s.envelope(1, (0.15, 2.0), (0.5, 4.0), (0.5, 1.0), (0.4, 4.0))
    s.envelope(2, (0.3, 3.0), (0.5, 4.0), (0.2, 1.0), (0.5, 3.0))
    s.connect("env_2", "filter_1_cutoff", (-0.15, 0.35))
    s.lfo(1, (0.05, 1.2), ("own", "sine", "hill"))
    s.connect("lfo_1", s.pick(("osc_1_wave_frame", "filter_1_cutoff", "osc_1_pan", "osc_2_wave_frame")), (0.05, 0.5))
    if s.maybe(0.4):
        s.lfo(2, (0.1, 5.0), ("own", "sine"))
        s.connect("lfo_2", s.pick(("osc_1_level", "osc_2_level", "osc_1_tune", "filter_1_resonance")), (0.02, 0.25))
    s.width(0.5, 0.2, 0.08)
    s.delay(0.2)
    s.reverb(0.65, (0.15, 0.5), (1.0, 6.0))
    s.tone(0.2)


def pluck(s: Sketch) -> None:
    """A quick attack that dies away, the filter with it."""
    s.oscillator(1, s.pick((ANALOG, PURE, FM, EVERY)), (0.6, 0.8), s.pick((0.0, 0.0, 12.0, -12.0)))
    s.unison(1)
    if s.maybe(0.45):
        s.oscillator(2, s.pick((ANALOG, PURE, STRUCK)), (0.3, 0.65), s.pick((0.0, 12.0, 7.0, 24.0, -12.0)))
    if s.maybe(0.2):
        s.noise((0.1, 0.4))
    if s.maybe(0.25):
        s.filter(1, (50.0, 90.0), ("Comb",))
        s.choices["filter_1_style"] = s.pick(("12dB", "24dB", "Notch Blend"))
    else:
        s.filter(1, (30.0, 80.0))
    s.envelope(1, (0.001, 0.008), (0.12, 2.0), (0.0, 0.08), (0.08, 1.2))
    s.envelope(2, (0.001, 0.01), (0.04, 0.8), (0.0, 0.15), (0.05, 0.6))
    s.connect("env_2", "filter_1_cutoff", (0.15, 0.6))
    if s.maybe(0.35):
        s.connect("env_2", s.pick(("osc_1_wave_frame", "osc_1_distortion_amount", "osc_2_level")), (-0.5, 0.7))
    s.connect("velocity", "filter_1_cutoff", (0.0, 0.2))
    s.drive(0.15)
    s.width(0.25, 0.08)
    s.delay(0.4)
    s.reverb(0.45)


def keys(s: Sketch) -> None:
    """Electric pianos, organs, clavinets and what stands between."""
    organ = s.maybe(0.35)
    s.oscillator(
        1, ("organ drawbars", "octaves", "reed", "sine to triangle to square", "fifths") if organ else FM + PURE
    )
    s.set(osc_1_wave_frame=(0.0, 256.0 if organ else 140.0))
    s.unison(1, _NARROW, (0.3, 2.0))
    if s.maybe(0.55):
        s.oscillator(2, PURE + FM + ("pulse width",), (0.2, 0.55), s.pick((0.0, 12.0, 24.0, -12.0, 19.0)))
        s.set(osc_2_tune=(-0.06, 0.06))
    if organ:
        s.envelope(1, (0.002, 0.03), (0.1, 1.0), (0.75, 1.0), (0.02, 0.2))
        if s.maybe(0.4):
            s.envelope(2, (0.001, 0.003), (0.03, 0.15), (0.0, 0.02), (0.02, 0.1))
            s.connect("env_2", s.pick(("osc_2_level", "osc_1_wave_frame")), (0.2, 0.6))
    else:
        s.envelope(1, (0.001, 0.01), (0.6, 6.0), (0.0, 0.35), (0.08, 0.8))
        s.envelope(2, (0.001, 0.005), (0.1, 2.0), (0.0, 0.3), (0.1, 0.8))
        s.connect("env_2", s.pick(("osc_1_wave_frame", "osc_2_level", "filter_1_cutoff")), (0.1, 0.6))
        s.connect("velocity", "osc_1_wave_frame", (0.0, 0.25))
    if s.maybe(0.5):
        s.filter(1, (60.0, 105.0), ("Analog", "Ladder", "Digital"))
    if s.maybe(0.35):
        s.lfo(1, (3.0, 8.0), ("sine",))
        s.connect("lfo_1", s.pick(("voice_amplitude", "osc_1_pan", "osc_1_level")), (-0.4, -0.1))
    s.vibrato(0.2, (0.02, 0.1))
    s.drive(0.2, (1.0, 8.0))
    s.width(0.4, 0.2, 0.05)
    s.reverb(0.4, (0.08, 0.25))
    s.tone(0.25)


def bell(s: Sketch) -> None:
    """Struck and ringing: high or inharmonic partials."""
    low = s.pick((0.0, 0.0, -12.0, 12.0, -24.0))
    s.oscillator(1, STRUCK, (0.55, 0.75), low)
    s.unison(1, _NARROW, (0.3, 2.0))
    if s.maybe(0.3):
        s.choices["osc_1_spectral_morph_type"] = s.pick(("Inharmonic Stretch", "Harmonic Stretch", "Shepard Tone"))
        s.set(osc_1_spectral_morph_amount=(0.3, 0.75))
    if s.maybe(0.75):
        s.oscillator(2, STRUCK + PURE, (0.25, 0.6), low + s.pick((12.0, 19.0, 24.0, 7.0, 17.0, 31.0)))
        s.set(osc_2_tune=(-0.5, 0.5))
    if s.maybe(0.4):
        s.oscillator(3, ("sine to saw", "fm 7"), (0.2, 0.5), low + s.pick((0.0, 34.0, 27.0, 12.0)))
        s.set(osc_3_wave_frame=(0.0, 60.0), osc_3_tune=(-0.5, 0.5))
    if s.maybe(0.35):
        s.choices["osc_1_distortion_type"] = s.pick(("FM <- Osc A", "RM <- Osc A"))
        s.set(osc_1_distortion_amount=(0.1, 0.8))
    s.envelope(1, (0.001, 0.01), (0.5, 8.0), (0.0, 0.05), (0.4, 5.0))
    s.envelope(2, (0.001, 0.005), (0.05, 3.0), (0.0, 0.1), (0.2, 3.0))
    s.connect("env_2", s.pick(("osc_1_wave_frame", "osc_2_level", "osc_1_distortion_amount")), (0.1, 0.7))
    if s.maybe(0.3):
        s.filter(1, (70.0, 115.0), ("Analog", "Digital"))
    s.width(0.3, 0.1)
    s.delay(0.25)
    s.reverb(0.6, (0.1, 0.4), (1.0, 5.0))


def drum(s: Sketch) -> None:
    """Kicks, toms, snares, hats, claps and metal."""
    kind = s.pick(("kick", "kick", "tom", "snare", "snare", "hat", "metal", "zap"))
    body = {"kick": (0.15, 0.7), "tom": (0.2, 0.9), "snare": (0.08, 0.4), "hat": (0.03, 0.5)}.get(kind, (0.05, 0.8))
    s.envelope(1, (0.0005, 0.003), body, (0.0, 0.01), (0.03, 0.4))
    s.envelope(2, (0.0005, 0.002), (0.01, 0.2), (0.0, 0.01), (0.02, 0.2))
    s.envelope(3, (0.0005, 0.003), (0.03, 0.4), (0.0, 0.01), (0.03, 0.3))
    if kind in ("kick", "tom", "zap"):
        s.oscillator(1, ("sine to saw", "sine to triangle to square", "fm 1", "folded sine"), (0.75, 0.9))
        s.set(osc_1_transpose={"kick": -24.0, "tom": -12.0}.get(kind, 0.0), osc_1_wave_frame=(0.0, 90.0))
        s.set(osc_1_phase=0.0)
        s.connect("env_2", "osc_1_transpose", {"kick": (0.2, 0.5), "tom": (0.05, 0.25)}.get(kind, (0.2, 0.6)))
        if s.maybe(0.4):
            s.noise((0.2, 0.6))
            s.filter(1, (40.0, 90.0))
            s.connect("env_2", "sample_level", (0.1, 0.5))
    elif kind == "snare":
        s.oscillator(
            1, ("sine to triangle to square", "fm 2", "metal", "folded sine"), (0.4, 0.7), s.pick((-12.0, -5.0))
        )
        s.set(osc_1_wave_frame=(0.0, 140.0))
        s.connect("env_2", "osc_1_transpose", (0.05, 0.3))
        s.noise((0.55, 0.9), "FILTER 2")
        s.filter(2, (50.0, 100.0), ("Analog", "Digital"))
        s.set(filter_2_blend=(0.0, 2.0))
    elif kind == "hat":
        s.set(osc_1_on=0.0)
        s.noise((0.7, 0.95))
        s.filter(1, (85.0, 118.0), ("Analog", "Digital"))
        s.set(filter_1_blend=(1.0, 2.0))
        if s.maybe(0.5):
            s.oscillator(2, ("metal", "fm harsh", "fm 14"), (0.4, 0.7), s.pick((24.0, 31.0, 36.0)))
    else:
        s.oscillator(1, ("metal", "fm harsh", "bell", "fm 14"), (0.6, 0.8), s.pick((0.0, 12.0, 19.0)))
        s.oscillator(2, ("metal", "fm 7", "noise"), (0.4, 0.7), s.pick((5.0, 13.0, 25.0)))
        s.choices["osc_1_distortion_type"] = "RM <- Osc A"
        s.set(osc_1_distortion_amount=(0.3, 1.0), osc_2_tune=(-0.5, 0.5))
        s.connect("env_3", "filter_1_cutoff", (0.0, 0.4))
        s.filter(1, (60.0, 100.0))
    # short sounds have little energy: start 4 dB above Vital's own level
    s.set(volume=78.0**2)
    s.drive(0.35)
    s.tone(0.25)
    s.reverb(0.3, (0.05, 0.3), (0.2, 1.5))


def effect(s: Sketch) -> None:
    """Risers, drones, lasers, wind, machines: anything moves anything."""
    s.oscillator(1, EVERY, (0.5, 0.75), float(s.rng.integers(-24, 25)))
    s.unison(1)
    if s.maybe(0.6):
        s.oscillator(2, EVERY, (0.3, 0.65), float(s.rng.integers(-24, 25)))
        s.set(osc_2_tune=(-1.0, 1.0))
        if s.maybe(0.4):
            s.choices["osc_1_distortion_type"] = s.pick(("FM <- Osc A", "RM <- Osc A"))
            s.set(osc_1_distortion_amount=(0.1, 1.0))
    if s.maybe(0.4):
        s.noise((0.2, 0.7))
    s.filter(1, (40.0, 105.0), ("Analog", "Dirty", "Ladder", "Digital", "Diode", "Formant", "Comb", "Phaser"))
    s.set(filter_1_blend=(0.0, 2.0))
    s.envelope(1, (0.002, 2.0), (0.2, 4.0), (0.3, 1.0), (0.1, 3.0))
    s.envelope(2, (0.01, 4.0), (0.1, 4.0), (0.0, 1.0), (0.1, 2.0))
    s.lfo(1, (0.1, 12.0), SHAPES)
    s.lfo(2, (0.05, 30.0), SHAPES)
    for source in ("env_2", "lfo_1", "lfo_2"):
        for _ in range(s.pick((1, 1, 2))):
            s.connect(source, s.pick(TARGETS), (-0.4, 0.6), bipolar=s.maybe(0.4))
    s.drive(0.3)
    s.width(0.25, 0.2, 0.2)
    s.delay(0.35, (0.1, 0.5))
    s.reverb(0.5, (0.1, 0.6), (0.5, 6.0))


#: category -> recipe, in the order of their share: each as likely as the others
RECIPES = {
    **{"Bass": bass, "Lead": lead, "Pad": pad, "Pluck": pluck},
    **{"Keys": keys, "Bell": bell, "Drum": drum, "Effect": effect},
}
CATEGORIES = tuple(RECIPES)


def generate(rng: np.random.Generator) -> Preset:
    """One preset of any category, named after it: ``Bass 1234``."""
    category = CATEGORIES[int(rng.integers(len(CATEGORIES)))]
    space = get_synth("vital").space
    sketch = Sketch(rng)
    RECIPES[category](sketch)
    drawn = _native(space, sketch)
    # what no recipe touched stays exactly where Vital starts, which loads faster
    native = np.where(drawn == space.default, drawn, coarse(space, space.to_unit(drawn)))
    return Preset("vital", native, f"{category} {int(rng.integers(10_000)):04d}")


def _native(space: ParamSpace, sketch: Sketch) -> F64:
    chosen = {name: float(space[name].choices.index(choice)) for name, choice in sketch.choices.items()}
    return space.from_named({**sketch.values, **chosen})
