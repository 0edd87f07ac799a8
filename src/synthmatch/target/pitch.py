"""Fundamental frequency of one note, with how sure it is.

YIN (de Cheveigné and Kawahara, JASA 111, 2002): the cumulative-mean-normalised difference function of frames over the
sounding part; the first dip that is about as deep as the deepest is a frame's period. The frames vote, the pitch is the
median of the largest group within a quarter tone. Frequencies are in Hz, audio is mono (samples,) at 44.1 kHz.
"""

from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.signal

from synthmatch.arrays import F32, F64, Float32, Float64, Indices, Int
from synthmatch.note import SAMPLE_RATE_HZ

#: Thresholds here were set on sounds of bench/targets.py at other keys, holds and phrases (docs/targets.md); no table compares them.
#: The range of pitches; not tuned.
LOWEST_HZ, HIGHEST_HZ = 20.0, 5_000.0
#: Confidence from which a sound counts as pitched; docs/targets.md has its cost.
PITCHED = 0.4
_LONGEST_LAG = int(SAMPLE_RATE_HZ / LOWEST_HZ) + 2
#: Samples of a frame, and the most frames that vote; a matter of time.
_WINDOW = 2_048
_MAX_FRAMES = 48
#: Dips above this are noise, not periods.
_DEEPEST_NOISE = 0.6
#: Dips within this of the deepest are taken for the same period or its multiples.
_AS_DEEP = 0.08


@dataclass(frozen=True, slots=True)
class Pitch:
    """Fundamental `hz` (0 where none was found) and `confidence` 0..1."""

    hz: float
    confidence: float

    @property
    def midi(self) -> float:
        """Pitch as a fractional MIDI number."""
        return 69.0 + 12.0 * float(np.log2(self.hz / 440.0))

    @property
    def cents(self) -> float:
        """Pitch in cents above `LOWEST_HZ`."""
        return 1_200.0 * float(np.log2(self.hz / LOWEST_HZ))


def find_pitch(samples: Float32[F32, " samples"]) -> Pitch:
    """Pitch of the note in `samples`, shape (samples,): the one most frames agree on."""
    frames, weights = _frames(samples)
    found = [(_period(frame), weight) for frame, weight in zip(frames, weights, strict=True)]
    place = np.array([pitch.cents for pitch, _ in found if pitch.hz])
    vote = np.array([pitch.confidence * weight for pitch, weight in found if pitch.hz])
    if not len(place):
        return Pitch(0.0, 0.0)
    # vibrato is about a quarter tone wide: votes within one belong together
    near = np.abs(place[:, None] - place[None, :]) < 50.0
    total = near @ vote
    best = int(np.argmax(total))
    chosen = near[best]
    order = np.argsort(place[chosen])
    running = np.cumsum(vote[chosen][order])
    middle = place[chosen][order][np.searchsorted(running, running[-1] / 2.0)]
    return Pitch(float(LOWEST_HZ * 2.0 ** (middle / 1_200.0)), float(min(1.0, total[best] / weights.sum())))


def pitch_track(
    samples: Float32[F32, " samples"], hop_samples: int
) -> tuple[Float64[F64, " frames"], Float64[F64, " frames"]]:
    """Pitch in cents above `LOWEST_HZ` and trust 0..1 of frames each `hop_samples`, two arrays of shape (frames,)."""
    length = min(_WINDOW + _LONGEST_LAG // 2, len(samples))
    windows = np.lib.stride_tricks.sliding_window_view(samples, length)[::hop_samples].astype(np.float64)
    floor = 0.03 * float(np.abs(samples).max())
    cents, trust = np.zeros(len(windows)), np.zeros(len(windows))
    for index, window in enumerate(windows):
        if np.abs(window).max() > floor and (pitch := _period(window - window.mean())).hz:
            cents[index], trust[index] = pitch.cents, pitch.confidence
    return cents, trust


def _frames(samples: Float32[F32, " samples"]) -> tuple[Float64[F64, "frames length"], Float64[F64, " frames"]]:
    """Frames of the sounding part, shape (frames, length), and their weights: the root of their energy."""
    window = min(_WINDOW, len(samples) // 2)
    length = window + min(_LONGEST_LAG, len(samples) - window)
    hop = max(220, (len(samples) - length) // _MAX_FRAMES)
    frames = np.lib.stride_tricks.sliding_window_view(samples, length)[::hop].astype(np.float64)
    frames = frames - frames.mean(axis=1, keepdims=True)
    level = np.sqrt(np.mean(frames**2, axis=1))
    # quieter than -30 dB: the release, often noise alone
    loud = level > level.max() * 0.03
    return frames[loud], np.sqrt(level[loud])


def _difference(frame: Float64[F64, " length"]) -> Float64[F64, " lags"]:
    """Cumulative-mean-normalised difference d'(lag) of YIN, lag 0 and up."""
    window = min(_WINDOW, len(frame) // 2)
    lags = len(frame) - window
    size = scipy.fft.next_fast_len(len(frame) + window)
    spectrum = scipy.fft.rfft(frame, size)
    head = scipy.fft.rfft(frame[:window], size)
    product = scipy.fft.irfft(spectrum * np.conj(head), size)[:lags]
    energy = np.concatenate(([0.0], np.cumsum(frame**2)))
    power = energy[window : window + lags] - energy[:lags]
    difference = np.maximum(power[0] + power - 2.0 * product, 0.0)
    mean = np.cumsum(difference[1:]) / np.arange(1, lags)
    normal = np.ones(lags)
    normal[1:] = difference[1:] / np.maximum(mean, 1e-12)
    return normal


def _period(frame: Float64[F64, " length"]) -> Pitch:
    """Pitch of one frame; its confidence is 1 for an exact period."""
    normal = _difference(frame)
    dips = scipy.signal.argrelmin(normal)[0]
    dips = dips[(dips >= SAMPLE_RATE_HZ / HIGHEST_HZ) & (normal[dips] < _DEEPEST_NOISE)]
    if not len(dips):
        return Pitch(0.0, 0.0)
    lag, depth = _parabola(normal, dips)
    # multiples of the period are as deep, but come later
    first = int(np.argmax(depth <= depth.min() + _AS_DEEP))
    return Pitch(float(SAMPLE_RATE_HZ / lag[first]), float(1.0 - depth[first]))


def _parabola(
    values: Float64[F64, " lags"], index: Int[Indices, " *dips"]
) -> tuple[Float64[F64, " *dips"], Float64[F64, " *dips"]]:
    """Place and depth of the minimum of the parabola through three neighbours of each index."""
    left, middle, right = values[index - 1], values[index], values[index + 1]
    bend = np.maximum(left - 2.0 * middle + right, 1e-12)
    shift = 0.5 * (left - right) / bend
    return index + shift, np.maximum(middle - 0.25 * (left - right) * shift, 0.0)
