"""What the recipes of `generators.vital` are written in: a Vital preset under construction, in musical units.

Times are in seconds, rates in Hz, cutoffs and transpositions in semitones (MIDI numbers), the rest in Vital's native
values. A range is given as (low, high); a value is drawn uniformly from it.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
Range = tuple[float, float]

#: voices of unison and their weights: unison makes a render slow, so two renders in three have none; not tuned
_VOICES = (1, 2, 3, 5, 7)
_SOME = (0.62, 0.14, 0.13, 0.08, 0.03)

MODELS = ("Analog", "Dirty", "Ladder", "Digital", "Diode")
MORPHS = (
    *("Vocode", "Formant Scale", "Harmonic Stretch", "Inharmonic Stretch", "Smear", "Random Amplitudes"),
    *("Low Pass", "High Pass", "Phase Disperse", "Spectral Time Skew"),
)
#: without Formant, which leaves some waves silent
WARPS = ("Sync", "Quantize", "Bend", "Squeeze", "Pulse")


class Sketch:
    """Values by parameter name, drawn with one generator; categorical values are stored by the name of their class."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.values: dict[str, float] = {}
        self.choices: dict[str, str] = {}
        self._slots = 0

    # drawing --------------------------------------------------------------------------------------------------------

    def maybe(self, chance: float) -> bool:
        """True with a chance."""
        return bool(self.rng.random() < chance)

    def draw(self, between: Range) -> float:
        """A number, uniform."""
        return float(self.rng.uniform(*between))

    def draw_log(self, between: Range) -> float:
        """A positive number, uniform on a logarithmic scale: for times and rates."""
        return math.exp(self.draw((math.log(between[0]), math.log(between[1]))))

    def pick(self, options: Sequence[T]) -> T:
        """One of some options."""
        return options[int(self.rng.integers(len(options)))]

    def set(self, module: str = "", **values: float | Range) -> None:
        """Native values by parameter name, or by its end after a module's name; a range is drawn from."""
        for end, value in values.items():
            name = f"{module}_{end}" if module else end
            self.values[name] = self.draw(value) if isinstance(value, tuple) else float(value)

    # modules --------------------------------------------------------------------------------------------------------

    def oscillator(self, i: int, tables: Sequence[str], level: Range = (0.6, 0.75), transpose: float = 0.0) -> None:
        """Switch an oscillator on with one of some tables, at any frame, at times bent by its own warps."""
        name = f"osc_{i}"
        self.choices[f"{name}_wavetable"] = self.pick(tables)
        self.set(name, on=1.0, level=level, transpose=transpose, wave_frame=(0.0, 256.0), phase=(0.0, 1.0))
        if self.maybe(0.2):
            self.choices[f"{name}_spectral_morph_type"] = self.pick(MORPHS)
            self.set(name, spectral_morph_amount=(0.2, 0.8))
        if self.maybe(0.2):
            self.choices[f"{name}_distortion_type"] = self.pick(WARPS)
            self.set(name, distortion_amount=(0.1, 0.9))

    def unison(self, i: int, chances: Sequence[float] = _SOME, detune: Range = (1.0, 4.5)) -> None:
        """Several detuned voices for an oscillator, at times."""
        voices = int(self.rng.choice(_VOICES, p=chances))
        if voices > 1:
            self.set(f"osc_{i}", unison_voices=float(voices), unison_detune=detune)
            self.set(f"osc_{i}", unison_blend=(0.4, 1.0), stereo_spread=(0.2, 1.0))

    def noise(self, level: Range, destination: str = "FILTER 1") -> None:
        """Switch the sampler's noise on."""
        self.choices["sample_destination"] = destination
        self.set("sample", on=1.0, level=level, transpose=float(self.rng.integers(-12, 13)))

    def filter(self, i: int | str, cutoff: Range, models: Sequence[str] = MODELS) -> None:
        """Switch a filter on: low-pass mostly. Cutoff in semitones."""
        name = f"filter_{i}"
        self.choices[f"{name}_model"] = self.pick(models)
        self.choices[f"{name}_style"] = self.pick(("12dB", "24dB", "24dB"))
        self.set(name, on=1.0, cutoff=cutoff, resonance=self.draw((0.0, 0.9)) ** 1.5)
        if self.maybe(0.4):
            self.set(name, drive=(0.0, 10.0))
        if self.maybe(0.5):
            self.set(name, keytrack=(0.0, 1.0))

    def envelope(self, i: int, attack: Range, decay: Range, sustain: Range, release: Range) -> None:
        """Times in seconds, uniform on a logarithmic scale; sustain 0..1."""
        times = [self.draw_log(between) ** 0.25 for between in (attack, decay, release)]
        self.set(f"env_{i}", attack=times[0], decay=times[1], sustain=sustain, release=times[2])
        self.set(f"env_{i}", decay_power=(-6.0, 0.0))

    def lfo(self, i: int, rate_hz: Range, shapes: Sequence[str] = ("own", "sine")) -> None:
        """A free-running LFO; the shape "own" is the triangle."""
        self.choices[f"lfo_{i}_shape"] = self.pick(shapes)
        self.choices[f"lfo_{i}_sync"] = "Seconds"
        self.set(f"lfo_{i}", frequency=math.log2(self.draw_log(rate_hz)), phase=(0.0, 1.0))

    def connect(self, source: str, destination: str, amount: Range, bipolar: bool = False) -> None:
        """The next modulation slot. An amount of 1 moves over the destination's whole range."""
        self._slots += 1
        slot = f"modulation_{self._slots}"
        self.choices[f"{slot}_source"], self.choices[f"{slot}_destination"] = source, destination
        self.set(slot, amount=amount, bipolar=float(bipolar))

    def vibrato(self, chance: float, depth: Range = (0.03, 0.2)) -> None:
        """A slow wave on the pitch, in part coming late, at times. Depth in semitones, either way."""
        if self.maybe(chance):
            self.lfo(4, (3.5, 7.5), ("sine",))
            self.set(lfo_4_delay_time=(0.0, 0.5), lfo_4_fade_time=(0.0, 1.0))
            self.connect("lfo_4", "voice_tune", depth, bipolar=True)

    # effects --------------------------------------------------------------------------------------------------------

    def reverb(self, chance: float, mix: Range = (0.1, 0.35), decay: Range = (0.5, 3.0)) -> None:
        """A room, at times. Decay in seconds."""
        if self.maybe(chance):
            self.set(reverb_on=1.0, reverb_dry_wet=mix, reverb_decay_time=math.log2(self.draw_log(decay)))
            self.set(reverb_size=(0.2, 0.9), reverb_high_shelf_gain=(-5.0, 0.0))

    def delay(self, chance: float, mix: Range = (0.1, 0.4)) -> None:
        """Echoes, at times; 1/4 to 1/16 notes at 120 beats a minute."""
        if self.maybe(chance):
            self.choices["delay_style"] = self.pick(("Mono", "Stereo", "Ping Pong"))
            self.choices["delay_sync"] = self.pick(("Tempo", "Tempo Dotted", "Tempo Triplets"))
            self.set(delay_on=1.0, delay_dry_wet=mix, delay_feedback=(0.1, 0.65), delay_filter_cutoff=(40.0, 100.0))
            self.set(delay_tempo=self.pick((8.0, 9.0, 10.0)), delay_aux_tempo=self.pick((8.0, 9.0, 10.0)))

    def drive(self, chance: float, gain_db: Range = (2.0, 15.0)) -> None:
        """Distortion, at times, its gain taken back in part."""
        if self.maybe(chance):
            kinds = ("Soft Clip", "Soft Clip", "Hard Clip", "Linear Fold", "Sine Fold", "Bit Crush", "Down Sample")
            self.choices["distortion_type"] = self.pick(kinds)
            self.set(distortion_on=1.0, distortion_drive=gain_db, distortion_mix=(0.3, 1.0))
            quieter_db = 6.0 + 0.3 * self.values["distortion_drive"]
            self.set(volume=(80.0 - quieter_db) ** 2)

    def width(self, chorus: float, phaser: float = 0.0, flanger: float = 0.0) -> None:
        """Chorus, phaser and flanger, each with its chance."""
        if self.maybe(chorus):
            self.set(chorus_on=1.0, chorus_dry_wet=(0.2, 0.6), chorus_mod_depth=(0.1, 0.8), chorus_feedback=(0.0, 0.6))
            self.set(chorus_voices=float(self.rng.integers(1, 4)))
        if self.maybe(phaser):
            self.set(phaser_on=1.0, phaser_dry_wet=(0.3, 1.0), phaser_feedback=(0.1, 0.8), phaser_center=(50.0, 110.0))
        if self.maybe(flanger):
            self.set(flanger_on=1.0, flanger_dry_wet=(0.2, 0.5), flanger_feedback=(-0.8, 0.8), flanger_center=(30, 100))

    def tone(self, chance: float) -> None:
        """An equalizer, at times."""
        if self.maybe(chance):
            self.set(eq_on=1.0, eq_low_gain=(-8.0, 6.0), eq_band_gain=(-8.0, 8.0), eq_high_gain=(-10.0, 6.0))
            self.set(eq_band_cutoff=(50.0, 110.0))
