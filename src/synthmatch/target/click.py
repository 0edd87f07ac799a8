"""A click within a note: much louder than the sound around it, which goes on as before."""

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

#: No table compares the thresholds of this module; docs/targets.md has their results.

#: Peaks of 2 ms, the 60 ms to either side, and the 6 ms next to the click.
_BLOCK, _SIDE, _GAP = SAMPLE_RATE_HZ // 500, 30, 3
#: A click is this many times as loud as all else; one side of it is at most that many times as loud as the other.
_LOUDER, _EVEN = 2.0, 2.0


def without_click(audio: Audio) -> tuple[Audio, str]:
    """`audio`, shape (channels, samples), with a click clipped to the peak around it, for the detectors, and a remark.

    Without a click: the same array, and no text.
    """
    blocks = audio.shape[1] // _BLOCK
    if blocks <= 2 * _SIDE:
        return audio, ""
    peaks = np.abs(audio[:, : blocks * _BLOCK]).max(axis=0).reshape(blocks, _BLOCK).max(axis=1)
    at = _SIDE + int(peaks[_SIDE:-_SIDE].argmax())
    begin, end = at - _GAP, at + _GAP + 1
    before, after = float(peaks[at - _SIDE : begin].max()), float(peaks[end : at + _SIDE].max())
    around = max(before, after)
    if peaks[at] < _LOUDER * max(peaks[:begin].max(), peaks[end:].max()) or around > _EVEN * min(before, after):
        return audio, ""
    calm = audio.copy()
    part = slice(begin * _BLOCK, end * _BLOCK)
    calm[:, part] = np.clip(audio[:, part], -around, around)
    louder = float(decibels((peaks[at] / around) ** 2))
    return calm, f"a click {louder:.0f} dB louder than the note at {at * _BLOCK / SAMPLE_RATE_HZ:.2f} s is kept"
