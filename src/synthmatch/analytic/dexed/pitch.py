"""Which frequencies the six operators of a DX7 voice play over time.

Formulas and tables are those of msfa, Dexed's engine (Google and Pascal Gauthier, Apache-2.0: dx7note.cc, pitchenv.cc): the
pitch envelope goes in straight lines of octaves. Left out: vibrato.
"""

import numpy as np

from synthmatch.analytic.dexed.operators import Operators
from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import F64, I64, Float64, Int64
from synthmatch.params import ParamSpace

_STAGES = 4
#: Of the pitch envelope: speed in 1/21.3 octaves a second by rate, and 1/32 octaves by level.
_RATES = np.array([
    1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 16, 16, 17, 18, 18,
    19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 31, 33, 34, 36, 37, 38, 39, 41, 42, 44, 46, 47, 49, 51, 53, 54, 56,
    58, 60, 62, 64, 66, 68, 70, 72, 74, 76, 79, 82, 85, 88, 91, 94, 98, 102, 106, 110, 115, 120, 125, 130, 135, 141,
    147, 153, 159, 165, 171, 178, 185, 193, 202, 211, 232, 243, 254, 255,
])  # fmt: skip
_LEVELS = np.concatenate(
    [
        [-128, -116, -104, -95, -85, -76, -68, -61, -56, -52, -49, -46, -43, -41, -39, -37, -35],
        np.arange(-33, 36),
        [38, 40, 43, 46, 49, 53, 58, 65, 73, 82, 92, 103, 115, 127],
    ]
)
#: Octaves of a fixed frequency by 100 times its decade and its fine step, and by a step of detune.
_FIXED, _FIXED_DETUNE = 4458616 / 8 / 2**24, 13457 / 2**24


def frequencies_hz(
    space: ParamSpace, played: PlayedPresets, operators: Operators, key: Int64[I64, " presets"]
) -> Float64[F64, "presets 6 times"]:
    """Of the operators of voices, at keys, MIDI numbers (N,). Shape: (N, 6, T)."""
    mode, coarse, fine, detune = (operators[name] for name in ("mode", "coarse", "fine", "detune"))
    octave = np.log2(440.0) + (key[:, None] - 69) / 12
    # the higher a note, the less a step of detune is
    octave = octave * (1 + 0.0209 * np.exp(-0.396 * octave) / 7 * (detune - 7))
    ratio = octave + np.log2(np.where(coarse == 0, 0.5, coarse) * (1 + fine / 100))
    fixed = ((coarse & 3) * 100 + fine) * _FIXED + np.maximum(detune - 7, 0) * _FIXED_DETUNE
    bend = _envelope(space, played)[:, None]
    octaves = np.where((mode == 0)[:, :, None], ratio[:, :, None] + bend, fixed[:, :, None])
    return np.asarray(2.0**octaves)


def _envelope(space: ParamSpace, played: PlayedPresets) -> Float64[F64, "presets times"]:
    """Octaves by which the pitch envelope bends. Shape: (N, T)."""
    hold_seconds, seconds = played.hold_seconds, played.seconds
    values = played.native.astype(np.int64)
    rates = np.stack([_RATES[values[:, space.index[f"pitch_rate_{s + 1}"]]] for s in range(_STAGES)], axis=1) / 21.3
    levels = np.stack([_LEVELS[values[:, space.index[f"pitch_level_{s + 1}"]]] for s in range(_STAGES)], axis=1) / 32
    # the last column is the moment of release
    held = np.concatenate([np.minimum(seconds, hold_seconds[:, None]), hold_seconds[:, None]], axis=1)
    bend, begin, start = np.zeros(held.shape), np.zeros(len(values)), levels[:, -1]
    for stage in range(_STAGES - 1):
        value = _line(start[:, None], levels[:, stage, None], rates[:, stage, None] * (held - begin[:, None]))
        bend = np.where(held >= begin[:, None], value, bend)
        begin = begin + np.abs(levels[:, stage] - start) / rates[:, stage]
        start = levels[:, stage]
    released = seconds - hold_seconds[:, None]
    after = _line(bend[:, -1:], levels[:, -1:], rates[:, -1:] * released)
    return np.where(released > 0, after, bend[:, :-1])


def _line(start: F64, target: F64, way: F64) -> F64:
    """Where one is after going so far towards a target, and no further. Shapes that broadcast."""
    return np.asarray(start + np.clip(target - start, -np.maximum(way, 0.0), np.maximum(way, 0.0)))
