"""Where a sound begins and ends in a recording, and its level over time.

Audio is (channels, samples) float32 at 44.1 kHz, times are in samples unless a name says seconds.
"""

import numpy as np
import scipy.ndimage

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ

#: Thresholds here were set on sounds of bench/targets.py at other keys, holds and phrases (docs/targets.md); no table compares them.
#: Samples before the onset that stay, so that the attack's first rise is not cut: 2 ms; not tuned.
LEAD_SAMPLES = 88
#: The sound has begun at this level below its peak, and is over at that one.
_BEGINS_DB, _ENDS_DB = -50.0, -75.0
#: A noisy recording: the onset stands this far above its noise, but is sought no higher than 30 dB below the peak.
_ABOVE_NOISE, _HIGHEST_BEGIN_DB = 6.0, -30.0
#: How many times a level must be above the background's; not tuned.
_ABOVE_BACKGROUND = 1.25
#: Samples after the end that stay, and of a block in which noise is measured: 10 ms; not tuned.
_TAIL_SAMPLES = 441

#: Frames of `envelope_db`: one each 5 ms, smoothed over 30 ms, a period of the lowest notes.
ENVELOPE_HOP = 220
_ENVELOPE_WINDOW = 1_323


def sounding_part(audio: Audio, background: float = 0.0) -> slice:
    """Samples from just before the onset to the end of the release tail.

    `background` is the largest sample of what goes before the sound, where that is known: the onset stands above it.
    """
    loudness = np.abs(audio).max(axis=0)
    peak = float(loudness.max())
    begins = peak * 10.0 ** (_BEGINS_DB / 20.0)
    before_peak = loudness[: int(loudness.argmax())]
    if len(before_peak) >= 2 * _TAIL_SAMPLES:
        squares = before_peak[: len(before_peak) // _TAIL_SAMPLES * _TAIL_SAMPLES].astype(np.float64) ** 2
        noise = float(np.sqrt(squares.reshape(-1, _TAIL_SAMPLES).mean(axis=1).min()))
        begins = min(max(begins, noise * _ABOVE_NOISE), peak * 10.0 ** (_HIGHEST_BEGIN_DB / 20.0))
    begins = min(max(begins, background * _ABOVE_BACKGROUND), peak)
    onset = int(np.argmax(loudness >= begins))
    audible = np.flatnonzero(loudness > peak * 10.0 ** (_ENDS_DB / 20.0))
    end = int(audible[-1]) + 1 if len(audible) else onset + 1
    return slice(max(0, onset - LEAD_SAMPLES), min(len(loudness), end + _TAIL_SAMPLES))


def envelope_db(audio: Audio) -> Float64[F64, " frames"]:
    """RMS over the channels in dB below full scale, a frame each `ENVELOPE_HOP` samples, centred. Shape: (frames,)."""
    power = np.square(audio, dtype=np.float64).mean(axis=0)
    smooth = scipy.ndimage.uniform_filter1d(power, _ENVELOPE_WINDOW, mode="constant")[::ENVELOPE_HOP]
    return decibels(smooth)


def frames(seconds: float) -> int:
    """Envelope frames in a time, at least one."""
    return max(1, round(seconds * SAMPLE_RATE_HZ / ENVELOPE_HOP))
