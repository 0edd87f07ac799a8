"""What the six operators of a DX7 voice do over time: levels, modulation, frequencies.

Formulas and tables are those of msfa, Dexed's engine (Google, Apache-2.0: env.cc, dx7note.cc, fm_core.cc), in closed form:
a decay is a straight line in octaves of level, an attack comes nearer to its ceiling exponentially, a stage that has nowhere
to go waits. Left out: tremolo, vibrato. Operators are in the order of the voice's bytes: 6 to 1.
"""

from dataclasses import replace

import numpy as np

from synthmatch.analytic.dexed.operators import STAGES, Operators
from synthmatch.analytic.dexed.pitch import frequencies_hz
from synthmatch.analytic.dexed.spectrum import Playing, Wiring, expected_bins, expected_power
from synthmatch.analytic.features import QUIETEST_DB, PartFeatures
from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import F32, F64, I64, Float32, Float64, Int64
from synthmatch.audio import decibels
from synthmatch.features.sketch import WINDOW
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import ParamSpace
from synthmatch.synths.dexed.algorithms import CARRIERS, FEEDBACK, MODULATES
from synthmatch.synths.dexed.levels import LEVELS

#: Exponential keyboard scaling, by groups of three keys.
_CURVE = np.array(
    [*range(10), 11, 14, 16, 19, 23, 27, 33, 39, 47, 56, 66, 80, 94, 110, 126, 142, 158, 174, 190, 206, 222, 238, 250]
)
#: What velocity 100 adds to the level of an operator that is sensitive to it, however much, in 1/256 octaves.
_VELOCITY = 16
#: In octaves of level: where an attack starts at least, what it tends to, and full level.
_JUMP, _CEILING, _FULL = 1716 / 256, 16.5, 14.0
#: Levels further below full level than this, in octaves, are inaudible.
_SILENT = -12.0
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
#: Below this a bin is hidden by the hiss of the engine's few bits, in dB.
_HISS_DB = -80.0
#: The voice's spectrum is computed at every so many of the times.
_APART = 3

_WIRING = Wiring(MODULATES, CARRIERS, FEEDBACK)


def dexed_features(space: ParamSpace, played: PlayedPresets) -> PartFeatures:
    """Of the operators of N voices at T times."""
    native, seconds = played.native, played.seconds
    operators, key = Operators(space, native), _keys(space, played)
    level = _envelope(operators, key, played) - _FULL  # (N, 6, T)
    audible = np.clip(level, _SILENT, 1.0)
    algorithm = native[:, space.index["algorithm"]].astype(np.int64)
    amplitude = 2.0**audible
    modulates, carriers = MODULATES[algorithm], CARRIERS[algorithm]
    quietest = 2.0**_SILENT
    modulation = np.log2(np.einsum("nij,nit->njt", modulates, amplitude) + quietest)
    output = np.log2(carriers[:, :, None] * amplitude + quietest)
    mode, coarse, fine, detune = (operators[name] for name in ("mode", "coarse", "fine", "detune"))
    ratio = np.log2(np.where(coarse == 0, 0.5, coarse) * (1 + fine / 100))
    fixed = ((coarse & 3) + fine / 100) * np.log2(10.0) - np.log2(440.0) - (key[:, None] - 69) / 12
    feedback = FEEDBACK[algorithm] * native[:, space.index["feedback"]][:, None] / 7
    frequency = np.where(mode == 0, ratio, fixed)
    values = [
        np.clip(frequency / 2, -4.0, 4.0),
        mode,
        modulates.reshape(len(native), -1),
        carriers,
        feedback,
        (detune - 7) / 7,
    ]
    middles = np.arange(len(seconds)) // _APART * _APART + _APART // 2
    looks, of_look = np.unique(np.minimum(middles, len(seconds) - 1), return_inverse=True)
    power = expected_power(
        _WIRING, _playing(space, replace(played, seconds=seconds[looks]), operators, key, level[:, :, looks])
    )
    levels = decibels(np.moveaxis(power, 2, 1).astype(np.float64), QUIETEST_DB)[:, :, of_look]
    curves = np.concatenate([audible, modulation, output], axis=1) / 4
    return PartFeatures(curves, np.concatenate(values, axis=1), levels)


