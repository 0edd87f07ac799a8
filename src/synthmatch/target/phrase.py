"""Where a second note begins, if one does.

Two signs count. The pitch steps from one steady value to another while new partials rise: a melody. Or the level jumps
again, fast, from well below the first attack to about its height, or with another spectrum: a repeated or unpitched
note. Tremolo rises slowly, an echo is weaker than what it repeats and has its spectrum, vibrato and glides are not
steady: all three are one note.
"""

import itertools

import numpy as np
import scipy.signal

from synthmatch.arrays import F32, F64, Audio, Float32, Float64
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target.gate import is_gated
from synthmatch.target.pitch import LOWEST_HZ, find_pitch, pitch_track
from synthmatch.target.vibrato import HOP_SAMPLES, Vibrato

#: Thresholds here were set on sounds of bench/targets.py at other keys, holds and phrases (docs/targets.md); no table compares them.
_HOP, _WINDOW = 256, 1_024
#: Bands of the spectrum, 40 Hz to 16 kHz.
_BANDS = 32
#: A new attack rises by this within 23 ms.
_JUMP_DB = 8.0
#: The widest vibrato to either side of a note that is given: a whole tone and a quarter.
_VIBRATO_CENTS = 250.0


def second_onset(
    audio: Audio,
    samples: Float32[F32, " samples"],
    *,
    vibrato: Vibrato | None = None,
    chord: bool = False,
    after: int = 0,
    midi_pitch: int | None = None,
) -> int | None:
    """Sample at which a second note begins, `after` that sample, or None.

    `audio` has shape (channels, samples) and `samples` is its mono, shape (samples,). Where the pitch swings in a
    `vibrato`, its centre counts. In a `chord` the pitch of a frame means nothing: new attacks alone count. Steps near a
    given `midi_pitch` are no notes.
    """
    if len(samples) < 0.15 * SAMPLE_RATE_HZ:
        return None
    bands = _bands_db(audio)
    attack = _attack(bands, after)
    if attack is not None and is_gated(audio, samples, find_pitch(samples[: SAMPLE_RATE_HZ * 3 // 2])):
        attack = None
    onsets = [attack, None if chord else _step(bands, samples, vibrato, after, midi_pitch)]
    return min((onset for onset in onsets if onset is not None), default=None)


def _bands_db(audio: Audio) -> Float64[F64, "bands frames"]:
    """Level of logarithmic bands from 40 Hz to 16 kHz, floored at 60 dB below the loudest. Shape: (bands, frames)."""
    padded = np.pad(audio, ((0, 0), (_WINDOW // 2, _WINDOW // 2)))
    _, _, spectrum = scipy.signal.stft(
        padded, SAMPLE_RATE_HZ, "hann", _WINDOW, _WINDOW - _HOP, boundary=None, padded=False
    )
    power = np.mean(np.abs(spectrum) ** 2, axis=0)
    edges = np.unique(np.round(np.geomspace(40.0, 16_000.0, _BANDS + 1) * _WINDOW / SAMPLE_RATE_HZ).astype(int))
    level = decibels(np.add.reduceat(power, edges[:-1], axis=0))
    return np.asarray(np.maximum(level, level.max() - 60.0), dtype=np.float64)


def _attack(bands: Float64[F64, "bands frames"], after: int) -> int | None:
    """First fast jump of the level after the first attack has decayed."""
    level = decibels(np.sum(10.0 ** (bands / 10.0), axis=0))
    rise_frames, look, back = 4, 10, 6  # 23, 58 and 35 ms: a bass note's own ripple is no attack
    for frame in range(max(12, after // _HOP), len(level) - look):
        if level[frame + rise_frames] - level[frame - back : frame + 1].max() < _JUMP_DB:
            continue
        # tremolo and a slow first attack rise already
        if level[frame] - level[frame - 3] > 2.0 or level[:frame].max() < level.max() - 24.0:
            continue
        first, again = level[:frame].max(), level[frame : frame + look].max()
        first_at = int(level[:frame].argmax())
        old = bands[:, first_at : first_at + look].mean(axis=1)
        new = bands[:, frame + rise_frames : frame + rise_frames + look].mean(axis=1)
        other = float(np.mean(np.abs((old - old.mean()) - (new - new.mean()))))
        if again > first - 2.5 or (again > first - 20.0 and other > 9.0):
            return (frame + 1) * _HOP
    return None


def _step(
    bands: Float64[F64, "bands frames"],
    samples: Float32[F32, " samples"],
    vibrato: Vibrato | None,
    after: int,
    midi_pitch: int | None,
) -> int | None:
    """First step of a steady pitch to another that is not its harmonic, with partials that rise."""
    hop = 882  # 20 ms
    cents, trust = pitch_track(samples, hop)
    if vibrato is not None:
        # the middle of a frame of `pitch_track`
        middle = (np.arange(len(cents)) * hop + 1_575) // HOP_SAMPLES
        middle = np.minimum(middle, len(vibrato.cents) - 1)
        swings = vibrato.swings[middle] & vibrato.trusted[middle]
        cents, trust = np.where(swings, vibrato.cents[middle], cents), np.where(swings, 1.0, trust)
    given = 0.0 if midi_pitch is None else 100.0 * (midi_pitch - 69) + 1_200.0 * np.log2(440.0 / LOWEST_HZ)
    runs = _runs(cents, trust)
    for (_, end, old), (start, _, new) in itertools.pairwise(runs):
        fold = abs(old - new) % 1_200.0
        if abs(old - new) < 80.0 or min(fold, 1_200.0 - fold) < 50.0:
            continue
        if midi_pitch is not None and max(abs(old - given), abs(new - given)) < _VIBRATO_CENTS:
            continue
        first, last = max(0, (end * hop - 1_024) // _HOP), (start * hop + 3_072) // _HOP
        rises = np.maximum(bands[:, 4:] - bands[:, :-4], 0.0).mean(axis=0)[first:last]
        if len(rises) and rises.max() > 2.0 and (onset := int(first + rises.argmax() + 2) * _HOP) >= after:
            return onset
    return None


def _runs(cents: Float64[F64, " frames"], trust: Float64[F64, " frames"]) -> list[tuple[int, int, float]]:
    """(first frame, last frame, cents) of the steady parts: at least 80 ms within 40 cents, trusted."""
    runs: list[tuple[int, int, float]] = []
    start = 0
    for frame in range(1, len(cents) + 1):
        steady = frame < len(cents) and trust[frame] > 0.6 and abs(cents[frame] - np.median(cents[start:frame])) < 40.0
        if not steady:
            if frame - start >= 4 and trust[start] > 0.6:
                runs.append((start, frame - 1, float(np.median(cents[start:frame]))))
            start = frame
    return runs
