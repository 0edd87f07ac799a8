"""The spectrum that a DX7 voice should have at a few moments: its operators, held still and added up over one short frame.

What operators do to each other is what Dexed's Mark I engine computes (Pascal Gauthier, GPL-3.0: EngineMkI.cpp): each is a
sine whose phase its modulators move by their output in cycles; one of them also by the mean of its own last two samples, or
of those of the last operator of a loop. Held still: levels and frequencies, for the 23 or 46 ms of a frame. Left out: the few
bits of its tables, which are audible as a hiss.
"""

import itertools
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.fft import rfft

from synthmatch.analytic.mel_filterbank import BANDS, BINS
from synthmatch.arrays import F32, F64, I64, Float32, Int64
from synthmatch.features.bands import mel_bands
from synthmatch.features.sketch import WINDOW
from synthmatch.features.stft import full_scale_hann
from synthmatch.note import SAMPLE_RATE_HZ

#: Samples of a frame whose bands are looked at.
_FRAME = 1024
#: Frames at a time: their arrays stay near the processor.
_CHUNK = 48
#: An operator, or a whole voice, that is quieter is left out.
_SILENT = 2.0**-11
_CYCLE = np.float32(2 * np.pi)
#: Operators of the loops of two algorithms, and the algorithms whose feedback is a quarter.
_LOOPS = {3: [0, 1, 2], 5: [0, 1]}
_WEAKER = [3, 5, 31]


class Wiring:
    """Which operator modulates which, (32, 6, 6); which are carriers, and which have feedback, (32, 6).

    At most one has feedback, and it has no modulator.

    Two algorithms have a loop of several operators in place of it. There and in the last one feedback is weaker.
    """

    def __init__(self, modulates: F64, carriers: F64, feedback: F64) -> None:
        self.modulators = [[np.flatnonzero(one[:, to]).tolist() for to in range(6)] for one in modulates]
        self.carriers = carriers > 0
        #: the operators that feedback passes through
        self.loops = [_LOOPS.get(number, [int(one.argmax())]) for number, one in enumerate(feedback)]
        self.amount = np.where(np.isin(np.arange(len(carriers)), _WEAKER), 0.25, 1.0)


class Playing(NamedTuple):
    """Operators of N voices at T moments. Full output of one operator is a full-scale sine.

    Shape: algorithm (N,), feedback (N,) in cycles at full output, amplitude and frequency (N, 6, T), seconds (T,).
    """

    algorithm: I64
    feedback: F64
    amplitude: F64
    frequency_hz: F64
    seconds: F64


def expected_power(wiring: Wiring, playing: Playing) -> Float32[F32, "presets times bands"]:
    """Power in each band, of a full-scale sine its share of 1. Shape: (N, T, BANDS)."""
    count, _, times = playing.amplitude.shape
    found = np.zeros((count, times, BANDS), np.float32)
    for voices, moments, power in _powers(wiring, playing, _FRAME):
        found[voices, moments] = power @ mel_bands(_FRAME, BANDS)
    return found


def expected_bins(wiring: Wiring, playing: Playing) -> Float32[F32, "presets times bins"]:
    """Power in each bin of a frame of `WINDOW` samples. Shape: (N, T, BINS)."""
    count, _, times = playing.amplitude.shape
    found = np.zeros((count, times, BINS), np.float32)
    for voices, moments, power in _powers(wiring, playing, WINDOW):
        found[voices, moments] = power
    return found


def _powers(
    wiring: Wiring, playing: Playing, samples: int
) -> Iterator[tuple[Int64[I64, " rows"], Int64[I64, " rows"], Float32[F32, "rows bins"]]]:
    """Voices, moments and the power of their bins, (R,), (R,), (R, bins), R by R: of all that are audible."""
    algorithm, amplitude = playing.algorithm, playing.amplitude
    loud = (amplitude * wiring.carriers[algorithm][:, :, None]).max(axis=1) > _SILENT  # (N, T)
    voices, moments = np.nonzero(loud)
    # frames of one algorithm together
    order = np.argsort(algorithm[voices], kind="stable")
    voices, moments = voices[order], moments[order]
    kinds, level = algorithm[voices], amplitude[voices, :, moments].astype(np.float32)
    hz = playing.frequency_hz[voices, :, moments]
    begin = (hz * playing.seconds[moments][:, None] % 1.0).astype(np.float32)
    step = hz.astype(np.float32)
    amount = (playing.feedback[voices] * wiring.amount[kinds]).astype(np.float32)
    place, fed = _all_fed_back(wiring, kinds, level, begin, step, amount, samples)
    edges = np.flatnonzero(np.diff(kinds, prepend=-1, append=-1))
    for first, end in itertools.pairwise(edges.tolist()):
        for start in range(first, end, _CHUNK):
            rows = slice(start, min(start + _CHUNK, end))
            here = np.flatnonzero(place[rows] >= 0)
            known = fed[place[rows][here]]
            frames = _frames(wiring, int(kinds[start]), level[rows], begin[rows], step[rows], here, known)
            spectrum = rfft(frames * full_scale_hann(samples), axis=1)
            yield voices[rows], moments[rows], np.square(spectrum.real) + np.square(spectrum.imag)


