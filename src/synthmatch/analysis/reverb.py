"""Whether a held note has a reverb's diffuse tail, how fast the tail decays, how loud it is, and the note without it.

Sounds are float64 at 44.1 kHz, shape (channels, samples). A tail is what is left when the direct sound is gone. Its level falls
slower than the direct sound did, and its spectrum is that of noise through the note's partials: each bin goes up and down at
random. A long release of an instrument falls without a step, or each of its partials falls smoothly.

The tail's power follows the model of Lebart, Boucher and Denbigh (2001, Acta Acustica 87): what a room holds of a sound dies
away exponentially, and the direct sound adds to it.
"""

from typing import NamedTuple

import numpy as np
from scipy.signal import istft, stft

from synthmatch.analysis.level import fall_db_per_second
from synthmatch.arrays import C128, F64, Bool, Bools, Complex128, Float64
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

_WINDOW, _HOP = 2048, 512
_FRAMES_A_SECOND = SAMPLE_RATE_HZ / _HOP
#: Between the two bands, and what counts for neither, in Hz. Not tuned.
CROSSOVER_HZ, _LOWEST_HZ = 1480.0, 40.0
#: Levels that count: below the note's end, and above the lowest after it. Not tuned.
_RANGE_DB, _ABOVE_FLOOR_DB, _SILENT_DB = 60.0, 8.0, -100.0
#: Time constants of power in a decay by 60 dB.
_TIME_CONSTANTS = 6 * np.log(10)
#: A note that falls faster, or whose end is further below its loudest, is not held. As in a drawn course; the latter not tuned.
_HELD_DB_PER_SECOND, _HELD_DB = 6.0, 25.0
#: Rounds in which the tail's beginning is found, where the level is less than so far above its line. Not tuned.
_ROUNDS, _KNEE_DB = 4, 3.0
#: A tail's seconds to fall by 60 dB; its frames and range, and its step below the note's end, at least; and how many times faster
#: the direct sound falls. Not tuned.
_DECAYS_S, _LEAST_FRAMES, _LEAST_RANGE_DB, _STEP_DB, _FASTER = (0.15, 8.0), 10, 15.0, 2.0, 2.5
#: Standard deviation of a tail's bins from a line, which is 5.6 dB for noise; bins count so far below the loudest. Not tuned.
_DIFFUSE_DB, _BINS_DB = 3.0, 20.0
#: Densities that are tried.
_DENSITIES = np.geomspace(1e-3, 1e3, 121)
#: How many times the tail's expected power is taken away where only the tail is left: noise is often above its mean. Not tuned.
_ABOVE_MEAN = 4.0


class Reverb(NamedTuple):
    """A reverb, and when the direct sound of the note that it was found in is below its tail.

    `decay_s`: until a tail has fallen by 60 dB, below and above `CROSSOVER_HZ`. `density`: energy a second where the response to
    an impulse begins to decay, as a multiple of the direct impulse's.
    """

    decay_s: Float64[F64, "2"]
    density: float
    gone_s: float

    @property
    def share(self) -> float:
        """Power of the reverb of a steady low sound, as a multiple of the sound's."""
        return float(self.density * self.decay_s[0] / _TIME_CONSTANTS)


def find_reverb(sound: Float64[F64, "channels samples"], hold_s: float) -> Reverb | None:
    """The reverb of a sound whose key is released after `hold_s`.

    None where there is none, where it cannot be told from the sound, or where the sound is not held.
    """
    start = round(hold_s * _FRAMES_A_SECOND)
    if sound.shape[1] < _WINDOW or start > sound.shape[1] // _HOP - _LEAST_FRAMES:
        return None
    if fall_db_per_second(np.sqrt(np.square(sound).mean(axis=0)), hold_s / 2, hold_s) > _HELD_DB_PER_SECOND:
        return None
    spectra = _spectra(sound)
    power = np.square(np.abs(spectra)).mean(axis=0)
    bands = np.stack([power[_low() & (_hz() >= _LOWEST_HZ)].sum(axis=0), power[~_low()].sum(axis=0)])
    level = decibels(bands.sum(axis=0), _SILENT_DB)
    if level[start] < level.max() - _HELD_DB:
        return None
    last = _last(level, start)
    knee = _knee(level, start, last)
    if knee is None or _fluctuation_db(spectra[:, :, knee:last]) < _DIFFUSE_DB:
        return None
    falls = [_fall(decibels(band, _SILENT_DB), knee, last) for band in bands]
    # a band in which there is too little of the tail has the other's
    low, high = (one or other for one, other in (falls, falls[::-1]))
    if low is None or high is None:
        return None
    decay_s = np.clip(60 / np.array([low, high]), *_DECAYS_S)
    return Reverb(decay_s, _density(bands, knee, last, decay_s), knee / _FRAMES_A_SECOND)


