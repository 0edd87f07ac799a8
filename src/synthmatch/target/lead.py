"""What comes before a note in a recording: an even background, and short noises that are not its attack.

A background is what a file begins with and goes on with evenly: hum, hiss. The sound begins where it rises from it. A
noise, such as a bump, a click or a breath, is short and falls back to the background before a longer sound with a pitch
begins. What runs into the tone without a gap, as a hammer's knock or a flute's chiff does, is its attack and stays.
Levels are those of frames of 20 ms, a period of 50 Hz, one each 5 ms.
"""

import numpy as np
import scipy.ndimage

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import decibels, peak_dbfs
from synthmatch.audio.channels import mono_without_cancelling
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target.onset import sounding_part
from synthmatch.target.pitch import PITCHED, find_pitch

#: No table compares the thresholds of this module; docs/targets.md has their results.
_WINDOW, _HOP = SAMPLE_RATE_HZ // 50, SAMPLE_RATE_HZ // 200
_HOP_SECONDS = _HOP / SAMPLE_RATE_HZ
#: A background lasts at least this long and keeps within these of its middle level, from which the sound rises by that.
_BACKGROUND_SECONDS, _EVEN_DB, _RISE_DB = 0.15, 3.0, 8.0
#: The same of a background with a pitch that is no hum of the mains (50 or 60 Hz): it may be a first note.
_TONE_RISE_DB, _MAINS_HZ, _MAINS_OFF_HZ = 20.0, (50.0, 60.0), 1.5
#: A part sounds this far above the background, and within that of the peak.
_ABOVE_DB, _BELOW_PEAK_DB = 6.0, -45.0
#: Longest click, bump and breath, and how much weaker than the note's each one's level is at least; a click may be louder.
_CLICK_SECONDS, _BUMP_SECONDS, _BREATH_SECONDS = 0.035, 0.13, 0.4
_BUMP_WEAKER_DB, _BREATH_WEAKER_DB = 4.0, 15.0
#: The note after a noise lasts at least this long.
_NOTE_SECONDS = 0.15
_PITCH_SAMPLES = SAMPLE_RATE_HZ * 3 // 2


def find_part(audio: Audio) -> tuple[slice, list[str]]:
    """Samples of `audio`, shape (channels, samples), from just before its note to its end; remarks on what is left out."""
    level = _level_db(audio)
    quiet = _background(audio, level)
    active = level > level.max() + _BELOW_PEAK_DB
    if quiet:
        active &= level > np.median(level[:quiet]) + _ABOVE_DB
    edges = np.flatnonzero(np.diff(np.pad(active.astype(np.int8), 1)))
    parts = [slice(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    note = next((n for n, part in enumerate(parts) if _seconds(part) >= _NOTE_SECONDS and _pitched(audio, part)), 0)
    if any(not _is_noise(audio, level, part, parts[note]) for part in parts[:note]):
        note = 0
    if not note:
        return sounding_part(audio, _peak(audio, 0, parts[0].start) if quiet else 0.0), []
    # a frame's level begins with its first sample: the last noise is over when its last frame begins
    begin = parts[note - 1].stop * _HOP
    part = sounding_part(audio[:, begin:], _peak(audio, begin, parts[note].start))
    remarks = [_pop(audio, each, parts[note]) for each in parts[:note]]
    return slice(begin + part.start, begin + part.stop), [remark for remark in remarks if remark]


def _level_db(audio: Audio) -> Float64[F64, " frames"]:
    """RMS over the channels of each frame in dB below full scale. Shape: (frames,)."""
    power = np.square(audio, dtype=np.float64).mean(axis=0)
    smooth = scipy.ndimage.uniform_filter1d(power, _WINDOW, mode="constant", origin=-(_WINDOW // 2))[::_HOP]
    return decibels(smooth)


def _background(audio: Audio, level: Float64[F64, " frames"]) -> int:
    """Frames of the even background with which the recording begins; 0 without one."""
    shortest = round(_BACKGROUND_SECONDS / _HOP_SECONDS)
    middle = float(np.median(level[:shortest]))
    uneven = np.flatnonzero(np.abs(level - middle) > _EVEN_DB)
    end = int(uneven[0]) if len(uneven) else 0
    # what is quieter than a part may be is silence
    if end < shortest or not _BELOW_PEAK_DB - _ABOVE_DB < middle - level.max() < -_RISE_DB:
        return 0
    pitch = find_pitch(mono_without_cancelling(audio[:, : end * _HOP]))
    mains = any(abs(pitch.hz - multiple * hz) < _MAINS_OFF_HZ for hz in _MAINS_HZ for multiple in (1, 2))
    if pitch.confidence < PITCHED or mains:
        return end
    return end if level[end] > middle and level.max() > middle + _TONE_RISE_DB else 0


def _is_noise(audio: Audio, level: Float64[F64, " frames"], part: slice, note: slice) -> bool:
    """Whether `part` is a click, a bump or a breath before the note."""
    weaker = level[note].max() - level[part].max()
    seconds = _seconds(part)
    if seconds < _CLICK_SECONDS:
        return True
    if seconds < _BUMP_SECONDS:
        return bool(weaker > _BUMP_WEAKER_DB)
    return seconds < _BREATH_SECONDS and bool(weaker > _BREATH_WEAKER_DB) and not _pitched(audio, part)


def _pitched(audio: Audio, part: slice) -> bool:
    begin = part.start * _HOP
    end = min(part.stop * _HOP, begin + _PITCH_SAMPLES)
    return find_pitch(mono_without_cancelling(audio[:, begin:end])).confidence >= PITCHED


def _pop(audio: Audio, part: slice, note: slice) -> str:
    """A remark on a noise that is louder than the note; empty for another."""
    louder = peak_dbfs(audio[:, part.start * _HOP : part.stop * _HOP + _WINDOW]) - peak_dbfs(
        audio[:, note.start * _HOP : note.stop * _HOP]
    )
    if louder < 1.0:
        return ""
    return (
        f"a click {louder:.0f} dB louder than the note, {(note.start - part.start) * _HOP_SECONDS:.2f} s before it,"
        " is left out"
    )


def _seconds(part: slice) -> float:
    """Length of a part without what the window adds."""
    return max(0.0, (part.stop - part.start) * _HOP_SECONDS - _WINDOW / SAMPLE_RATE_HZ)


def _peak(audio: Audio, begin: int, frame: int) -> float:
    """Largest sample from `begin` up to a `frame`."""
    return float(np.abs(audio[:, begin : max(begin + 1, frame * _HOP)]).max())