@cache
def _times(samples: int) -> F32:
    return np.arange(samples, dtype=np.float32) / np.float32(SAMPLE_RATE_HZ)


def _frames(
    wiring: Wiring,
    algorithm: int,
    level: Float32[F32, "rows 6"],
    begin: Float32[F32, "rows 6"],
    step: Float32[F32, "rows 6"],
    fed_rows: Int64[I64, " fed"],
    fed_sounds: Float32[F32, "fed samples"],
) -> Float32[F32, "rows samples"]:
    """The sum of the carriers of voices of one algorithm: (R, samples).

    Levels, phases at the start in cycles, frequencies in Hz: (R, 6). `fed_sounds`: the last operator that feedback passes
    through, at full level, (F, samples), of the rows `fed_rows`.
    """
    times = _times(fed_sounds.shape[1])
    needed = _needed(wiring, algorithm)
    sounds: dict[int, F32] = {}
    total = np.zeros((len(level), len(times)), np.float32)
    for operator in range(6):
        if operator not in needed or level[:, operator].max() < _SILENT:
            continue
        sound = begin[:, operator, None] + step[:, operator, None] * times
        for modulator in wiring.modulators[algorithm][operator]:
            if modulator in sounds:
                sound += sounds[modulator]
        sound *= _CYCLE
        np.sin(sound, out=sound)
        if operator == wiring.loops[algorithm][-1]:
            sound[fed_rows] = fed_sounds
        sound *= level[:, operator, None]
        sounds[operator] = sound
        if wiring.carriers[algorithm, operator]:
            total += sound
    return total


def _needed(wiring: Wiring, algorithm: int) -> set[int]:
    """Carriers, and operators that modulate one that is needed."""
    needed = set(np.flatnonzero(wiring.carriers[algorithm]).tolist())
    for operator in range(5, -1, -1):
        if operator in needed:
            needed.update(wiring.modulators[algorithm][operator])
    return needed


def _all_fed_back(
    wiring: Wiring,
    kinds: Int64[I64, " rows"],
    level: Float32[F32, "rows 6"],
    begin: Float32[F32, "rows 6"],
    step: Float32[F32, "rows 6"],
    amount: F32,
    samples: int,
) -> tuple[Int64[I64, " rows"], Float32[F32, "fed {samples}"]]:
    """The operators with feedback of all frames at once, for one sample needs the one before.

    Shape: (R,), thrice (R, 6), (R,) -> which row of the second each frame has or -1, (R,), and sounds, (F, samples).
    """
    lengths = np.array([len(loop) for loop in wiring.loops])[kinds]
    place, sounds, count = np.full(len(kinds), -1), [np.zeros((0, samples), np.float32)], 0
    for length in np.unique(lengths):
        rows = np.flatnonzero((lengths == length) & (amount > 0))
        loops = np.array([wiring.loops[kind] for kind in kinds[rows]], np.int64).reshape(-1, length)
        of_loop = (rows[:, None], loops)
        sounds.append(_fed_back(level[of_loop].T, begin[of_loop].T, step[of_loop].T, amount[rows], samples))
        place[rows] = count + np.arange(len(rows))
        count += len(rows)
    return place, np.concatenate(sounds)


def _fed_back(
    level: Float32[F32, "loop rows"],
    begin: Float32[F32, "loop rows"],
    step: Float32[F32, "loop rows"],
    amount: Float32[F32, " rows"],
    samples: int,
) -> Float32[F32, "rows {samples}"]:
    """Loops of K operators, the last of which moves the first by the mean of its last two samples, `amount` times.

    Shape: thrice (K, R), (R,) -> the last operator at full level, (R, samples).
    """
    phases = _CYCLE * (begin[:, None] + _times(samples)[:, None] * step[:, None])  # (K, samples, R)
    back, depths = amount * level[-1] * (_CYCLE / 2), level * _CYCLE
    before = last = np.zeros(len(amount), np.float32)
    for sample in range(samples):
        moved = back * (before + last)
        for operator in range(len(level)):
            phases[operator, sample] += moved
            sound = np.sin(phases[operator, sample], out=phases[operator, sample])
            moved = depths[operator] * sound
        before, last = last, sound
    return np.ascontiguousarray(phases[-1].T)
