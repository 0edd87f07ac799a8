"""What swings at one rate in a pitch or a level: vibrato and tremolo, with their rate, depth and delay."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from synthmatch.arrays import F64, Float64
from synthmatch.features.stft import hann

#: Rates that are looked for, in Hz: slower is a swell, faster a timbre. Not tuned.
_SLOWEST_HZ, _FASTEST_HZ = 2.5, 12.0
#: Periods that it must last at least, and how many times finer than a spectrum's the rates are that are tried. Not tuned.
_PERIODS, _FINER = 4, 8
#: When it may begin, as shares of the time or of so many seconds, whichever is less, and seconds for which it may grow. Not tuned.
_BEGINS, _LATEST, _LATEST_S = np.linspace(0.0, 1.0, 41), 0.6, 2.4
_GROWS_S = np.array([0.0, 0.1, 0.2, 0.4, 0.8, 1.6])


class Swing(NamedTuple):
    """A sine that begins upwards after a delay, and grows to its depth. The delay is below 0 where it began before the sound."""

    rate_hz: float
    depth: float
    delay_s: float
    grows_s: float

    def at(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        """Its value at some times, in the unit of its depth; 0 before it begins."""
        since = np.maximum(seconds - self.delay_s, 0.0)
        growth = np.minimum(since / self.grows_s, 1.0) if self.grows_s else 1.0
        return self.depth * growth * np.sin(2 * np.pi * self.rate_hz * since)


def swing(values: Float64[F64, " times"], weights: Float64[F64, " times"], step_s: float) -> Swing | None:
    """The sine that is most in values at even steps from time 0, each with its weight; None where they are too short."""
    span = len(values) * step_s
    if span * _SLOWEST_HZ < _PERIODS:
        return None
    rate_hz = _rate_hz(values, weights, step_s)
    period = max(1, round(1 / rate_hz / step_s))
    seconds = np.arange(len(values)) * step_s
    swung = values - mean_over(values, period)
    # amplitude and phase over time: what is left of the sine at twice its rate goes in the mean over a period
    turned = 2 * swung * np.exp(-2j * np.pi * rate_hz * seconds)
    around = mean_over(turned.real, period) + 1j * mean_over(turned.imag, period)
    phase = float(np.angle((weights * around).sum()))
    coherent = (around * np.exp(-1j * phase)).real
    best, least = (0.0, 0.0, 0.0), np.inf
    for begin_s in (_BEGINS * min(_LATEST * span, _LATEST_S)).tolist():
        for grows_s in _GROWS_S.tolist():
            ramp = np.clip((seconds - begin_s) / grows_s, 0.0, 1.0) if grows_s else (seconds >= begin_s) * 1.0
            power = float((weights * np.square(ramp)).sum())
            if power <= 0:
                continue
            depth = float((weights * ramp * coherent).sum()) / power
            error = float((weights * np.square(coherent - depth * ramp)).sum())
            if error < least:
                best, least = (depth, begin_s, grows_s), error
    depth, begin_s, grows_s = best
    # the moment at which the sine goes up through 0, nearest to where it begins
    zero_s = (-phase / (2 * np.pi) - 0.25) / rate_hz
    delay_s = zero_s + np.rint((begin_s - zero_s) * rate_hz) / rate_hz
    return Swing(rate_hz, depth, float(delay_s), grows_s)


def mean_over(values: Float64[F64, " times"], steps: int) -> Float64[F64, " times"]:
    """The mean around each time over so many steps, within the values."""
    inside = uniform_filter1d(np.ones(len(values)), steps, mode="constant")
    return uniform_filter1d(values, steps, mode="constant") / inside


def _rate_hz(values: Float64[F64, " times"], weights: Float64[F64, " times"], step_s: float) -> float:
    """The rate that is strongest in values, between the slowest and the fastest."""
    slowest = max(1, round(1 / _SLOWEST_HZ / step_s))
    weighted = (values - mean_over(values, slowest)) * weights * hann(len(values))
    size = _FINER * len(values)
    magnitudes = np.abs(np.fft.rfft(weighted, size))
    rates = np.arange(len(magnitudes)) / size / step_s
    within = (rates >= _SLOWEST_HZ) & (rates <= _FASTEST_HZ)
    strongest = int(np.where(within, magnitudes, 0.0).argmax())
    # a parabola through three magnitudes
    left, middle, right = magnitudes[strongest - 1 : strongest + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float((strongest + np.clip(shift, -0.5, 0.5)) / size / step_s)
