"""How loud a sound is over time, and how it falls."""

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.note import SAMPLE_RATE_HZ


def levels(
    sound: Float64[F64, " samples"], seconds: Float64[F64, " times"], half_window_s: float
) -> Float64[F64, " times"]:
    """Root mean square around each time, from as much before it as after it, within the sound."""
    sums = np.concatenate([[0.0], np.cumsum(np.square(sound))])
    begins = np.clip(np.rint((seconds - half_window_s) * SAMPLE_RATE_HZ), 0, len(sound) - 1).astype(np.int64)
    ends = np.clip(np.rint((seconds + half_window_s) * SAMPLE_RATE_HZ), begins + 1, len(sound)).astype(np.int64)
    return np.sqrt(np.maximum(sums[ends] - sums[begins], 0.0) / (ends - begins))


def fall_db_per_second(sound: Float64[F64, " samples"], begin_s: float, end_s: float) -> float:
    """How fast a sound falls between two times, by a line through its levels in frames of 20 ms. Below 0: it grows.

    0 where fewer than three frames are between them.
    """
    frame = SAMPLE_RATE_HZ // 50
    part = sound[round(begin_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)]
    count = len(part) // frame
    if count < 3:
        return 0.0
    power = np.square(part[: count * frame]).reshape(count, frame).mean(axis=1)
    level = 10 * np.log10(power + np.finfo(np.float64).tiny)
    middle = np.arange(count) - (count - 1) / 2
    return float(-50 * (middle * level).sum() / np.square(middle).sum())
