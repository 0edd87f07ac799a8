"""Vibrato that amsynth's LFO can play: regular, as long as the note is held."""

import numpy as np

from synthmatch.analysis.pitch import harmonic_track
from synthmatch.analysis.swing import Swing, swing
from synthmatch.analysis.warp import Warp
from synthmatch.arrays import F64, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ

#: Seconds between pitches in which it is looked for.
_STEP_S = 0.01
#: A vibrato's depth in cents either way, its rates in Hz, and the share of all that the pitch moves which it is. Not tuned.
_LEAST_CENTS, _MOST_CENTS, _SLOWEST_HZ, _FASTEST_HZ, _LEAST_SHARE = 2.0, 100.0, 3.5, 9.0, 0.45
#: Depths are rounded to so many cents, so that last digits do not decide.
_ROUNDED_CENTS = 0.5
_SINE = 0


def vibrato_of(sound: Float64[F64, "channels samples"], fundamental_hz: float, hold_seconds: float) -> Swing | None:
    """The vibrato of a sound that begins at its onset and is held so long, in cents; None without, or where it is not regular."""
    held = mono(sound)[: round(hold_seconds * SAMPLE_RATE_HZ)]
    if not held.any():
        return None
    track = harmonic_track(held, fundamental_hz)
    seconds = np.arange(len(held) / SAMPLE_RATE_HZ // _STEP_S) * _STEP_S
    cents = 1200 * np.log2(track.at(seconds) / fundamental_hz)
    weights = np.interp(seconds, track.seconds, track.power)
    found = swing(cents, weights, _STEP_S)
    if not found or not (_LEAST_CENTS <= found.depth <= _MOST_CENTS and _SLOWEST_HZ <= found.rate_hz <= _FASTEST_HZ):
        return None
    left, whole = (_spread(values, weights) for values in (cents - found.at(seconds), cents))
    if left > (1 - _LEAST_SHARE) * whole:
        return None
    return found._replace(depth=float(np.rint(found.depth / _ROUNDED_CENTS) * _ROUNDED_CENTS))


def vibrato_knobs(vibrato: Swing) -> dict[str, float]:
    """Settings of the LFO, which begins with the note."""
    bend = 2 ** (vibrato.depth / 1200) - 1
    return {"lfo_waveform": _SINE, "lfo_freq": vibrato.rate_hz**0.5, "freq_mod_amount": (2 * bend) ** (1 / 3)}


def without(vibrato: Swing, sound: Float64[F64, "channels samples"]) -> Float64[F64, "channels samples"]:
    """A sound at a constant pitch, as long as it is."""
    seconds = np.arange(sound.shape[1]) / SAMPLE_RATE_HZ
    warp = Warp(2 ** (vibrato.at(seconds) / 1200))
    still = np.zeros_like(sound)
    for channel, moving in zip(still, sound, strict=True):
        flat = warp.flat(moving)[: len(channel)]
        channel[: len(flat)] = flat
    return still


def _spread(values: Float64[F64, " times"], weights: Float64[F64, " times"]) -> float:
    """Variance by weight, on any scale."""
    mean = (weights * values).sum() / max(weights.sum(), np.finfo(np.float64).tiny)
    return float((weights * np.square(values - mean)).sum())
