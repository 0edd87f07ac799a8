"""What presets are expected to sound like, in mel bands: the engine's formulas, added up in one order on every machine.

A short form of `analytic.amsynth.features`: the filter acts on each band at the frequency that its power has, and there is no glide,
no distortion and no limiter, and noise is not in a ring modulation.
"""

from collections.abc import Callable

import numpy as np

from synthmatch.analytic.amsynth.effects import filter_gain, reverberated
from synthmatch.analytic.amsynth.features import amplifier_level, cutoff_hz, oscillators_of
from synthmatch.analytic.amsynth.oscillators import Oscillators, Partials, noise_bands, ringing, tones
from synthmatch.analytic.mel_filterbank import CENTRES_HZ, WIDTHS_HZ, mean_power, shares
from synthmatch.arrays import F32, F64, I64, Array, Float32, Float64, Indices, Int
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace
from synthmatch.synths.amsynth.waveforms import NOISE

#: Times so far apart that what beats evens out between them.
_FAR = np.array([0.0, 1000.0])
_SQUARE = 1
#: Where the hiss of a noisy LFO is (`analytic.amsynth.features`).
HISS = (WIDTHS_HZ / (SAMPLE_RATE_HZ / 2) / (1 + np.square(CENTRES_HZ / 4000.0))).astype(np.float32)


class Expected:
    """Power of presets in bands at some times after the start of a note.

    Fits move one knob at a time: what that does not change is computed once.
    """

    def __init__(self, space: ParamSpace, note: Note, seconds: Float64[F64, " times"]) -> None:
        self._space, self.note, self.seconds = space, note, seconds
        self._known: dict[tuple[str, bytes], tuple[Array, ...]] = {}
        groups = {"osc": ("osc", "freq_mod", "lfo"), "amp": ("amp", "lfo", "master"), "filter": ("filter",)}
        self._columns: dict[str, Int[Indices, " _some"]] = {
            group: np.flatnonzero([p.name.startswith(begins) for p in space.parameters])
            for group, begins in groups.items()
        }

    def __call__(self, native: Float64[F64, "presets parameters"]) -> Float32[F32, "presets bands times"]:
        """Shape: (presets, parameters) -> (presets, bands, times)."""
        knobs = self.knobs(native)
        power, centre_hz = self.part("osc", native, self._sources)
        (cutoff,) = self.part("filter", native, self.cutoff)
        level, hiss = self.part("amp", native, self.level)
        count = len(native)
        gain = filter_gain(
            np.broadcast_to(centre_hz, (count, centre_hz.shape[1])),
            np.ones((count, len(self.seconds))),
            np.broadcast_to(cutoff, (count, len(self.seconds))),
            knobs["filter_resonance"],
            np.rint(knobs["filter_type"]).astype(np.int64),
            knobs["filter_slope"] == 1,
        )
        bands = gain * power.astype(np.float32)[:, :, None] * np.square(level).astype(np.float32)[:, None, :]
        if hiss.any():
            bands = bands + (hiss.astype(np.float32) * bands.sum(axis=1))[:, None, :] * HISS[:, None]
        if knobs["reverb_wet"].any():
            wet, room, damp = knobs["reverb_wet"], knobs["reverb_roomsize"], knobs["reverb_damp"]
            bands = np.ascontiguousarray(reverberated(bands, wet, room, damp, self.seconds))
        return mean_power(bands)

    def knobs(self, native: Float64[F64, "presets parameters"]) -> dict[str, F64]:
        """Native values of presets by name, (presets,) each."""
        return {p.name: native[:, i] for i, p in enumerate(self._space.parameters)}

    def part(
        self,
        group: str,
        native: Float64[F64, "presets parameters"],
        compute: Callable[[dict[str, F64]], tuple[Array, ...]],
    ) -> tuple[Array, ...]:
        """What `compute` makes of the knobs of a group, "osc", "amp" or "filter": of all presets, or one row where they agree."""
        columns = native[:, self._columns[group]]
        if (columns != columns[0]).any():
            return compute(self.knobs(native))
        key = (group, columns[0].tobytes())
        if key not in self._known:
            self._known[key] = compute(self.knobs(native[:1]))
        return self._known[key]

    def level(self, knobs: dict[str, F64]) -> tuple[F64, F64]:
        """Amplitude of the amplifier, (presets, times), and the power of its hiss, (presets, 1), where noise moves it."""
        hold = np.full(len(knobs["amp_decay"]), self.note.hold_seconds)
        level, hiss = amplifier_level(knobs, _kinds(knobs), hold, self.seconds)
        return level, hiss[:, None]

    def cutoff(self, knobs: dict[str, F64]) -> tuple[F64]:
        """In Hz, (presets, times)."""
        count = len(knobs["filter_cutoff"])
        frequency, still = np.full((count, len(self.seconds)), self.note.hz), np.zeros((count, len(self.seconds)))
        return (cutoff_hz(knobs, frequency, still, np.full(count, self.note.hold_seconds), self.seconds)[0],)

    def oscillators(self, knobs: dict[str, F64]) -> Oscillators:
        """Both oscillators of presets, as they are tuned; what an LFO moves is left out."""
        kinds = _kinds(knobs)
        # an LFO that stands still at its highest makes oscillators sharp
        sharp = 1.0 + np.where(kinds["lfo_waveform"] == _SQUARE, knobs["freq_mod_amount"] ** 3 / 2, 0.0)
        moved = np.stack([np.where(kinds["freq_mod_osc"] == other, 1.0, sharp) for other in (2, 1)], axis=1)
        oscillators = oscillators_of(knobs, kinds, np.full(len(sharp), self.note.hz), np.zeros_like(sharp))
        return oscillators._replace(frequency_hz=np.minimum(oscillators.frequency_hz * moved, SAMPLE_RATE_HZ / 2))

    def _sources(self, knobs: dict[str, F64]) -> tuple[F64, F64]:
        """Power of both oscillators in each band, and the frequency in Hz that it has: twice (presets, bands)."""
        kinds = _kinds(knobs)
        oscillators = self.oscillators(knobs)
        first, second = tones(oscillators, _FAR)
        noise = (np.square(oscillators.amplitude)[:, :, None] * noise_bands(oscillators)).sum(axis=1)
        total, places = noise.copy(), noise * np.log2(CENTRES_HZ)
        parts = [Partials(first.frequency_hz, first.power[:, :, 0], first.single), second]
        ring = np.where((kinds["osc1_waveform"] < NOISE) & (kinds["osc2_waveform"] < NOISE), knobs["osc_mix_mode"], 0.0)
        if ring.any():
            product = ringing(oscillators)
            parts.append(product._replace(power=product.power * np.square(ring)[:, None]))
        for of in parts:
            hz = np.maximum(of.frequency_hz, 1.0)
            power = np.maximum(of.power, 0.0)[:, :, None] * shares(hz, of.single, of.octaves)
            total += power.sum(axis=1)
            places += (power * np.log2(hz)[:, :, None]).sum(axis=1)
        silent = total < 1e-12
        centre = np.where(silent, np.log2(CENTRES_HZ), places / np.maximum(total, 1e-12))
        return total, np.exp2(centre)


def _kinds(knobs: dict[str, F64]) -> dict[str, I64]:
    return {name: np.rint(values).astype(np.int64) for name, values in knobs.items()}
