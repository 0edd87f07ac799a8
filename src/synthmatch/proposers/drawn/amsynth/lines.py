"""Which partials a target and presets have in common, in bins as fine as those of the loudness distance: mel bands do not tell.

An oscillator starts at phase 0, so that partials which meet add up or beat in a known way. Left out: reverb, what is above 8 kHz, and
high harmonics in a ring modulator.
"""

import numpy as np

from synthmatch.analytic.amsynth.effects import filter_gain
from synthmatch.analytic.amsynth.oscillators import Oscillators, coefficients, noise_bands
from synthmatch.analytic.mel_filterbank import CENTRES_HZ, WIDTHS_HZ
from synthmatch.arrays import C128, F32, F64, I64, Array, Complex128, Float32, Float64, Int64
from synthmatch.features.loudness import k_weights
from synthmatch.features.loudness_distance import loudness_of
from synthmatch.features.stft import channel_power
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace
from synthmatch.proposers.drawn.amsynth.expected import HISS, Expected
from synthmatch.synths.amsynth.waveforms import NOISE

#: Samples of a frame, as of the loudness distance; frames that are looked at, harmonics of an oscillator, and how far up: a matter
#: of time, not tuned.
_WINDOW, _FRAMES, _HARMONICS, _HIGHEST_HZ = 8192, 4, 40, 8000
_BIN_HZ = SAMPLE_RATE_HZ / _WINDOW
_BINS = int(_HIGHEST_HZ / _BIN_HZ)
#: Bins around a partial that it reaches.
_REACH = np.arange(-2, 4)
#: Power of all bins of a partial by that of the highest, for a Hann window.
_SPREAD = 1.5
#: Harmonics of both whose products a ring modulator makes, their numbers together at most the last of these. Not tuned.
_RINGING = np.arange(7.0)
_FIRST, _SECOND = np.nonzero(_RINGING[:, None] + _RINGING < len(_RINGING) + 1)
#: Power of bins of noise by its mean, the band that each bin has it from, and what bins have of a band's power.
_RANDOM = np.random.default_rng(0).exponential(size=(_BINS, _FRAMES)).astype(np.float32)
_BAND = np.abs(np.arange(_BINS)[:, None] * _BIN_HZ - CENTRES_HZ).argmin(axis=1)
_SHARE = _BIN_HZ * _SPREAD / WIDTHS_HZ
_WEIGHTS = k_weights(_WINDOW)[:_BINS, None].astype(np.float32)


