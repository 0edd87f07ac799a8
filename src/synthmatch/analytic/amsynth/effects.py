"""What amsynth does with bands of power after its oscillators: filter, distortion, reverb, limiter.

Formulas are those of amsynth (Nick Dowell, GPL-2+: LowPassFilter.cpp, Distortion.cpp, SoftLimiter.cpp) and of its reverb,
Freeverb (Jezar at Dreampoint, public domain), turned into powers. Bands are those of `synths.frame_bands`.
"""

from functools import cache

import numpy as np

from synthmatch.analytic.amsynth.oscillators import Partials
from synthmatch.analytic.mel_filterbank import BANDS, CENTRES_HZ, place_of, shares
from synthmatch.arrays import F32, F64, I64, Bool, Bools, Float32, Float64, Int64
from synthmatch.note import SAMPLE_RATE_HZ

LOW_PASS, HIGH_PASS, BAND_PASS, NOTCH, BYPASS = range(5)
#: Odd harmonics of a distorted sine.
_ODD = range(1, 120, 2)
#: Freeverb: mean time round a comb, and the power of all combs and allpasses for a loop without gain, in mono.
_LOOP_SECONDS = 0.033
_WET_POWER = 0.107
#: Limiter: level of both channels together that it keeps, and how its peak falls.
_LIMIT = 0.9
_RELEASE_SECONDS = 0.227


def filtered(
    partials: Partials,
    bend: Float64[F64, "presets times"],
    cutoff_hz: Float64[F64, "presets times"],
    resonance: Float64[F64, " presets"],
    kind: Int64[I64, " presets"],
    steep: Bool[Bools, " presets"],
) -> Float32[F32, "presets bands times"]:
    """Partials through the filter, in bands.

    Shape: (N, H), (N, H, 1 or T); bend of all frequencies and cutoff (N, T); the rest (N,) -> (N, BANDS, T).
    """
    gain = filter_gain(partials.frequency_hz, bend, cutoff_hz, resonance, kind, steep)
    power = partials.power if partials.power.ndim == 3 else partials.power[:, :, None]
    gain *= power.astype(np.float32)
    return np.asarray(shares(partials.frequency_hz, partials.single, partials.octaves).transpose(0, 2, 1) @ gain)


def filter_gain(
    frequency_hz: Float64[F64, "presets partials"],
    bend: Float64[F64, "presets times"],
    cutoff_hz: Float64[F64, "presets times"],
    resonance: Float64[F64, " presets"],
    kind: Int64[I64, " presets"],
    steep: Bool[Bools, " presets"],
) -> Float32[F32, "presets partials times"]:
    """What the filter multiplies the power of partials by, whose frequencies are bent. Shapes as of `filtered` -> (N, H, T)."""
    warped = np.tan(np.pi * np.minimum(frequency_hz / SAMPLE_RATE_HZ, 0.49))
    edge = np.tan(np.pi * np.clip(cutoff_hz, 10.0, 0.99 * SAMPLE_RATE_HZ / 2) / SAMPLE_RATE_HZ)
    square = np.square(warped).astype(np.float32)[:, :, None] * np.square(bend / edge).astype(np.float32)[:, None, :]
    damping = np.square(np.maximum(0.001, 2.0 * (1.0 - resonance)))
    zero, one = np.zeros(len(kind)), np.ones(len(kind))
    constant = np.choose(kind, [one, zero, zero, one, one]).astype(np.float32)[:, None, None]
    linear = np.choose(kind, [zero, zero, damping, -2 * one, damping - 2]).astype(np.float32)[:, None, None]
    quadratic = np.choose(kind, [zero, one, zero, one, one]).astype(np.float32)[:, None, None]
    gain = (square * quadratic + linear) * square + constant
    gain /= (square + (damping - 2).astype(np.float32)[:, None, None]) * square + np.float32(1.0)
    gain[steep] *= gain[steep]
    return np.asarray(gain)


def bent(
    bands: Float32[F32, "presets bands times"], bend: Float64[F64, "presets times"]
) -> Float32[F32, "presets bands times"]:
    """Bands moved up by a factor of frequency. Shape: (N, BANDS, T), (N, T) -> (N, BANDS, T)."""
    source = place_of(CENTRES_HZ[:, None] / bend[:, None, :])
    below = np.floor(source)
    share = (source - below).astype(np.float32)
    # between logarithms, so that the flanks of a partial stay steep
    level = np.log(np.maximum(bands, np.float32(1e-12)))
    first = np.clip(below, 0, BANDS - 1).astype(np.int64)
    second = np.clip(below + 1, 0, BANDS - 1).astype(np.int64)
    moved = np.exp(np.take_along_axis(level, first, 1) * (1 - share) + np.take_along_axis(level, second, 1) * share)
    return np.asarray(moved * ((source > -1) & (source < BANDS)))


