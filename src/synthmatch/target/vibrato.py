"""Vibrato: a pitch that swings to and fro about a centre, 3 to 9 times a second, as one note does.

The pitch is followed with a window of three periods, short enough for the swing of a fast vibrato. A vibrato is a run
of its turning points that come at even times with even swings. A trill's and an arpeggio's pitch rests at its turning
points and jumps between them: it is no vibrato. Pitches are in cents above `LOWEST_HZ`.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.ndimage
import scipy.signal

from synthmatch.arrays import F32, F64, Bool, Bools, Float32, Float64, Indices, Int
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target.pitch import LOWEST_HZ, Pitch

#: No table compares the thresholds of this module; docs/targets.md has notes with and without these rules.

#: Frames of the pitch: one each 5 ms.
HOP_SAMPLES = 220
_HOP_SECONDS = HOP_SAMPLES / SAMPLE_RATE_HZ
#: Periods of a window: short enough for a fast vibrato.
_PERIODS = 3.0
#: Searched on either side of the pitch found: less than a fourth, whose 4:3 a strong harmonic makes look periodic.
_RANGE_CENTS = 480.0
#: Confidence from which a frame's pitch counts.
_TRUSTED = 0.7
#: From one turning point to the next: half a cycle of 10 to 2.5 Hz.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.05, 0.2
#: Peak to peak; a narrower swing is within what counts as one pitch.
_NARROWEST_CENTS = 60.0
#: Largest ratio of neighbouring times and of neighbouring swings.
_EVEN_TIMES, _EVEN_SWINGS = 1.6, 2.0
#: Turning points of the shortest vibrato.
_FEWEST_TURNS = 4
#: Share of the time that the pitch may spend within 15 % of its turning points: a sine's is 0.51, a square's near 1.
_RESTING, _MOST_RESTING = 0.15, 0.68


@dataclass(frozen=True, slots=True)
class Vibrato:
    """A pitch without its vibrato.

    `cents` and `swings` have shape (frames,), a frame each `HOP_SAMPLES`: the centre, and whether it swings there.
    `trusted` says where a pitch was found at all.
    """

    cents: Float64[F64, " frames"]
    swings: Bool[Bools, " frames"]
    trusted: Bool[Bools, " frames"]

    def pitch(self, seconds: float) -> Pitch:
        """Pitch of the centre over the first `seconds`; its confidence is the share of frames within a quarter tone."""
        length = round(seconds / _HOP_SECONDS)
        cents, trusted = self.cents[:length], self.trusted[:length]
        middle = float(np.median(cents[trusted & self.swings[:length]]))
        near = trusted & (np.abs(cents - middle) < 50.0)
        return Pitch(float(LOWEST_HZ * 2.0 ** (middle / 1_200.0)), float(near.mean()))


def find_vibrato(samples: Float32[F32, " samples"], around: Pitch) -> Vibrato | None:
    """The vibrato of a note whose pitch is near `around`, in `samples` of shape (samples,); None without one."""
    if not around.hz or len(samples) < SAMPLE_RATE_HZ // 3:
        return None
    cents, trusted = _follow(samples, around)
    centre, swings = cents.copy(), np.zeros(len(cents), dtype=bool)
    smooth = scipy.ndimage.uniform_filter1d(np.where(trusted, cents, around.cents), 5)
    turns = _turning_points(smooth)
    previous = -len(cents)
    for first, last in _even_runs(turns, smooth):
        run = turns[first : last + 1]
        if not trusted[run[0] : run[-1] + 1].mean() > 0.8 or _resting(smooth, run) > _MOST_RESTING:
            continue
        half = (run[-1] - run[0]) // (2 * (len(run) - 1))
        # two vibratos meet in the middle: that of a second note has a centre of its own
        begin = max(0, run[0] - 2 * half, (run[0] + previous) // 2)
        end, previous = min(len(cents), run[-1] + 2 * half + 1), run[-1]
        middles = (smooth[run[:-1]] + smooth[run[1:]]) / 2.0
        centre[begin:end] = np.interp(np.arange(begin, end), (run[:-1] + run[1:]) / 2.0, middles)
        swings[begin:end] = True
    return Vibrato(centre, swings, trusted) if swings.any() else None


def _follow(samples: Float32[F32, " samples"], around: Pitch) -> tuple[Float64[F64, " frames"], Bool[Bools, " frames"]]:
    """Pitch in cents of each frame near `around`, and whether the frame repeats with it."""
    period = SAMPLE_RATE_HZ / around.hz
    reach = 2.0 ** (_RANGE_CENTS / 1_200.0)
    shortest, longest = max(2, int(period / reach)), int(period * reach) + 2
    window = max(int(_PERIODS * period), 2 * HOP_SAMPLES)
    length = window + longest + 1
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, (length // 2, length)), length)[::HOP_SAMPLES]
    frames = frames[: -(-len(samples) // HOP_SAMPLES)].astype(np.float64)
    size = scipy.fft.next_fast_len(length + window)
    product = scipy.fft.irfft(scipy.fft.rfft(frames, size) * np.conj(scipy.fft.rfft(frames[:, :window], size)), size)
    lags = np.arange(shortest, longest + 1)
    energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    power = energy[:, lags + window] - energy[:, lags]
    own = energy[:, [window]]
    unlike = 1.0 - 2.0 * product[:, lags] / np.maximum(own + power, 1e-12)
    best = np.clip(unlike.argmin(axis=1), 1, len(lags) - 2)
    row = np.arange(len(frames))
    left, middle, right = unlike[row, best - 1], unlike[row, best], unlike[row, best + 1]
    shift = np.clip(0.5 * (left - right) / np.maximum(left - 2.0 * middle + right, 1e-12), -1.0, 1.0)
    cents = 1_200.0 * np.log2(SAMPLE_RATE_HZ / (lags[best] + shift) / LOWEST_HZ)
    loud = own[:, 0] > 1e-3 * own.max()
    return cents, loud & (1.0 - middle > _TRUSTED)


def _turning_points(cents: Float64[F64, " frames"]) -> Int[Indices, " turns"]:
    """Frames at which the pitch turns, up and down in turn."""
    tops, _ = scipy.signal.find_peaks(cents, prominence=_NARROWEST_CENTS / 2.0)
    bottoms, _ = scipy.signal.find_peaks(-cents, prominence=_NARROWEST_CENTS / 2.0)
    return np.sort(np.concatenate([tops, bottoms]))


def _even_runs(turns: Int[Indices, " turns"], cents: Float64[F64, " frames"]) -> list[tuple[int, int]]:
    """First and last index into `turns` of each run of even swings at even times."""
    runs: list[tuple[int, int]] = []
    start = 0
    times, swings = np.diff(turns) * _HOP_SECONDS, np.diff(cents[turns])
    for index in range(len(times) + 1):
        if index < len(times):
            wide = abs(swings[index]) > _NARROWEST_CENTS
            even = wide and _SHORTEST_SECONDS < times[index] < _LONGEST_SECONDS
            if even and index > start:
                even = (
                    swings[index] * swings[index - 1] < 0.0
                    and _ratio(times[index], times[index - 1]) < _EVEN_TIMES
                    and _ratio(swings[index], swings[index - 1]) < _EVEN_SWINGS
                )
            if even:
                continue
        if index - start + 1 >= _FEWEST_TURNS:
            runs.append((start, index))
        alone = index < len(times) and abs(swings[index]) > _NARROWEST_CENTS
        start = index if alone and _SHORTEST_SECONDS < times[index] < _LONGEST_SECONDS else index + 1
    return runs


def _ratio(one: float, other: float) -> float:
    return max(abs(one), abs(other)) / max(min(abs(one), abs(other)), 1e-9)


def _resting(cents: Float64[F64, " frames"], run: Int[Indices, " turns"]) -> float:
    """Share of the time that the pitch spends near its turning points."""
    near = [
        np.abs(np.abs((cents[one:other] - cents[one]) / (cents[other] - cents[one])) - 0.5) > 0.5 - _RESTING
        for one, other in itertools.pairwise(run)
    ]
    return float(np.concatenate(near).mean())