class Lines:
    """The bins of a target, (channels, samples) from its onset on, which `note` plays."""

    def __init__(self, space: ParamSpace, note: Note, sound: Float64[F64, "channels samples"]) -> None:
        power = channel_power(sound, _WINDOW, _WINDOW)[:, :_BINS]
        whole = max(1, sound.shape[1] // _WINDOW)
        chosen = np.unique(np.rint(np.linspace(0, whole - 1, _FRAMES)).astype(np.int64))
        self._seconds = (chosen + 0.5) * _WINDOW / SAMPLE_RATE_HZ
        self._expected = Expected(space, note, self._seconds)
        self._target = _loudness(power[chosen].T[None].astype(np.float32))
        self._total = self._target.sum(dtype=np.float64)
        self._number = np.arange(1.0, 1 + max(1, min(_HARMONICS, int(_HIGHEST_HZ / note.hz))))

    def errors(self, native: Float64[F64, "presets parameters"]) -> Float64[F64, " presets"]:
        """One less what presets have in common with the target, as the loudness distance has it: 0 to 1 each."""
        known, shape = self._expected, (len(native), len(self._seconds))
        knobs = known.knobs(native)
        *waves, noise = known.part("osc", native, self._sources)
        cutoff = np.broadcast_to(known.part("filter", native, known.cutoff)[0], shape)
        level, hiss = known.part("amp", native, known.level)
        level = np.broadcast_to(level, shape)[:, None, :]
        kind, steep = np.rint(knobs["filter_type"]).astype(np.int64), knobs["filter_slope"] == 1

        def through(frequency_hz: F64) -> F64:
            """Power of the filter and the amplifier."""
            frequency_hz = np.broadcast_to(frequency_hz, (len(native), frequency_hz.shape[1]))
            gain = filter_gain(frequency_hz, np.ones(shape), cutoff, knobs["filter_resonance"], kind, steep)
            return np.asarray(gain * np.square(level))

        real, imaginary = np.zeros((2, len(native), _BINS, len(self._seconds)))
        for first in range(0, len(waves), 4):
            amplitude, frequency_hz, near, lobe = waves[first : first + 4]
            sounds = (amplitude * np.sqrt(through(frequency_hz)))[:, :, None, :] * lobe[:, :, :, None]
            places = self._places(near, len(native))
            real += _added(places, sounds.real, real.shape)
            imaginary += _added(places, sounds.imag, real.shape)
        power = (np.square(real) + np.square(imaginary)).astype(np.float32)
        if noise.any() or hiss.any():
            hissing = through(CENTRES_HZ[None]) * noise[:, :, None]
            total = power.sum(axis=1, dtype=np.float64) / _SPREAD + hissing.sum(axis=1)
            hissing = (hissing + (hiss * total)[:, None, :] * HISS[:, None]) * _SHARE[:, None]
            power += hissing.astype(np.float32)[:, _BAND] * _RANDOM[:, : len(self._seconds)]
        found = _loudness(power)
        common = np.minimum(found, self._target).sum(axis=(1, 2), dtype=np.float64)
        larger = self._total + found.sum(axis=(1, 2), dtype=np.float64) - common
        return np.asarray(1.0 - common / np.maximum(larger, 1e-12))

    def _places(self, near: Int64[I64, "_rows partials"], count: int) -> Int64[I64, "{count} partials reach times"]:
        """Where bins around partials are in an array of presets by bins by times. Beyond the bins it is the edge: nothing is added there."""
        of_bins = np.clip(near[:, :, None] + _REACH, 0, _BINS - 1) + _BINS * np.arange(count)[:, None, None]
        return of_bins[..., None] * len(self._seconds) + np.arange(len(self._seconds))

    def _sources(self, knobs: dict[str, F64]) -> tuple[Array, ...]:
        """Of both oscillators, and of the ring modulator where there is one, four arrays each; and noise, power (N, BANDS).

        The four: complex amplitudes in the middle of frames (N, H, T), frequencies in Hz (N, H), the bin below each (N, H), and
        the window's amplitude in bins around it (N, H, reach).
        """
        oscillators = self._expected.oscillators(knobs)
        waves = np.concatenate(_partials(oscillators, self._number), axis=1)
        frequency_hz = (oscillators.frequency_hz[:, :, None] * self._number).reshape(waves.shape)
        noise = (np.square(oscillators.amplitude)[:, :, None] * noise_bands(oscillators)).sum(axis=1)
        found: tuple[Array, ...] = self._seen(waves, frequency_hz)
        ring = np.where((oscillators.waveform < NOISE).all(axis=1), knobs["osc_mix_mode"], 0.0)
        if ring.any():
            first, second = _partials(oscillators._replace(amplitude=np.ones_like(oscillators.amplitude)), _RINGING)
            one, other = first[:, _FIRST] * ring[:, None] / 2, second[:, _SECOND]
            high, low = (oscillators.frequency_hz[:, which, None] * _RINGING for which in (0, 1))
            sums, differences = high[:, _FIRST] + low[:, _SECOND], high[:, _FIRST] - low[:, _SECOND]
            product = one * np.conj(other)
            product = np.where(differences < 0, np.conj(product), product)
            frequency_hz = np.concatenate([sums, np.abs(differences)], axis=1)
            found += self._seen(np.concatenate([one * other, product], axis=1), frequency_hz)
        return (*found, noise)

    def _seen(
        self, waves: Complex128[C128, "presets partials"], frequency_hz: Float64[F64, "presets partials"]
    ) -> tuple[C128, F64, I64, F64]:
        """The four arrays of partials with these complex amplitudes at the onset."""
        turned = waves[:, :, None] * np.exp(2j * np.pi * frequency_hz[:, :, None] * self._seconds)
        place = frequency_hz / _BIN_HZ
        near = np.floor(place).astype(np.int64)
        away = near[:, :, None] + _REACH - place[:, :, None]
        beside = np.abs(np.abs(away) - 1) < 1e-6
        lobe = np.where(beside, 0.5, np.sinc(away) / np.where(beside, 1.0, 1.0 - np.square(away)))
        reached = near[:, :, None] + _REACH
        return turned, frequency_hz, near, lobe * ((reached >= 0) & (reached < _BINS))


def _partials(
    oscillators: Oscillators, number: Float64[F64, " partials"]
) -> list[Complex128[C128, "presets partials"]]:
    """Complex amplitudes of harmonics with these numbers, of each oscillator."""
    return [coefficients(oscillators, which, number, np.ones_like(number)) for which in (0, 1)]


def _added(
    places: Int64[I64, "presets partials reach times"],
    values: Float64[F64, "presets partials reach times"],
    shape: tuple[int, ...],
) -> F64:
    """Values added up at their places in an array of this shape, in one order on every machine."""
    return np.asarray(np.bincount(places.ravel(), values.ravel(), int(np.prod(shape))).reshape(shape), np.float64)


def _loudness(power: Float32[F32, "presets bins frames"]) -> Float32[F32, "presets bins frames"]:
    power = power * _WEIGHTS
    return np.asarray(loudness_of(power / np.maximum(power.sum(axis=1).mean(axis=1), 1e-12)[:, None, None]))
