"""The DX7's envelopes: levels of operators over time.

Formulas and tables are those of msfa, Dexed's engine (Google, Apache-2.0: env.cc), in closed form: a decay is a straight line
in octaves of level, an attack comes nearer to its ceiling exponentially, a stage that has nowhere to go waits.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F64, I64, Float64, Int64
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.synths.dexed.levels import LEVELS

#: In octaves of level: where an attack starts at least, what it tends to, and full level.
_JUMP, _CEILING, FULL = 1716 / 256, 16.5, 14.0
_BLOCKS_A_SECOND = SAMPLE_RATE_HZ / 64
#: Samples that a stage waits which begins where it ends, by its rate up to 76; above, 20 for each that is lacking to 99.
_WAITS = np.array([
    1764000, 1764000, 1411200, 1411200, 1190700, 1014300, 992250, 882000, 705600, 705600, 584325, 507150, 502740,
    441000, 418950, 352800, 308700, 286650, 253575, 220500, 220500, 176400, 145530, 145530, 125685, 110250, 110250,
    88200, 88200, 74970, 61740, 61740, 55125, 48510, 44100, 37485, 31311, 30870, 27562, 27562, 22050, 18522, 17640,
    15435, 14112, 13230, 11025, 9261, 9261, 7717, 6615, 6615, 5512, 5512, 4410, 3969, 3969, 3439, 2866, 2690, 2249,
    1984, 1896, 1808, 1411, 1367, 1234, 1146, 926, 837, 837, 705, 573, 573, 529, 441, 441,
])  # fmt: skip
_WAIT_SECONDS = np.append(_WAITS, 20 * (99 - np.arange(len(_WAITS), 100))) / SAMPLE_RATE_HZ


class Stages(NamedTuple):
    """Envelopes of K operators of N voices.

    `rates` and `levels` are the knobs, 0 to 99. `whole` is an operator's own level in 1/256 octaves, 127 * 32 at its most.
    `faster` is what the keyboard adds to the rates, in 64ths of their range.
    """

    rates: Int64[I64, "presets operators 4"]
    levels: Int64[I64, "presets operators 4"]
    whole: Int64[I64, "presets operators"]
    faster: Int64[I64, "presets operators"]


def envelope_octaves(
    stages: Stages, hold_seconds: Float64[F64, " presets"], seconds: Float64[F64, " times"]
) -> Float64[F64, "presets operators times"]:
    """Levels in octaves, `FULL` being full, at times after the note's start. Shape: (N,), (T,) -> (N, K, T)."""
    rates, levels, whole, faster = stages
    targets = np.maximum((LEVELS[levels] >> 1) * 64 + whole[:, :, None] - 4256, 16) / 256.0
    steps = np.minimum((rates * 41 >> 6) + faster[:, :, None], 63)
    slopes = (4 + (steps & 3)) * 2.0 ** (8 + (steps >> 2)) / 2.0**24 * _BLOCKS_A_SECOND  # octaves a second
    # the last column is the moment of release
    held = np.concatenate([np.minimum(seconds, hold_seconds[:, None]), hold_seconds[:, None]], axis=1)[:, None]
    level = np.zeros((*slopes.shape[:2], held.shape[2]))
    begin, start = np.zeros(slopes.shape[:2]), np.zeros(slopes.shape[:2])
    waits = _WAIT_SECONDS[np.minimum(rates + faster[:, :, None], 99)]
    # a first stage that is to be silent waits a twentieth, where it is a slow one
    silent = levels[:, :, 0] == 0
    waits[:, :, 0] /= np.where(silent & (rates[:, :, 0] + faster < len(_WAITS)), 20, 1)
    for stage in range(rates.shape[2] - 1):
        target, slope = targets[:, :, stage], slopes[:, :, stage]
        value = _stage(start, target, slope, held - begin[:, :, None])
        level = np.where(held >= begin[:, :, None], value, level)
        still = (target == start) | (silent if stage == 0 else False)
        begin = begin + np.where(still, waits[:, :, stage], _duration(start, target, slope))
        start = target
    released = seconds - hold_seconds[:, None]
    after = _stage(level[:, :, -1], targets[:, :, -1], slopes[:, :, -1], released[:, None])
    return np.where(released[:, None] > 0, after, level[:, :, :-1])


def _stage(
    start: Float64[F64, "presets operators"],
    target: Float64[F64, "presets operators"],
    slope: Float64[F64, "presets operators"],
    seconds: Float64[F64, "presets _ times"],
) -> Float64[F64, "presets operators times"]:
    """Level so long after a stage began. Shape: thrice (N, K), (N, 1 or K, T) -> (N, K, T)."""
    start, target, slope = start[:, :, None], target[:, :, None], slope[:, :, None]
    seconds = np.maximum(seconds, 0.0)
    rising = _CEILING - (_CEILING - np.maximum(start, _JUMP)) * np.exp(-slope * seconds)
    falling = start - slope * seconds
    return np.where(target > start, np.minimum(rising, target), np.maximum(falling, target))


def _duration(
    start: Float64[F64, "presets operators"],
    target: Float64[F64, "presets operators"],
    slope: Float64[F64, "presets operators"],
) -> Float64[F64, "presets operators"]:
    """Seconds that a stage takes. Shape: thrice (N, K) -> (N, K)."""
    from_jump = np.maximum(start, _JUMP)
    rising = np.log((_CEILING - from_jump) / np.maximum(_CEILING - np.maximum(target, from_jump), 1e-3))
    return np.where(target > start, rising, start - target) / slope
