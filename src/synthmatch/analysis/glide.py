"""A glide that is found by all harmonics of a sound together: portamento, a sung scoop, the fall of a bass drum that is no sine.

At each moment a pitch has the sum of the spectrum at its harmonics, the higher the less: subharmonic summation, after D. J. Hermes,
"Measurement of pitch by subharmonic summation", J. Acoust. Soc. Am. 83, 1988. What lies half-way between them is taken off, so that
no pitch an octave or a twelfth lower has as much: after A. Camacho, "SWIPE", University of Florida, 2007. Of all ways through these
sums the one is taken that has most and moves least.
"""

import numpy as np

from synthmatch.analysis.pitch import PitchTrack
from synthmatch.arrays import F64, I64, Float64, Int64
from synthmatch.features.stft import hann
from synthmatch.note import SAMPLE_RATE_HZ

#: How far from the note's pitch a glide is looked for, either way, and in which steps, in semitones.
_RANGE, _STEP = 25.0, 0.25
#: Harmonics that are summed, what each weighs of the one below it (Hermes has 0.84), and the highest frequency in Hz.
_HARMONICS, _WEIGHT, _HIGHEST_HZ = 15, 0.84, 8000.0
#: Periods of the note in a window, the shortest window in seconds, and its steps. Not tuned.
_PERIODS, _SHORTEST_S, _STEPS = 4, 0.05, 8
#: What a movement of a semitone costs, as a share of the loudest sum. Not tuned.
_COST = 0.02


def glide_track(sound: Float64[F64, " samples"], note_hz: float) -> PitchTrack:
    """The pitch of a sound within 25 semitones of a note, to a quarter of a semitone, to be `refined`.

    Of silence or noise it is any pitch.
    """
    window = 2 * round(max(_PERIODS / note_hz, _SHORTEST_S) * SAMPLE_RATE_HZ / 2)
    hop, size = window // _STEPS, 4 << int(np.ceil(np.log2(window)))
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, window // 2), window)[::hop]
    semitones = np.arange(-_RANGE, _RANGE + _STEP, _STEP)
    candidates_hz = note_hz * 2 ** (semitones / 12)
    sums = np.empty((len(frames), len(semitones)))
    power = np.empty(len(frames))
    for row, frame in enumerate(frames):
        magnitudes = np.abs(np.fft.rfft(frame * hann(window), size))
        power[row] = np.square(magnitudes).sum()
        # weak harmonics tell the pitch as well as loud ones
        sums[row] = _harmonic_sums(np.sqrt(magnitudes), candidates_hz * size / SAMPLE_RATE_HZ)
    way = _best_way(sums / max(float(sums.max()), np.finfo(np.float64).tiny))
    return PitchTrack(np.arange(len(frames)) * hop / SAMPLE_RATE_HZ, candidates_hz[way], power)


def _harmonic_sums(values: Float64[F64, " bins"], places: Float64[F64, " pitches"]) -> Float64[F64, " pitches"]:
    """The sum of a spectrum at multiples of places, less what is half-way between them, each weighted."""
    highest = _HIGHEST_HZ / SAMPLE_RATE_HZ * 2 * (len(values) - 1)
    halves = np.arange(1, 2 * _HARMONICS + 2) / 2
    at = halves * places[:, None]
    found = np.where(at < highest, np.interp(at, np.arange(len(values)), values), 0.0)
    valleys = (found[:, 0:-1:2] + found[:, 2::2]) / 2
    return ((found[:, 1::2] - valleys) * _WEIGHT ** np.arange(_HARMONICS)).sum(axis=1)


def _best_way(sums: Float64[F64, "frames pitches"]) -> Int64[I64, " frames"]:
    """The pitch of each frame on the way that has most of the sums, less what it moves."""
    count = sums.shape[1]
    cost = _COST * _STEP * np.abs(np.arange(count) - np.arange(count)[:, None])
    best, before = sums[0], np.zeros(sums.shape, np.int64)
    for frame in range(1, len(sums)):
        reached = best - cost
        before[frame] = reached.argmax(axis=1)
        best = reached.max(axis=1) + sums[frame]
    way = np.empty(len(sums), np.int64)
    way[-1] = best.argmax()
    for frame in range(len(sums) - 1, 0, -1):
        way[frame - 1] = before[frame, way[frame]]
    return way
