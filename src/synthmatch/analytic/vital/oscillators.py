"""Harmonics of Vital's oscillators: of the bank's wavetables, and of waves that an oscillator bends.

Formulas are those of Vital (Matt Tytel, GPL-3: src/synthesis/producers/synth_oscillator.cpp and spectral_morph.h,
lookups/wavetable.cpp). A bent wave is taken as it is at one moment of the note. Left out: frequency and ring modulation,
and the morphs but low and high pass.
"""

from functools import cache

import numpy as np

from synthmatch.analytic.vital.bands import BANDS, IN_OCTAVE, LOWEST_HZ
from synthmatch.analytic.vital.modulation import Voice
from synthmatch.arrays import F32, F64, I64, Float, Float32, Float64, Floats, Int64
from synthmatch.synths.vital.bank import FRAME_SCALE, TABLES

#: Frames of a bank table, and frames between its keyframes.
_FRAMES, _GAP = 33, 8
#: Places of a fundamental between two bands that are told apart.
_PLACES = 8
#: Bands below and above a fundamental that its row has.
_BELOW, _ABOVE = 44, 84
#: Samples of a wave that an oscillator bends.
_SAMPLES = 512
_SYNC, _FORMANT, _QUANTIZE, _BEND, _SQUEEZE, _PULSE = range(1, 7)
_LOW_PASS, _HIGH_PASS = 7, 8


def harmonics(
    voice: Voice, prefix: str, pitch: Float64[F64, "presets times"], rows: Int64[I64, " rows"]
) -> Float32[F32, "rows times bands"]:
    """Power of an oscillator's harmonics in each band at full level. Shape: (N, T) -> (rows, T, BANDS)."""
    table = voice.choice(f"{prefix}_wavetable")[rows, None]
    # Vital rounds to the nearest frame
    frame = np.rint(np.where(table > 0, voice(f"{prefix}_wave_frame")[rows] / FRAME_SCALE, 0)).astype(np.int64)
    octaves = (pitch[rows] - 69) / 12 + np.log2(440 / LOWEST_HZ)
    place = np.rint(octaves * IN_OCTAVE * _PLACES).astype(np.int64)
    place = np.clip(place, -_BELOW * _PLACES, (_BELOW - 1) * _PLACES)
    band, between = place // _PLACES, place % _PLACES
    start = ((table * _FRAMES + frame) * _PLACES + between) * (_BELOW + _ABOVE) + _BELOW - band
    power = np.take(_bank_rows(), start.astype(np.int32)[:, :, None] + np.arange(BANDS, dtype=np.int32))
    kind, morph = voice.choice(f"{prefix}_distortion_type")[rows], voice.choice(f"{prefix}_spectral_morph_type")[rows]
    own = np.flatnonzero(((kind >= _SYNC) & (kind <= _PULSE)) | (morph == _LOW_PASS) | (morph == _HIGH_PASS))
    if len(own):
        moment = pitch.shape[1] // 3
        waves = _waves()[table[own, 0], frame[own, moment]]
        amount = voice(f"{prefix}_distortion_amount")[rows[own], moment, None]
        around = voice(f"{prefix}_distortion_phase")[rows[own], moment, None] - 0.5
        bent = _power(_bent(waves, kind[own, None], amount, around))
        cut = 2.0 ** (10 * voice(f"{prefix}_spectral_morph_amount")[rows[own], moment, None])
        numbers = np.arange(1, bent.shape[1] + 1)
        bent *= np.where(morph[own, None] == _LOW_PASS, numbers <= cut + 1, True)
        bent *= np.where(morph[own, None] == _HIGH_PASS, numbers >= cut, True)
        found = _rows(bent)
        start = (np.arange(len(own))[:, None] * _PLACES + between[own]) * (_BELOW + _ABOVE) + _BELOW - band[own]
        power[own] = np.take(found, start[:, :, None] + np.arange(BANDS))
    return power


