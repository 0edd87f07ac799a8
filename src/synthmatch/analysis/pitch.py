"""How the pitch of a sound moves: vibrato, and glides such as a kick's fall."""

from typing import NamedTuple

import numpy as np
from scipy.fft import next_fast_len
from scipy.ndimage import convolve1d

from synthmatch.analysis.warp import Warp
from synthmatch.arrays import F64, Float64
from synthmatch.features.stft import hann
from synthmatch.note import SAMPLE_RATE_HZ

#: Harmonics that are followed, below so many Hz. Not tuned.
_HARMONICS, _HIGHEST_HZ = 8, 6000.0
#: A window of the phases has so many periods of the fundamental, and seconds at least; steps in it. Not tuned.
_PERIODS, _SHORTEST, _STEPS = 4, 0.02, 8
#: What is so much weaker than the strongest moment, as a share of power, has no pitch: the one beside it counts. Not tuned.
_SILENT = 1e-3
#: A glide is followed within so many octaves of the note, and smoothed over a share of the note's period, or seconds if
#: these are more. Not tuned.
_OCTAVES, _SMOOTH_PERIODS, _SMOOTH_SECONDS = 3.0, 0.5, 0.006
#: Frames that are transformed at a time.
_TOGETHER = 512


class PitchTrack(NamedTuple):
    """A pitch in Hz at times in seconds, and the power that has it, on any scale. It stays as it is before and after."""

    seconds: Float64[F64, " frames"]
    hz: Float64[F64, " frames"]
    power: Float64[F64, " frames"]

    @property
    def mean_hz(self) -> float:
        """The mean of the pitch in cents, by power."""
        return float(2 ** np.average(np.log2(self.hz), weights=self.power))

    @property
    def spread_cents(self) -> float:
        """Standard deviation of the pitch, by power."""
        return float(1200 * np.sqrt(np.average(np.square(np.log2(self.hz / self.mean_hz)), weights=self.power)))

    def at(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        """The pitch at some times, in Hz."""
        return np.interp(seconds, self.seconds, self.hz)

    def warp(self, samples: int, hz: float) -> Warp:
        """What gives a sound of so many samples a constant pitch."""
        return Warp(self.at(np.arange(samples) / SAMPLE_RATE_HZ) / hz)


def harmonic_track(sound: Float64[F64, " samples"], fundamental_hz: float, harmonics: int = _HARMONICS) -> PitchTrack:
    """The track of a harmonic sound near its fundamental, by how fast the phases of its harmonics turn.

    A higher harmonic tells more, and each counts by its power. It follows half a semitone with all harmonics, half an octave
    with two.
    """
    window = 2 * round(max(_PERIODS / fundamental_hz, _SHORTEST) * SAMPLE_RATE_HZ / 2)
    hop = window // _STEPS
    size = 2 << int(np.ceil(np.log2(window)))
    order = np.arange(1, max(1, min(harmonics, int(_HIGHEST_HZ / fundamental_hz))) + 1)
    bins = np.rint(order * fundamental_hz * size / SAMPLE_RATE_HZ).astype(np.int64)
    padded = np.pad(sound, (window // 2, window + hop))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[: len(sound) + hop : hop]
    waves = np.concatenate(
        [
            np.fft.rfft(frames[begin : begin + _TOGETHER] * hann(window), size)[:, bins]
            for begin in range(0, len(frames), _TOGETHER)
        ]
    )
    turned = waves[1:] * np.conj(waves[:-1]) * np.exp(-2j * np.pi * order * fundamental_hz * hop / SAMPLE_RATE_HZ)
    power = np.abs(turned)
    smooth = hann(2 * _STEPS)
    ahead = convolve1d((order * power * np.angle(turned)).sum(axis=1), smooth, mode="constant")
    weight = convolve1d((order**2 * power).sum(axis=1), smooth, mode="constant")
    seconds = (np.arange(len(turned)) + 0.5) * hop / SAMPLE_RATE_HZ
    moved = ahead / np.maximum(weight, np.finfo(np.float64).tiny) * SAMPLE_RATE_HZ / (2 * np.pi * hop)
    return _where_it_sounds(seconds, fundamental_hz + moved, weight)


def partial_track(sound: Float64[F64, " samples"], note_hz: float) -> PitchTrack:
    """The track of one partial that is louder than all others together, three octaves around a note at most, as in a kick.

    It is the mean frequency at each moment by power, with more weight on what is low.
    """
    sound = np.pad(sound, (0, max(0, 2 - len(sound))))
    size = next_fast_len(len(sound) + SAMPLE_RATE_HZ // 10)
    hz = np.fft.fftfreq(size, 1 / SAMPLE_RATE_HZ)
    low = np.where(hz > 0, 2 / (1 + np.square(hz / note_hz)), 0.0)
    analytic = np.fft.ifft(np.fft.fft(sound, size) * low)[: len(sound)]
    turned = analytic[1:] * np.conj(analytic[:-1])
    smooth = hann(2 * max(2, round(max(_SMOOTH_SECONDS, _SMOOTH_PERIODS / note_hz) * SAMPLE_RATE_HZ / 2)))
    mean = convolve1d(turned.real, smooth, mode="constant") + 1j * convolve1d(turned.imag, smooth, mode="constant")
    found_hz = np.angle(mean) * SAMPLE_RATE_HZ / (2 * np.pi)
    held_hz = np.clip(found_hz, note_hz / 2**_OCTAVES, note_hz * 2**_OCTAVES)
    return _where_it_sounds((np.arange(len(mean)) + 0.5) / SAMPLE_RATE_HZ, held_hz, np.abs(mean))


def refined(sound: Float64[F64, " samples"], track: PitchTrack, hz: float) -> PitchTrack:
    """A track that follows a sound's first harmonic, and then all, as they are once the track is taken out."""
    for harmonics in (1, _HARMONICS):
        warp = track.warp(len(sound), hz)
        flat = harmonic_track(warp.flat(sound), hz, harmonics)
        track = track._replace(hz=track.hz * flat.at(warp.flat_seconds(track.seconds)) / hz)
    return track


def _where_it_sounds(
    seconds: Float64[F64, " frames"], hz: Float64[F64, " frames"], power: Float64[F64, " frames"]
) -> PitchTrack:
    sounds = power > _SILENT * power.max()
    if not sounds.any():
        return PitchTrack(seconds, hz, np.ones_like(power))
    return PitchTrack(seconds, np.interp(seconds, seconds[sounds], hz[sounds]), power)
