"""What presets are expected to sound like, in mel bands: the engine's formulas, added up in one order on every machine.

A short form of `analytic.amsynth.features`: the filter acts on each band at the frequency that its power has, and there is no glide,
no distortion and no limiter, and noise is not in a ring modulation.
"""

from collections.abc import Callable

import numpy as np

from synthmatch.analytic.amsynth.effects import filter_gain, reverberated
from synthmatch.analytic.amsynth.features import amplifier_level, cutoff_hz, oscillators_of
from synthmatch.analytic.amsynth.oscillators import Partials, noise_bands, ringing, tones
from synthmatch.analytic.mel_filterbank import CENTRES_HZ, WIDTHS_HZ, mean_power, shares
from synthmatch.arrays import F32, F64, I64, Float32, Float64, Indices, Int
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace
from synthmatch.synths.amsynth.waveforms import NOISE

#: Times so far apart that what beats evens out between them.
_FAR = np.array([0.0, 1000.0])
_SQUARE = 1
#: Where the hiss of a noisy LFO is (`analytic.amsynth.features`).
_HISS = (WIDTHS_HZ / (SAMPLE_RATE_HZ / 2) / (1 + np.square(CENTRES_HZ / 4000.0))).astype(np.float32)


class Expected:
    """Power of presets in bands at some times after the start of a note.

    Fits move one knob at a time: what that does not change is computed once.
    """

    def __init__(self, space: ParamSpace, note: Note, seconds: Float64[F64, " times"]) -> None:
        self._space, self._note, self._seconds = space, note, seconds
        self._known: dict[tuple[str, bytes], tuple[F64, ...]] = {}
        groups = {"osc": ("osc", "freq_mod", "lfo"), "amp": ("amp", "lfo", "master"), "filter": ("filter",)}
        self._columns: dict[str, Int[Indices, " _some"]] = {
            group: np.flatnonzero([p.name.startswith(begins) for p in space.parameters])
            for group, begins in groups.items()
        }

    def __call__(self, native: Float64[F64, "presets parameters"]) -> Float32[F32, "presets bands times"]:
        """Shape: (presets, parameters) -> (presets, bands, times)."""
        knobs = self._knobs(native)
        power, centre_hz = self._part("osc", native, self._sources)
        (cutoff,) = self._part("filter", native, self._cutoff)
        level, hiss = self._part("amp", native, self._level)
        count = len(native)
        gain = filter_gain(
            np.broadcast_to(centre_hz, (count, centre_hz.shape[1])),
            np.ones((count, len(self._seconds))),
            np.broadcast_to(cutoff, (count, len(self._seconds))),
            knobs["filter_resonance"],
            np.rint(knobs["filter_type"]).astype(np.int64),
            knobs["filter_slope"] == 1,
        )
        bands = gain * power.astype(np.float32)[:, :, None] * np.square(level).astype(np.float32)[:, None, :]
        if hiss.any():
            bands = bands + (hiss.astype(np.float32) * bands.sum(axis=1))[:, None, :] * _HISS[:, None]
        if knobs["reverb_wet"].any():
            wet, room, damp = knobs["reverb_wet"], knobs["reverb_roomsize"], knobs["reverb_damp"]
            bands = np.ascontiguousarray(reverberated(bands, wet, room, damp, self._seconds))
        return mean_power(bands)

    def _knobs(self, native: Float64[F64, "presets parameters"]) -> dict[str, F64]:
        return {p.name: native[:, i] for i, p in enumerate(self._space.parameters)}

    def _part(
        self,
        group: str,
        native: Float64[F64, "presets parameters"],
        compute: Callable[[dict[str, F64]], tuple[F64, ...]],
    ) -> tuple[F64, ...]:
        """What knobs of a group say: of all presets, or of one row where they have the same."""
        columns = native[:, self._columns[group]]
        if (columns != columns[0]).any():
            return compute(self._knobs(native))
        key = (group, columns[0].tobytes())
        if key not in self._known:
            self._known[key] = compute(self._knobs(native[:1]))
        return self._known[key]

    def _level(self, knobs: dict[str, F64]) -> tuple[F64, F64]:
        """Amplitude of the amplifier, (presets, times), and the power of its hiss, (presets, 1), where noise moves it."""
        hold = np.full(len(knobs["amp_decay"]), self._note.hold_seconds)
        level, hiss = amplifier_level(knobs, _kinds(knobs), hold, self._seconds)
        return level, hiss[:, None]

    def _cutoff(self, knobs: dict[str, F64]) -> tuple[F64]:
        count = len(knobs["filter_cutoff"])
        frequency, still = np.full((count, len(self._seconds)), self._note.hz), np.zeros((count, len(self._seconds)))
        return (cutoff_hz(knobs, frequency, still, np.full(count, self._note.hold_seconds), self._seconds)[0],)

    def _sources(self, knobs: dict[str, F64]) -> tuple[F64, F64]:
        """Power of both oscillators in each band, and the frequency in Hz that it has: twice (presets, bands)."""
        kinds = _kinds(knobs)
        # an LFO that stands still at its highest makes oscillators sharp
        sharp = 1.0 + np.where(kinds["lfo_waveform"] == _SQUARE, knobs["freq_mod_amount"] ** 3 / 2, 0.0)
        moved = np.stack([np.where(kinds["freq_mod_osc"] == other, 1.0, sharp) for other in (2, 1)], axis=1)
        still = np.zeros_like(sharp)
        oscillators = oscillators_of(knobs, kinds, np.full(len(sharp), self._note.hz), still)
        oscillators = oscillators._replace(
            frequency_hz=np.minimum(oscillators.frequency_hz * moved, SAMPLE_RATE_HZ / 2)
        )
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
