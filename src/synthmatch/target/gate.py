"""Whether one note is opened and closed again and again, by a gate, a chopper or a deep tremolo.

A gate lets through even pieces of one sound at an even pace: they have one pitch and one spectrum, neither begin louder
than they end nor close more slowly than they open. What is struck again decays, what is blown or bowed again has a
release, an arpeggio changes its pitch: those are notes of their own.
"""

import numpy as np
import scipy.fft
import scipy.ndimage
import scipy.signal

from synthmatch.arrays import F32, F64, Audio, Float32, Float64, Indices, Int
from synthmatch.audio import decibels
from synthmatch.features.stft import hann
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target.pitch import Pitch, find_pitch

#: No table compares the thresholds of this module; docs/targets.md has notes with and without these rules.
_HOP = 64
_HOP_SECONDS = _HOP / SAMPLE_RATE_HZ
#: Window of the level: a period of the note, within these seconds.
_SHORTEST_WINDOW, _LONGEST_WINDOW = 0.005, 0.02
#: Open above half of the largest amplitude around, closed below a fifth.
_OPEN, _CLOSED = 0.5, 0.2
#: Pieces of the shortest gate.
_FEWEST_PIECES = 3
#: From one piece to the next: 17 to 1.8 Hz.
_FASTEST_SECONDS, _SLOWEST_SECONDS = 1.0 / 17.0, 0.55
#: Pieces come evenly where each step is this near the middle one.
_EVEN_SECONDS, _EVEN_SHARE = 0.01, 0.08
#: Share of the steps that must be even: the first piece may begin late, the release may break the last.
_MOSTLY = 0.7
#: How much an open piece may fall (a struck note's falls by the 6 dB that make it open), and pieces may differ.
_FALL_DB, _LEVEL_DB = 3.0, 4.0
#: How much longer it may take to close than to open.
_SLOWER_SECONDS = 0.012
#: Most pieces have the pitch of the middle one; a short one's octave may be mistaken.
_SAME_CENTS, _MOST_PIECES = 40.0, 0.85
#: How much the spectrum may change within a piece: that of the gated notes of `bench/one_note.py` changes by 1 dB.
_CHANGE_DB = 3.5


def is_gated(audio: Audio, samples: Float32[F32, " samples"], pitch: Pitch) -> bool:
    """Whether `audio`, shape (channels, samples), is one gated note; `samples` is its mono and `pitch` about its pitch."""
    period = 1.0 / pitch.hz if pitch.hz else _SHORTEST_WINDOW
    window = round(np.clip(period, _SHORTEST_WINDOW, _LONGEST_WINDOW) * SAMPLE_RATE_HZ)
    power = np.square(audio, dtype=np.float64).mean(axis=0)
    level = np.sqrt(np.maximum(scipy.ndimage.uniform_filter1d(power, window, mode="constant")[::_HOP], 0.0))
    around = scipy.ndimage.maximum_filter1d(level, round(_SLOWEST_SECONDS / _HOP_SECONDS))
    begins, ends = _pieces(level / np.maximum(around, 1e-3 * level.max()))
    if len(begins) < _FEWEST_PIECES:
        return False
    if max(_evenness(begins), _evenness(ends)) < _MOSTLY:
        return False
    db = decibels(np.square(level))
    pieces = [db[begin:end] for begin, end in zip(begins, ends, strict=True)]
    falls = [piece[: len(piece) // 2].mean() - piece[len(piece) // 2 :].mean() for piece in pieces if len(piece) > 3]
    if not falls or 2.0 * abs(float(np.median(falls))) > _FALL_DB:
        return False
    if np.median(np.abs(np.diff([piece.max() for piece in pieces]))) > _LEVEL_DB:
        return False
    slower = []
    for end, begin in zip(ends[:-1], begins[1:], strict=True):
        shut = np.flatnonzero(level[end:begin] < _CLOSED * around[end:begin])
        if len(shut):
            slower.append((shut[0] - (begin - end - 1 - shut[-1])) * _HOP_SECONDS)
    if slower and np.median(slower) > _SLOWER_SECONDS:
        return False
    open_parts = [samples[begin * _HOP : end * _HOP] for begin, end in zip(begins, ends, strict=True)]
    return _one_pitch(open_parts) and _change_db(open_parts) < _CHANGE_DB


def _pieces(share: Float64[F64, " frames"]) -> tuple[Int[Indices, " pieces"], Int[Indices, " pieces"]]:
    """First and last frame of each open piece, from the level as a share of the largest around."""
    state = np.where(share > _OPEN, 1, np.where(share < _CLOSED, -1, 0))
    # what is neither stays as it was: beating within a piece does not part it
    known = np.maximum.accumulate(np.where(state != 0, np.arange(len(state)), 0))
    edges = np.flatnonzero(np.diff(np.pad((state[known] == 1).astype(np.int8), 1)))
    return edges[::2], edges[1::2]


def _evenness(edges: Int[Indices, " edges"]) -> float:
    """Share of the steps between edges that are as long as the middle one; 0 where that is no gate's."""
    steps = np.diff(edges) * _HOP_SECONDS
    step = float(np.median(steps))
    if not _FASTEST_SECONDS < step < _SLOWEST_SECONDS:
        return 0.0
    return float(np.mean(np.abs(steps - step) < max(_EVEN_SECONDS, _EVEN_SHARE * step)))


def _one_pitch(pieces: list[Float32[F32, " _samples"]]) -> bool:
    found = [find_pitch(piece) for piece in pieces if len(piece) > 4 * _HOP]
    cents = np.array([pitch.cents for pitch in found if pitch.confidence > 0.7])
    return len(cents) == 0 or bool(np.mean(np.abs(cents - np.median(cents)) < _SAME_CENTS) > _MOST_PIECES)


def _change_db(pieces: list[Float32[F32, " _samples"]]) -> float:
    """Mean difference of the spectrum between the beginnings and the ends of the pieces, in bands of a third octave."""
    length = int(np.median([len(piece) for piece in pieces]))
    window = min(SAMPLE_RATE_HZ * 3 // 100, length // 2)
    whole = [piece for piece in pieces if len(piece) >= 2 * window]
    begin = np.mean([_bands_db(piece[:window]) for piece in whole], axis=0)
    end = np.mean([_bands_db(piece[-window:]) for piece in whole], axis=0)
    loud = np.maximum(begin, end)
    return float(np.abs(begin - end)[loud > loud.max() - 25.0].mean())


def _bands_db(samples: Float32[F32, " samples"]) -> Float64[F64, " bands"]:
    size = 4_096
    power = np.abs(scipy.fft.rfft(samples * hann(len(samples)), size)) ** 2
    edges = np.unique(np.round(np.geomspace(80.0, 12_000.0, 24) * size / SAMPLE_RATE_HZ).astype(int))
    return decibels(np.add.reduceat(power, edges)[:-1])
