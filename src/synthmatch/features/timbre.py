"""The library's feature: semitone-band levels over segments of a note, which can be transposed and cut to length.

A note is described by its held part, in segments that widen away from the onset, and by its release, in segments from
the note's end. So a library note of 3 s can be compared with a target that is shorter: segments that the target lacks
get no weight. Bands a semitone apart make a transposition a shift. Shape: (SEGMENTS, SEMITONE_BANDS), in dBFS.
"""

from itertools import pairwise

import numpy as np

from synthmatch.arrays import F16, F32, Float16, Float32
from synthmatch.audio import decibels
from synthmatch.features.bands import SEMITONE_BANDS, semitone_bands
from synthmatch.features.stft import FLOOR_DB, power_frames
from synthmatch.note import SAMPLE_RATE_HZ, Note

_WINDOW = 2048
_HOP = 512
#: Edges of the held part's segments in seconds after the onset, and of the release's after the note's end.
HELD_EDGES = (0.0, 0.03, 0.07, 0.12, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.0, 3.0)
RELEASE_EDGES = (0.0, 0.05, 0.12, 0.25, 0.5, 1.0)
SEGMENTS = len(HELD_EDGES) + len(RELEASE_EDGES) - 2


def timbre(
    audio: Float32[F32, "*channels samples"], note: Note
) -> tuple[Float32[F32, "segments bands"], Float32[F32, " segments"]]:
    """Levels in dBFS, shape (SEGMENTS, SEMITONE_BANDS), and the seconds of sound behind each, shape (SEGMENTS,).

    `audio`: (channels, samples) or (samples,), starting at ``note.start_seconds``.
    """
    levels = decibels(power_frames(audio, _WINDOW, _HOP) @ semitone_bands(_WINDOW), FLOOR_DB)
    # a frame is placed by its centre, but the first starts the note
    times = np.arange(len(levels)) * _HOP / SAMPLE_RATE_HZ - note.start_seconds
    hold = min(note.hold_seconds, note.render_seconds - note.start_seconds)
    held = [(a, min(b, hold)) for a, b in pairwise(HELD_EDGES)]
    released = [(hold + a, hold + b) for a, b in pairwise(RELEASE_EDGES)]
    means = np.full((SEGMENTS, SEMITONE_BANDS), FLOOR_DB, np.float32)
    seconds = np.zeros(SEGMENTS, np.float32)
    for i, (start, stop) in enumerate(held + released):
        rows = levels[(times >= start) & (times < stop)]
        if len(rows):
            means[i] = rows.mean(axis=0)
            seconds[i] = len(rows) * _HOP / SAMPLE_RATE_HZ
    return means, seconds


class TimbreMeasure:
    """What a library keeps of a render of `note`, picklable for workers: `timbre` levels and the peak."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def __call__(self, audio: Float32[F32, "*channels samples"]) -> tuple[Float16[F16, "segments bands"], float]:
        """Levels in dBFS, shape (SEGMENTS, SEMITONE_BANDS), to 0.06 dB; peak of the audio, 1 is full scale."""
        return timbre(audio, self._note)[0].astype(np.float16), float(np.abs(audio).max(initial=0.0))
