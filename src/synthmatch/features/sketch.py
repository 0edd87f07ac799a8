"""The sketch of a sound: mean mel levels in dB over segments of time that widen from the onset on.

Segments lie on one grid whatever the length of a sound, so sketches of sounds of different lengths are comparable, and a
model that predicts sketches has one output.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from synthmatch.arrays import F32, I64, Audio, Float32, Int64
from synthmatch.audio import decibels
from synthmatch.features.bands import mel_bands
from synthmatch.features.stft import FLOOR_DB, channel_power, frame_count

WINDOW = 2048
HOP = 1024
MELS = 64
#: Frames of 4 s, the default note's render, and about how many segments they are cut into.
_FRAMES = 173
_PARTS = 16


@cache
def segment_starts(frames: int) -> Int64[I64, " segments"]:
    """First frame of each segment of a sound of so many frames, the first at 0. Shape: (segments,), read-only."""
    ratio = _FRAMES ** (1 / _PARTS)
    last = int(np.ceil(np.log(frames + 1) / np.log(ratio)))
    starts = np.unique(np.rint(ratio ** np.arange(last + 1)).astype(np.int64) - 1)
    starts = starts[starts < frames]
    starts.setflags(write=False)
    return starts


def segment_means(levels: Float32[F32, "frames bands"]) -> Float32[F32, "segments bands"]:
    """Means over segments. Shape: (frames, bands) -> (segments, bands)."""
    edges = np.append(segment_starts(len(levels)), len(levels))
    # in half the time of np.add.reduceat
    return np.asarray([levels[start:stop].mean(axis=0) for start, stop in pairwise(edges)], np.float32)


def sketch(audio: Audio) -> Float32[F32, "segments mels"]:
    """The sketch of a sound, (channels, samples), in dBFS. Shape: (segments, MELS)."""
    return segment_means(decibels(channel_power(audio, WINDOW, HOP) @ mel_bands(WINDOW, MELS), FLOOR_DB))


def segment_shares(samples: int, segments: int) -> Float32[F32, " known"]:
    """Share of the time that each of the first `segments` segments of so many samples takes. Shape: (segments or fewer,)."""
    frames = frame_count(samples, WINDOW, HOP)
    starts = segment_starts(frames)
    ends = np.append(starts[1:], frames)[:segments]
    return ((ends - starts[:segments]) / ends[-1]).astype(np.float32)
