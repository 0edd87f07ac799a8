"""When the key was let go: the start of the release.

On a scale of decibels a release is a straight fall that is steeper than what came before it. The hold ends at the
sharpest such bend after which the level never returns. Sounds that die away by themselves have no bend: they are held
until they are 40 dB below their peak.
"""

import numpy as np

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target.onset import ENVELOPE_HOP, envelope_db, frames

#: Thresholds here were set on sounds of bench/targets.py at other keys, holds and phrases (docs/targets.md); no table compares them.
#: (line before, line after the bend in seconds, steepening in dB a second that counts): short releases, then long ones.
_SCALES = ((0.12, 0.06, 60.0), (0.3, 0.25, 20.0))
#: The bend is seen this much after the key is let go: the median over the DX7 voices of `bench/targets.py`.
_LATE_SECONDS = 0.02
#: A sound without a bend is held until it is this far below its peak; not tuned.
_FADED_DB = 40.0
#: A fall below the level at the bend that shows that the release has begun.
_LEFT_DB = 1.5
#: The shortest hold; not tuned.
_SHORTEST_SECONDS = 0.05


def hold_seconds(audio: Audio) -> float:
    """Time from the start of `audio`, shape (channels, samples), to the release; at most its length."""
    level = envelope_db(audio)
    level = np.maximum(level, level.max() - 60.0)
    length = audio.shape[1] / SAMPLE_RATE_HZ
    for before_seconds, after_seconds, steeper in _SCALES:
        bend = _release(level, frames(before_seconds), frames(after_seconds), steeper)
        if bend is not None:
            released = bend * ENVELOPE_HOP / SAMPLE_RATE_HZ - _LATE_SECONDS
            break
    else:
        audible = np.flatnonzero(level > level.max() - _FADED_DB)
        released = (int(audible[-1]) + 1) * ENVELOPE_HOP / SAMPLE_RATE_HZ
    return float(np.clip(released, min(_SHORTEST_SECONDS, length), length))


def _release(level: Float64[F64, " frames"], before: int, after: int, steeper: float) -> int | None:
    """Frame of the sharpest lasting bend downward by at least `steeper` dB a second, or None."""
    if len(level) < before + after + 2:
        return None
    slope_before, slope_after = _slopes(level, before), _slopes(level, after)
    # centre t: the line before ends at t, the line after starts there
    centre = np.arange(before, len(level) - after)
    bend = slope_before[centre - before] - slope_after[centre]
    later_peak = np.maximum.accumulate(level[::-1])[::-1]
    lasting = later_peak[centre + after] < level[centre] - 3.0
    audible = level[centre] > level.max() - _FADED_DB
    bend = np.where(lasting & audible & (centre > level.argmax()), bend, 0.0)
    best = int(bend.argmax())
    if bend[best] <= steeper:
        return None
    # the line after an abrupt release fits best when it begins before the fall: go on to where the level leaves it
    start = int(centre[best])
    fallen = level[start : start + after + 1] < level[start] - _LEFT_DB
    return start + int(fallen.argmax()) if fallen.any() else start


def _slopes(level: Float64[F64, " frames"], width: int) -> Float64[F64, " runs"]:
    """Slope in dB a second of the line through each run of `width` + 1 frames, by its first frame."""
    runs = np.lib.stride_tricks.sliding_window_view(level, width + 1)
    time = (np.arange(width + 1) - width / 2.0) * ENVELOPE_HOP / SAMPLE_RATE_HZ
    return np.asarray(runs @ time / (time @ time), dtype=np.float64)