def dexed_spectrum(space: ParamSpace, played: PlayedPresets) -> Float32[F32, "presets times bins"]:
    """Levels of the bins of frames, as `AnalyticModel.spectrum`. Shape: (N, T, BINS)."""
    operators, key = Operators(space, played.native), _keys(space, played)
    level = _envelope(operators, key, played) - _FULL
    playing = _playing(space, played, operators, key, level)
    # a frame begins before what is in its middle
    found = expected_bins(_WIRING, playing._replace(seconds=played.seconds - WINDOW / 2 / SAMPLE_RATE_HZ))
    return decibels(found, _HISS_DB)


def _keys(space: ParamSpace, played: PlayedPresets) -> Int64[I64, " presets"]:
    """The keys at which voices play, transposed. Shape: (N,)."""
    return np.asarray(played.pitch + played.native[:, space.index["transpose"]].astype(np.int64) - 24)


def _playing(
    space: ParamSpace,
    played: PlayedPresets,
    operators: Operators,
    key: Int64[I64, " presets"],
    level: Float64[F64, "presets 6 times"],
) -> Playing:
    """What a spectrum is computed of. `level`: octaves below full, (N, 6, T)."""
    amount = played.native[:, space.index["feedback"]]
    return Playing(
        played.native[:, space.index["algorithm"]].astype(np.int64),
        np.where(amount > 0, 2.0 ** (amount - 8), 0.0),
        np.where(level > _SILENT, 2.0 ** np.clip(level, _SILENT, 1.0), 0.0),
        frequencies_hz(space, played, operators, key),
        played.seconds,
    )


def _envelope(
    operators: Operators, key: Int64[I64, " presets"], played: PlayedPresets
) -> Float64[F64, "presets 6 times"]:
    """Levels in octaves, `_FULL` being full, of operators at keys, (N,). Shape: (N, 6, T)."""
    hold_seconds, seconds = played.hold_seconds, played.seconds
    rates, levels = operators.stages("rate"), operators.stages("level")
    whole = np.clip(LEVELS[operators["output_level"]] + _keyboard(operators, key), 0, 127) * 32
    whole = whole + _VELOCITY * (operators["velocity_sensitivity"] > 0)
    targets = np.maximum((LEVELS[levels] >> 1) * 64 + whole[:, :, None] - 4256, 16) / 256.0
    faster = operators["rate_scaling"] * np.clip(key // 3 - 7, 0, 31)[:, None] >> 3
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
    for stage in range(len(STAGES) - 1):
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
    start: Float64[F64, "presets 6"],
    target: Float64[F64, "presets 6"],
    slope: Float64[F64, "presets 6"],
    seconds: Float64[F64, "presets _ times"],
) -> Float64[F64, "presets 6 times"]:
    """Level so long after a stage began. Shape: thrice (N, 6), (N, 1 or 6, T) -> (N, 6, T)."""
    start, target, slope = start[:, :, None], target[:, :, None], slope[:, :, None]
    seconds = np.maximum(seconds, 0.0)
    rising = _CEILING - (_CEILING - np.maximum(start, _JUMP)) * np.exp(-slope * seconds)
    falling = start - slope * seconds
    return np.where(target > start, np.minimum(rising, target), np.maximum(falling, target))


def _duration(
    start: Float64[F64, "presets 6"], target: Float64[F64, "presets 6"], slope: Float64[F64, "presets 6"]
) -> Float64[F64, "presets 6"]:
    """Seconds that a stage takes. Shape: thrice (N, 6) -> (N, 6)."""
    from_jump = np.maximum(start, _JUMP)
    rising = np.log((_CEILING - from_jump) / np.maximum(_CEILING - np.maximum(target, from_jump), 1e-3))
    return np.where(target > start, rising, start - target) / slope


def _keyboard(operators: Operators, key: Int64[I64, " presets"]) -> Int64[I64, "presets 6"]:
    """What the keyboard's level scaling adds to a level. Shape: (N,) -> (N, 6)."""
    offset = key[:, None] - operators["breakpoint"] - 17
    right = offset >= 0
    group = np.where(right, (offset + 1) // 3, (1 - offset) // 3)
    depth = np.where(right, operators["right_depth"], operators["left_depth"])
    curve = np.where(right, operators["right_curve"], operators["left_curve"])
    linear = group * depth * 329 >> 12
    exponential = _CURVE[np.minimum(group, len(_CURVE) - 1)] * depth * 329 >> 15
    scaled = np.where((curve == 0) | (curve == 3), linear, exponential)
    return np.where(curve < 2, -scaled, scaled)
