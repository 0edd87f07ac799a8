"""How loud a Vital filter lets each band through.

Formulas are those of Vital (Matt Tytel, GPL-3: src/synthesis/filters/sallen_key_filter.cpp, digital_svf.cpp,
ladder_filter.cpp, diode_filter.cpp) for small levels: their saturation is left out. Dirty is taken for Analog, which it is
made like; Formant, Comb and Phaser let everything through here.
"""

import numpy as np

from synthmatch.analytic.vital.bands import CENTRES_HZ
from synthmatch.analytic.vital.modulation import Voice
from synthmatch.arrays import F32, F64, I64, Array, Bools, Float32, Int64

_ANALOG, _DIRTY, _LADDER, _DIGITAL, _DIODE, _FORMANT = range(6)
_12_DB, _24_DB, _NOTCH, _DUAL_NOTCH, _BAND_PEAK_NOTCH = range(5)


def filter_gain(voice: Voice, prefix: str, rows: Int64[I64, " rows"]) -> Float32[F32, "rows times bands"]:
    """Power gain of a filter in each band. Shape: (rows, T, BANDS)."""
    model, style = voice.choice(f"{prefix}_model")[rows, None], voice.choice(f"{prefix}_style")[rows, None]
    resonance, blend = voice(f"{prefix}_resonance")[rows], voice(f"{prefix}_blend")[rows] - 1
    drive_db, mix = voice(f"{prefix}_drive")[rows], voice(f"{prefix}_mix")[rows]
    low, band, high = _mixed(style, blend)
    cutoff_hz = 440 * 2.0 ** ((voice.cutoff(prefix)[rows] - 69) / 12)
    # squares of frequencies in cutoffs
    u = np.square(CENTRES_HZ / np.clip(cutoff_hz, 1, 20_000)[:, :, None]).astype(np.float32)
    cubed = resonance**3
    analog = (model == _ANALOG) | (model == _DIRTY)
    damping = np.where(analog, np.maximum(np.abs(2 - 2.15 * np.sqrt(resonance)), 0.05), 1 / (0.5 + 15.5 * cubed))
    taming = np.where(analog, 1 + 2 * resonance, 1 + 2 * cubed)
    steep = (style == _24_DB) | (style == _NOTCH)
    passed = np.square(_wide(low) - _wide(high) * u) + np.square(_wide(band)) * u
    two_poles = passed / (np.square(1 - u) + np.square(_wide(damping)) * u)
    before = np.where(_wide(steep), passed / (np.square(1 - u) + u), np.float32(1))
    gain = two_poles * before / _wide(np.square(taming))
    ladder, diode = np.flatnonzero(model == _LADDER), np.flatnonzero(model == _DIODE)
    if len(ladder):
        gain[ladder] = _four_poles(
            u[ladder], passed[ladder], low[ladder], band[ladder], high[ladder], resonance[ladder], steep[ladder]
        )
    if len(diode):
        gain[diode] = _diode(u[diode], resonance[diode], blend[diode] / 2 + 0.5, style[diode] == _12_DB)
    gain *= _wide(10 ** (drive_db / 20))
    gain[(model >= _FORMANT)[:, 0]] = 1
    share = _wide(mix)
    return np.asarray(np.square(1 - share + share * np.sqrt(gain)), np.float32)


def _wide(value: Array) -> Float32[F32, "presets times 1"]:
    """Shape: (N, T) -> (N, T, 1)."""
    return value[:, :, None].astype(np.float32)


def _mixed(style: I64, blend: F64) -> tuple[F64, F64, F64]:
    """How much of low, band and high pass is mixed. `blend` runs from -1, low, to 1, high. Shape: thrice (N, T)."""
    plain = np.maximum(-blend, 0.0), np.sqrt(1 - np.square(blend)), np.maximum(blend, 0.0)
    notch = np.minimum(1 - blend, 1.0), np.zeros_like(blend), np.minimum(1 + blend, 1.0)
    dual = blend / 2 + 0.5, np.zeros_like(blend), np.ones_like(blend)
    peak = np.minimum(1 + blend, 1.0)
    share = 1 - np.minimum(1 - blend, 1.0)
    scale = np.sqrt(np.square(share) / 2 + 0.5)
    around = scale * peak, scale * (peak - blend) * 2, scale * peak
    kinds = [style == _NOTCH, style == _DUAL_NOTCH, style == _BAND_PEAK_NOTCH]
    low, band, high = (
        np.select(kinds, options[:3], options[3]) for options in zip(notch, dual, around, plain, strict=True)
    )
    return low, band, high


def _four_poles(u: F32, passed: F32, low: F64, band: F64, high: F64, resonance: F64, steep: Bools) -> F32:
    """Power gain of the ladder. Shape: `u` and `passed` (N, T, BANDS), the others (N, T) or (N, 1)."""
    back = _wide(4.1 * np.where(steep, np.sin(resonance * np.pi / 2), resonance))
    falls = np.square(np.square(1 - u) - 4 * u + back) + 16 * u * np.square(1 - u)
    straight = np.square(_wide(low) + _wide(band) * u + _wide(high) * np.square(u))
    loudness = np.square(_wide(1 + resonance))
    return np.asarray(np.where(_wide(steep), straight, passed * np.square(1 + u)) / np.maximum(falls, 1e-2) * loudness)


def _diode(u: F32, resonance: F64, blend: F64, gentle: Bools) -> F32:
    """Power gain of the diode ladder behind its high pass. `blend`: 0 to 1. Shape: `u` (N, T, BANDS), the others (N, T)."""
    back = _wide(0.7 + 16.3 * resonance**3)
    real = 8 * (np.square(1 - u) - 4 * u) - 10 * (1 - u) + 2 + back
    falls = np.square(real) + u * np.square(32 * (1 - u) - 20)
    ratio, share = np.where(gentle, 0.5, 2.0 ** (8 * blend - 9)), np.where(gentle, np.square(blend), 1.0)
    v = u / _wide(np.square(ratio))
    high = v / np.sqrt(np.square(1 - v) + v)
    passed = np.square(1 + _wide(share) * (high - 1))
    return np.asarray(passed * np.square(back / 2 + 1) / np.maximum(falls, 1e-2), np.float32)
