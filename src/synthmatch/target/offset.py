"""A constant or slowly drifting offset (DC) of a recording: inaudible, but it hides where a sound begins and ends.

An offset is seen where the sound is not, in the quiet with which a recording begins, or in means that stay the same
from the first block to the last. A note's own swing below 20 Hz is no offset.
"""

import numpy as np
import scipy.ndimage

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.note import SAMPLE_RATE_HZ

#: No table compares the thresholds of this module; docs/targets.md has their results.
#: Blocks of 50 ms, a period of 20 Hz; the median of five passes over a note's first swing.
_BLOCK_SAMPLES = SAMPLE_RATE_HZ // 20
_SMOOTH_BLOCKS = 5
_EDGE_SAMPLES = SAMPLE_RATE_HZ // 200
_QUIET_BLOCKS = 3
#: Offsets that far below the peak hide no onset, see `onset._BEGINS_DB`; where there is no quiet, no end.
_HIDING, _HIDING_THROUGHOUT = 10.0 ** (-50.0 / 20.0), 10.0 ** (-40.0 / 20.0)
#: A quiet block: what remains beside its straight line, as a share of its mean or of the peak.
_REST_OF_MEAN, _REST_OF_PEAK = 0.25, 1e-3
#: Means stay the same: their deviation as a share of their mean.
_CONSTANT = 0.15


def without_offset(audio: Audio) -> Audio:
    """`audio`, shape (channels, samples), less its offset; the same array where there is none to speak of."""
    if audio.shape[1] < (_SMOOTH_BLOCKS + _QUIET_BLOCKS) * _BLOCK_SAMPLES:
        return audio
    peak = float(np.abs(audio).max())
    offsets = [_offset(channel.astype(np.float64), peak) for channel in audio]
    if all(offset is None for offset in offsets):
        return audio
    rows = [channel if offset is None else channel - offset for channel, offset in zip(audio, offsets, strict=True)]
    still = np.stack(rows).astype(np.float32)
    # the steps to an offset at a file's ends ring in the resampler
    fade = np.linspace(0.0, 1.0, _EDGE_SAMPLES, dtype=np.float32) ** 2
    still[:, :_EDGE_SAMPLES] *= fade
    still[:, -_EDGE_SAMPLES:] *= fade[::-1]
    return still


def _offset(samples: Float64[F64, " samples"], peak: float) -> Float64[F64, " samples"] | None:
    """The offset of one channel, shape (samples,), or None where there is none to speak of."""
    count = len(samples) // _BLOCK_SAMPLES
    blocks = samples[: count * _BLOCK_SAMPLES].reshape(count, _BLOCK_SAMPLES)
    means = blocks.mean(axis=1)
    middles = (np.arange(count) + 0.5) * _BLOCK_SAMPLES
    quiet = _quiet_blocks(blocks, means, peak)
    largest = np.abs(means[:quiet]).max(initial=0.0)
    curve = (
        np.polynomial.Polynomial.fit(middles[:quiet], means[:quiet], 1 if quiet < 5 else 2)
        if quiet >= _QUIET_BLOCKS
        else None
    )
    smooth = curve is not None and np.abs(means[:quiet] - curve(middles[:quiet])).max() < _REST_OF_MEAN * largest
    if curve is None or not smooth or largest < _HIDING * peak:
        mean = float(means.mean())
        constant = abs(mean) > _HIDING_THROUGHOUT * peak and float(means.std()) < _CONSTANT * abs(mean)
        return np.full(len(samples), mean) if constant else None
    # the quiet part's curve goes on until the sound begins, where an offset may end
    before = np.asarray(curve(np.arange(len(samples))), dtype=np.float64)
    after = np.full(len(samples), before[quiet * _BLOCK_SAMPLES - 1])
    if count > quiet + 1:
        slow = scipy.ndimage.median_filter(means[quiet + 1 :], _SMOOTH_BLOCKS, mode="nearest")
        after = np.interp(np.arange(len(samples)), middles[quiet + 1 :], slow)
    begin, end = (quiet - 1) * _BLOCK_SAMPLES, min(len(samples), (quiet + 2) * _BLOCK_SAMPLES)
    rest_before, rest_after = (samples - before)[begin:end] ** 2, (samples - after)[begin:end] ** 2
    jump = begin + int((np.cumsum(rest_before) + np.cumsum(rest_after[::-1])[::-1]).argmin())
    return np.concatenate([before[:jump], after[jump:]])


def _quiet_blocks(blocks: Float64[F64, "blocks samples"], means: Float64[F64, " blocks"], peak: float) -> int:
    """How many blocks the recording begins with before it sounds."""
    time = np.linspace(-1.0, 1.0, blocks.shape[1])
    slopes = blocks @ time / (time @ time)
    rest = np.sqrt(np.mean((blocks - means[:, None] - slopes[:, None] * time) ** 2, axis=1))
    sounding = rest > np.maximum(_REST_OF_MEAN * np.abs(means), _REST_OF_PEAK * peak)
    return int(sounding.argmax()) if sounding.any() else len(means)