def without_reverb(sound: Float64[F64, "channels samples"], reverb: Reverb) -> Float64[F64, "channels samples"]:
    """The direct sound, by spectral subtraction; next to nothing once it is below the tail. Same shape."""
    spectra = _spectra(sound)
    power = np.square(np.abs(spectra)).mean(axis=0)
    knee = round(reverb.gone_s * _FRAMES_A_SECOND)
    decay_s = np.where(_low(), reverb.decay_s[0], reverb.decay_s[1])
    tails = _tails(power, knee, decay_s, np.full(len(power), reverb.density))
    times = np.where(np.arange(power.shape[1]) < knee, 1.0, _ABOVE_MEAN)
    gain = np.sqrt(np.maximum(1 - times * tails / np.maximum(power, np.finfo(np.float64).tiny), 0.0))
    dry = np.asarray(istft(spectra * gain, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[1], np.float64)
    return dry[:, : sound.shape[1]]


def _spectra(sound: Float64[F64, "channels samples"]) -> Complex128[C128, "channels bins frames"]:
    return np.asarray(stft(sound, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[2], np.complex128)


def _hz() -> Float64[F64, " bins"]:
    return np.arange(_WINDOW // 2 + 1) * SAMPLE_RATE_HZ / _WINDOW


def _low() -> Bool[Bools, " bins"]:
    return np.asarray(_hz() < CROSSOVER_HZ, np.bool_)


def _last(level: Float64[F64, " frames"], start: int) -> int:
    """The frame at which the level comes near its lowest after a start."""
    after = level[start:]
    low = after < max(after.min() + _ABOVE_FLOOR_DB, after[0] - _RANGE_DB)
    return start + (int(np.argmax(low)) if low.any() else len(after))


def _knee(level: Float64[F64, " frames"], start: int, last: int) -> int | None:
    """The frame from which the level follows a line that may be a tail's; None where it follows none."""
    knee = (start + last) // 2
    slope, at_start = 0.0, 0.0
    for _ in range(_ROUNDS):
        if last - knee < _LEAST_FRAMES:
            return None
        slope, at_knee, _ = _line(level[knee:last])
        at_start = at_knee - slope * (knee - start)
        knee = start + int(np.argmax(level[start:last] < at_start + slope * np.arange(last - start) + _KNEE_DB))
    shortest, longest = _DECAYS_S
    if not 60 / longest <= -slope * _FRAMES_A_SECOND <= 60 / shortest:
        return None
    if -slope * (last - knee) < _LEAST_RANGE_DB or level[start] - at_start < _STEP_DB:
        return None
    return knee if level[start] - level[knee] > -_FASTER * slope * (knee - start) else None


def _line(level: Float64[F64, " frames"]) -> tuple[float, float, float]:
    """Slope a frame and first value of the line that is nearest, and the mean square of what it misses."""
    middle = np.arange(len(level)) - (len(level) - 1) / 2
    slope = float((middle * level).sum() / np.square(middle).sum())
    mean = float(level.mean())
    return slope, mean + slope * float(middle[0]), float(np.square(level - mean - slope * middle).mean())


def _fluctuation_db(spectra: Complex128[C128, "channels bins frames"]) -> float:
    """How far the loud peaks of a spectrum are from falling evenly, root mean square."""
    power = np.square(np.abs(spectra))
    mean = decibels(power.mean(axis=(0, 2)), 2 * _SILENT_DB)
    inner = mean[1:-1]
    peaks = np.flatnonzero((inner >= mean[:-2]) & (inner >= mean[2:]) & (inner > mean.max() - _BINS_DB)) + 1
    missed = [_line(one)[2] for channel in decibels(power[:, peaks], 2 * _SILENT_DB) for one in channel]
    return float(np.sqrt(np.mean(missed))) if missed else 0.0


def _fall(level: Float64[F64, " frames"], knee: int, last: int) -> float | None:
    """Decibels a second by which a band falls; None where too little of it is above its lowest to tell."""
    last = min(last, _last(level, knee))
    slope = _line(level[knee:last])[0] if last - knee >= _LEAST_FRAMES else 0.0
    return -slope * _FRAMES_A_SECOND if slope < 0 else None


def _density(bands: Float64[F64, "2 frames"], knee: int, last: int, decay_s: Float64[F64, "2"]) -> float:
    """The density with which the tail has the power that is found."""
    count = len(_DENSITIES)
    tails = [
        _tails(np.tile(band, (count, 1)), knee, np.full(count, seconds), _DENSITIES)
        for band, seconds in zip(bands, decay_s.tolist(), strict=True)
    ]
    powers = (tails[0] + tails[1])[:, knee:last].sum(axis=1)
    return float(np.exp(np.interp(bands[:, knee:last].sum(), powers, np.log(_DENSITIES))))


def _tails(
    power: Float64[F64, "bins frames"], knee: int, decay_s: Float64[F64, " bins"], density: Float64[F64, " bins"]
) -> Float64[F64, "bins frames"]:
    """Expected power of the tail in each frame, if the direct sound is gone after the frame `knee`."""
    seconds = decay_s / _TIME_CONSTANTS
    kept = np.exp(-1 / (_FRAMES_A_SECOND * seconds))
    added = density * seconds * (1 - kept)
    tail, tails = np.zeros(len(power)), np.zeros_like(power)
    for frame in range(1, power.shape[1]):
        direct = np.maximum(power[:, frame - 1] - tail, 0.0) if frame <= knee else 0.0
        tail = tail * kept + added * direct
        tails[:, frame] = tail
    return tails
