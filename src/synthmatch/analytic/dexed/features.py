"""What the six operators of a DX7 voice do over time: levels, modulation, frequencies.

Formulas and tables are those of msfa, Dexed's engine (Google, Apache-2.0: env.cc, dx7note.cc, fm_core.cc), in closed form:
a decay is a straight line in octaves of level, an attack comes nearer to its ceiling exponentially, a stage that has nowhere
to go waits. Left out: tremolo, vibrato. Operators are in the order of the voice's bytes: 6 to 1.
"""

from dataclasses import replace

import numpy as np

from synthmatch.analytic.dexed.envelopes import FULL, Stages, envelope_octaves
from synthmatch.analytic.dexed.operators import Operators
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
#: Levels further below full level than this, in octaves, are inaudible.
_SILENT = -12.0
#: Below this a bin is hidden by the hiss of the engine's few bits, in dB.
_HISS_DB = -80.0
#: The voice's spectrum is computed at every so many of the times.
_APART = 3

_WIRING = Wiring(MODULATES, CARRIERS, FEEDBACK)


def dexed_features(space: ParamSpace, played: PlayedPresets) -> PartFeatures:
    """Of the operators of N voices at T times."""
    native, seconds = played.native, played.seconds
    operators, key = Operators(space, native), _keys(space, played)
    level = _envelope(operators, key, played) - FULL  # (N, 6, T)
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
    level = _envelope(operators, key, played) - FULL
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
    """Levels in octaves, `FULL` being full, of operators at keys, (N,). Shape: (N, 6, T)."""
    whole = np.clip(LEVELS[operators["output_level"]] + _keyboard(operators, key), 0, 127) * 32
    whole = whole + _VELOCITY * (operators["velocity_sensitivity"] > 0)
    faster = operators["rate_scaling"] * np.clip(key // 3 - 7, 0, 31)[:, None] >> 3
    stages = Stages(operators.stages("rate"), operators.stages("level"), whole, faster)
    return envelope_octaves(stages, played.hold_seconds, played.seconds)


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
