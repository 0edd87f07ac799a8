"""A constant or slowly drifting offset (DC) of a recording: inaudible, but it hides where a sound begins and ends."""

import numpy as np
import numpy.typing as npt
import scipy.ndimage

from synthmatch.audio import Audio
from synthmatch.note import SAMPLE_RATE_HZ

Floats = npt.NDArray[np.float64]

#: The offset is the mean of blocks of 50 ms, a period of 20 Hz; the median of five passes over a note's first swing.
_BLOCK_SAMPLES = SAMPLE_RATE_HZ // 20
_BLOCKS = 5
#: Quieter offsets below the peak do not hide an onset, see `onset._BEGINS_DB`.
_AUDIBLE_DB = -50.0
#: An offset changes slowly: mean square step from block to block over its mean square. A noise's is 2.
_SLOW = 0.3
#: Neighbouring blocks that differ by more of the peak are a jump, whose place is sought to the sample.
_JUMP = 0.003


def without_offset(audio: Audio) -> Audio:
    """`audio`, shape (channels, samples), less its offset; the same array where there is none to speak of."""
    blocks = audio.shape[1] // _BLOCK_SAMPLES
    peak = float(np.abs(audio).max())
    if blocks < _BLOCKS:
        return audio
    offsets = [_offset(channel.astype(np.float64), blocks, peak) for channel in audio]
    if all(offset is None for offset in offsets):
        return audio
    still = np.zeros(audio.shape[1])
    return np.stack(
        [channel - (still if offset is None else offset) for channel, offset in zip(audio, offsets, strict=True)]
    ).astype(np.float32)


def _offset(samples: Floats, blocks: int, peak: float) -> Floats | None:
    """The slow part of one channel, shape (samples,), or None where there is none to speak of."""
    means = samples[: blocks * _BLOCK_SAMPLES].reshape(blocks, _BLOCK_SAMPLES).mean(axis=1)
    slow = scipy.ndimage.median_filter(means, _BLOCKS, mode="nearest")
    square = float(np.mean(slow**2))
    if np.abs(slow).max() < peak * 10.0 ** (_AUDIBLE_DB / 20.0) or np.mean(np.diff(means) ** 2) > _SLOW * square:
        return None
    middles = (np.arange(blocks) + 0.5) * _BLOCK_SAMPLES
    offset = np.interp(np.arange(len(samples)), middles, slow)
    for block in np.flatnonzero(np.abs(np.diff(slow)) > _JUMP * peak):
        begin, end = int(middles[max(0, block - 1)]), int(middles[min(blocks - 1, block + 2)])
        before, after = slow[block], slow[block + 1]
        part = samples[begin:end]
        cost = np.cumsum((part - before) ** 2) + np.cumsum(((part - after) ** 2)[::-1])[::-1]
        jump = begin + int(cost.argmin())
        offset[begin:jump], offset[jump:end] = before, after
    return offset
