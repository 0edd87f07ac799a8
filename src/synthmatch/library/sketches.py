"""The sketch that a library's timbre tells of: levels of semitones over a note's parts, on the grid of a sketch.

A timbre is stored for comparison, and not to be converted: semitones are taken for levels of
a spectrum that is straight between them, parts of the note for steps. Where a timbre says nothing, below 55 Hz and later
than a second after the note's end, its nearest level stands.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from synthmatch.arrays import F32, Float32
from synthmatch.audio import decibels
from synthmatch.features.bands import LOWEST_PITCH, SEMITONE_BANDS, mel_bands
from synthmatch.features.sketch import HOP, MELS, WINDOW, segment_starts
from synthmatch.features.stft import FLOOR_DB
from synthmatch.features.timbre import HELD_EDGES, RELEASE_EDGES
from synthmatch.note import SAMPLE_RATE_HZ

#: The loudest level of a sketch, in dBFS; a bound against overflow, not tuned.
_CEILING_DB = 20.0


def stored_sketches(
    levels: Float32[F32, "presets parts semitones"], hold_seconds: float, frames: int
) -> Float32[F32, "presets segments mels"]:
    """Sketches of so many frames from timbres of a note that is held so long.

    Shape: (N, timbre.SEGMENTS, SEMITONE_BANDS) -> (N, segments, MELS), both in dBFS.
    """
    powers = np.power(np.float32(10.0), np.minimum(levels, np.float32(_CEILING_DB)) / 10, dtype=np.float32)
    return np.asarray(_shares(hold_seconds, frames) @ decibels(powers @ _mels_of_semitones(), FLOOR_DB), np.float32)


@cache
def _mels_of_semitones() -> Float32[F32, "semitones mels"]:
    """What each semitone's power adds to each mel band. Shape: (SEMITONE_BANDS, MELS)."""
    bins_hz = np.maximum(np.arange(WINDOW // 2 + 1) * SAMPLE_RATE_HZ / WINDOW, 1.0)
    place = 12 * np.log2(bins_hz / 440) + 69 - LOWEST_PITCH
    near = np.maximum(0.0, 1.0 - np.abs(np.clip(place, 0, SEMITONE_BANDS - 1) - np.arange(SEMITONE_BANDS)[:, None]))
    return (near @ mel_bands(WINDOW, MELS)).astype(np.float32)


def _shares(hold_seconds: float, frames: int) -> Float32[F32, "segments parts"]:
    """Which share of each segment of a sketch is of which part of the note. Shape: (segments, timbre.SEGMENTS)."""
    seconds = np.append(segment_starts(frames), frames) * HOP / SAMPLE_RATE_HZ
    ends = np.minimum([*HELD_EDGES[:-1], np.inf], hold_seconds)
    released = hold_seconds + np.array([*RELEASE_EDGES[:-1], np.inf])
    parts = np.array([*pairwise(ends), *pairwise(released)])
    begins, finishes = (np.clip(edge[:, None], parts[:, 0], parts[:, 1]) for edge in (seconds[:-1], seconds[1:]))
    return ((finishes - begins) / np.diff(seconds)[:, None]).astype(np.float32)
