"""Pairs of operators, one of which modulates the other, and what their spectra are: formulas of the engine, no renders."""

from typing import NamedTuple

import numpy as np

from synthmatch.analytic.dexed.spectrum import Playing, Wiring, expected_bins
from synthmatch.arrays import F32, F64, Float32, Float64
from synthmatch.features.bands import mel_bands
from synthmatch.features.sketch import MELS, WINDOW
from synthmatch.synths.dexed.algorithms import CARRIERS, FEEDBACK, MODULATES

#: The algorithm whose operator 6 modulates operator 5 and has feedback, from 0; the others are off.
_ALGORITHM = 30
#: Feedback of a noisy modulator, the knob.
NOISY = 7
#: Levels of the modulator: its amplitude, a full-scale sine's being 1. The first is none.
DEPTHS = np.append(0.0, 2.0 ** np.linspace(-5, 1, 13))


class Pair(NamedTuple):
    """Frequencies of a carrier and its modulator in Hz, and the modulator's feedback, the knob."""

    carrier_hz: float
    modulator_hz: float
    feedback: int = 0


#: Carriers of noise that any target may have, in Hz, and frequencies of modulators as multiples of the carrier's; of a high one
#: below it, for aliases fold back anyway. Not tuned.
_NOISE_HZ, _ABOVE, _BELOW, _HIGH_HZ = (100.0, 300.0, 800.0, 2000.0, 5000.0, 10000.0), 2.37, 0.37, 4000.0


def candidates(partials_hz: Float64[F64, " partials"], fundamental_hz: float) -> list[Pair]:
    """Pairs that may be chosen: partials as carriers, modulated by what makes harmonics, bells and noise."""
    pairs = dict[Pair, None]()
    for carrier_hz in partials_hz.tolist():
        for ratio in (1, 2, 3, 5):
            pairs[Pair(carrier_hz, ratio * fundamental_hz)] = None
        pairs[Pair(carrier_hz, carrier_hz)] = None
        pairs[Pair(carrier_hz, 1.414 * carrier_hz)] = None
        pairs[Pair(carrier_hz, 3.53 * carrier_hz, NOISY)] = None
    for carrier_hz in _NOISE_HZ:
        pairs[Pair(carrier_hz, (_ABOVE if carrier_hz < _HIGH_HZ else _BELOW) * carrier_hz, NOISY)] = None
    return list(pairs)


def pair_bands(pairs: list[Pair]) -> Float32[F32, "pairs depths bands"]:
    """Power in mel bands of pairs at each of `DEPTHS`, the carrier a full-scale sine. Shape: (N,) -> (N, 14, MELS)."""
    count, depths = len(pairs), len(DEPTHS)
    amplitude, hz = np.zeros((count, 6, depths)), np.ones((count, 6, depths))
    amplitude[:, 0], amplitude[:, 1] = DEPTHS, 1.0
    hz[:, 0] = np.array([pair.modulator_hz for pair in pairs])[:, None]
    hz[:, 1] = np.array([pair.carrier_hz for pair in pairs])[:, None]
    knob = np.array([pair.feedback for pair in pairs])
    playing = Playing(
        np.full(count, _ALGORITHM), np.where(knob > 0, 2.0 ** (knob - 8.0), 0.0), amplitude, hz, np.zeros(depths)
    )
    power = expected_bins(Wiring(MODULATES, CARRIERS, FEEDBACK), playing)
    bands = power.reshape(-1, power.shape[2]) @ mel_bands(WINDOW, MELS)
    return np.asarray(bands.reshape(count, depths, MELS))


def sine_bands(hz: Float64[F64, " partials"]) -> Float32[F32, "partials bands"]:
    """The same of full-scale sines."""
    return pair_bands([Pair(float(one), 1.0) for one in hz])[:, 0] if len(hz) else np.zeros((0, MELS), np.float32)