def _bent(waves: Float32[F32, "rows samples"], kind: I64, amount: F64, around: F64) -> Float32[F32, "rows samples"]:
    """Waves read at the phases that a distortion makes. Shape: (N, _SAMPLES), the others (N, 1) -> (N, _SAMPLES)."""
    phase = np.arange(_SAMPLES) / _SAMPLES - 0.5
    off = (phase - around + 0.5) % 1.0 - 0.5
    x, tilt = off + 0.5, 2 * (amount - np.square(amount))
    bend = x**3 + (3 * amount + tilt) * (x**2 - x**3) + (3 * amount - tilt) * (x - 2 * x**2 + x**3) - 0.5
    pivot = 1.9 * amount + 0.05
    far = np.abs(off)
    squeeze = np.sign(off) * np.where(far < pivot / 4, far / pivot, 0.5 - (0.5 - far) / (2 - pivot))
    steps = 2.0 ** (np.clip(1 - amount, 0, 1) ** 3 * 0.85 * 32 + 1)
    quantized = np.trunc(phase * steps + around) / steps
    pulse = phase / np.maximum(1 - amount, 1e-3)
    synced = phase * 2.0 ** (8 * amount - 4) + 0.5
    kinds = [(kind == _SYNC) | (kind == _FORMANT), kind == _QUANTIZE, kind == _BEND, kind == _SQUEEZE, kind == _PULSE]
    place = np.select(kinds, [synced, quantized, bend, squeeze, pulse], phase)
    window = np.where(kind == _FORMANT, np.cos(np.pi * phase), np.where(kind == _PULSE, np.abs(pulse) < 0.5, 1.0))
    read = waves[np.arange(len(waves))[:, None], np.floor(place * _SAMPLES).astype(np.int64) % _SAMPLES]
    return np.asarray(read * window, np.float32)


def _power(waves: Float[Floats, "*waves samples"]) -> Float64[F64, "*waves samples//2"]:
    """Power of harmonics from the first on. Shape: (..., samples) -> (..., samples // 2)."""
    return np.asarray(2 * np.square(np.abs(np.fft.rfft(waves, axis=-1))[..., 1:] / waves.shape[-1]), np.float64)


@cache
def _all_waves() -> Float32[F32, "tables frames samples"]:
    """Waves of each frame of each bank table. Shape: (tables, _FRAMES, 2048).

    Vital removes what is constant and scales a table so that its widest frame spans -1 to 1; keyframes are cross-faded.
    """
    with np.load(TABLES / "vital_wavetables.npz") as data:
        keyframes, init = data["frames"].astype(np.float64), data["init"].astype(np.float64)
    place = np.arange(_FRAMES) / _GAP
    below = np.minimum(place.astype(np.int64), keyframes.shape[1] - 2)
    share = (place - below)[None, :, None]
    waves = keyframes[:, below] * (1 - share) + keyframes[:, below + 1] * share
    waves = np.concatenate([np.broadcast_to(init, (1, _FRAMES, len(init))), waves])
    waves = waves - waves.mean(axis=2, keepdims=True)
    return np.asarray(waves / (np.ptp(waves, axis=2).max(axis=1)[:, None, None] / 2), np.float32)


@cache
def _waves() -> Float32[F32, "tables frames samples"]:
    """The same with `_SAMPLES` samples."""
    return _all_waves()[:, :, :: _all_waves().shape[2] // _SAMPLES].copy()


@cache
def _bank_rows() -> F32:
    """Rows of all frames of the bank, flat. Shape: (tables, _FRAMES, _PLACES, _BELOW + _ABOVE)."""
    power = _power(_all_waves())
    return _rows(power.reshape(-1, power.shape[2]))


@cache
def _weights(count: int) -> F32:
    """Bands above a fundamental's for each of its places. Shape: (count, _PLACES, _BELOW + _ABOVE)."""
    at = np.log2(np.arange(1, count + 1))[:, None] * IN_OCTAVE + np.arange(_PLACES) / _PLACES
    lower = at.astype(np.int64)
    weights = np.zeros((count, _PLACES, _BELOW + _ABOVE), np.float32)
    number, place = np.ogrid[:count, :_PLACES]
    weights[number, place, _BELOW + lower] = 1 - (at - lower)
    weights[number, place, _BELOW + lower + 1] = at - lower
    return weights


def _rows(power: Float64[F64, "rows harmonics"]) -> F32:
    """Power of harmonics by bands above the fundamental's, flat: (N, harmonics) -> (N, _PLACES, _BELOW + _ABOVE)."""
    weights = _weights(power.shape[1])
    # only these bands are reached
    reached = slice(_BELOW, _BELOW + IN_OCTAVE * 10 + 2)
    found = np.zeros((len(power), *weights.shape[1:]), np.float32)
    part = weights[:, :, reached].reshape(len(weights), -1)
    found[:, :, reached] = (power.astype(np.float32) @ part).reshape(len(power), _PLACES, -1)
    return found.ravel()