def distorted(
    bands: Float32[F32, "presets bands times"], crunch: Float64[F64, " presets"]
) -> Float32[F32, "presets bands times"]:
    """Each sample's size to the power 1 - crunch: levels draw together, partials get odd harmonics. Shape: (N, BANDS, T), (N,)."""
    exponent = 1.0 - crunch
    total = np.maximum(bands.sum(axis=1) / 2, 1e-12)
    pressed = bands * (total ** (exponent - 1.0)[:, None]).astype(np.float32)[:, None, :]
    table = _odd_harmonics()
    place = np.clip(exponent, 0.0, 1.0) * (len(table) - 1)
    below = np.minimum(place.astype(np.int64), len(table) - 2)
    part = (place - below).astype(np.float32)[:, None, None]
    return np.asarray((table[below] * (1 - part) + table[below + 1] * part) @ pressed)


@cache
def _odd_harmonics() -> Float32[F32, "exponents bands bands"]:
    """Where a band's power goes, by exponent from 0 to 1, if it is a sine's. Shape: (exponents, BANDS to, BANDS from)."""
    exponent = np.linspace(0, 1, 21)
    share, table, total = np.ones(len(exponent)), np.zeros((len(exponent), BANDS, BANDS)), np.zeros(len(exponent))
    for odd in _ODD:
        if odd > 1:
            share = share * (exponent - odd + 2) / (exponent + odd)
        to = place_of(odd * CENTRES_HZ)
        table += np.square(share)[:, None, None] * np.maximum(1 - np.abs(to - np.arange(BANDS)[:, None]), 0)
        total += np.square(share)
    return np.asarray(table / total[:, None, None], np.float32)


def reverberated(
    bands: Float32[F32, "presets bands times"],
    wet: Float64[F64, " presets"],
    room: Float64[F64, " presets"],
    damp: Float64[F64, " presets"],
    seconds: Float64[F64, " times"],
) -> Float32[F32, "presets bands times"]:
    """With Freeverb's tail, in mono. Shape: (N, BANDS, T), thrice (N,), (T,) -> (N, BANDS, T)."""
    loss = (0.4 * damp)[:, None]
    turn = np.cos(2 * np.pi * CENTRES_HZ / SAMPLE_RATE_HZ)
    loop = (0.28 * room + 0.7)[:, None] * (1 - loss) / np.sqrt(1 - 2 * loss * turn + np.square(loss))
    loop = np.minimum(loop, 0.999)
    full = (_WET_POWER * np.square(wet)[:, None] / (1 - np.square(loop))).astype(np.float32)
    rate = (-2 * np.log(loop) / _LOOP_SECONDS).astype(np.float32)
    dry = np.square(2.0 - wet).astype(np.float32)[:, None]
    result = np.ascontiguousarray(bands.transpose(2, 0, 1))
    tail = np.zeros(bands.shape[:2], np.float32)
    for i, step in enumerate(np.diff(seconds, prepend=0.0)):
        kept = np.exp(rate * np.float32(-max(step, 0.0)))
        tail = tail * kept + full * result[i] * (1 - kept)
        result[i] = result[i] * dry + tail
    return result.transpose(1, 2, 0)


def limiter_gain(
    bands: Float32[F32, "presets bands times"], crest: Float64[F64, " presets"], seconds: Float64[F64, " times"]
) -> Float64[F64, "presets times"]:
    """Gain in power by which the output is held below full scale. Shape: (N, BANDS, T), (N,), (T,) -> (N, T)."""
    size = 2.0 * crest[:, None] * np.sqrt(bands.sum(axis=1) / 2)
    peak = np.zeros(len(bands))
    gain = np.ones(size.shape)
    for i, step in enumerate(np.diff(seconds, prepend=0.0)):
        peak = np.maximum(size[:, i], peak * np.exp(-max(step, 0.0) / _RELEASE_SECONDS))
        gain[:, i] = np.square(np.minimum(1.0, _LIMIT / np.maximum(peak, 1e-9)))
    return gain
