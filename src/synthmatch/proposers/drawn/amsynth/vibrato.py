"""Vibrato that amsynth's LFO can play: regular, as long as the note is held."""

from typing import NamedTuple

import numpy as np

from synthmatch.analysis.pitch import harmonic_track
from synthmatch.analysis.warp import Warp
from synthmatch.arrays import F64, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ

#: Rates that are looked for, in Hz, and the shortest note that has any. Not tuned.
_RATES_HZ = np.arange(3.5, 9.0, 0.05)
_SHORTEST_SECONDS = 0.9
#: The least vibrato, in cents either way, and the share of all that the pitch moves which has its rate. Not tuned.
_LEAST_CENTS, _LEAST_SHARE = 2.0, 0.45
_SINE = 0


class Vibrato(NamedTuple):
    """A pitch that swings by some cents either way, so many times a second; `turn`: where it begins, in radians."""

    rate_hz: float
    cents: float
    turn: float

    @property
    def knobs(self) -> dict[str, float]:
        """Settings of the LFO. Its phase is not the target's: it begins at 0 with each note."""
        depth = 2 ** (self.cents / 1200) - 1
        return {"lfo_waveform": _SINE, "lfo_freq": self.rate_hz**0.5, "freq_mod_amount": (2 * depth) ** (1 / 3)}

    def taken_out(self, sound: Float64[F64, "channels samples"]) -> Float64[F64, "channels samples"]:
        """The sound at a constant pitch, as long as it is."""
        seconds = np.arange(sound.shape[1]) / SAMPLE_RATE_HZ
        warp = Warp(2 ** (self.cents / 1200 * np.sin(2 * np.pi * self.rate_hz * seconds + self.turn)))
        still = np.zeros_like(sound)
        for channel, moving in zip(still, sound, strict=True):
            flat = warp.flat(moving)[: len(channel)]
            channel[: len(flat)] = flat
        return still


def vibrato_of(sound: Float64[F64, "channels samples"], fundamental_hz: float, hold_seconds: float) -> Vibrato | None:
    """The vibrato of a sound that begins at its onset and is held so long; None without, or where it is not regular."""
    held = mono(sound)[: round(hold_seconds * SAMPLE_RATE_HZ)]
    if len(held) < _SHORTEST_SECONDS * SAMPLE_RATE_HZ or not held.any():
        return None
    track = harmonic_track(held, fundamental_hz)
    weights = track.power / track.power.sum()
    cents = 1200 * np.log2(track.hz / fundamental_hz)
    cents = cents - (weights * cents).sum()
    waves = np.exp(-2j * np.pi * _RATES_HZ[:, None] * track.seconds)
    swings = 2 * (weights * cents * waves).sum(axis=1)
    best = int(np.abs(swings).argmax())
    depth = float(np.abs(swings[best]))
    if depth < _LEAST_CENTS or depth**2 / 2 < _LEAST_SHARE * (weights * np.square(cents)).sum():
        return None
    # a cosine of this phase is a sine that is a quarter further
    return Vibrato(float(_RATES_HZ[best]), round(2 * depth) / 2, float(np.angle(swings[best]).round(2)) + np.pi / 2)
