"""Many channels become one, and channels that cancel are turned, by power.

A channel without sound does not count: one of six in use is as loud as the same sound in a file of one channel. The level
of several is the mean of their powers, each weighted by its own power, which goes to that of the loudest one as the
others fade.
"""

from collections.abc import Callable, Iterable

import numpy as np

from synthmatch.arrays import F32, Audio, Float32
from synthmatch.audio.signals import mono

#: Power of a channel that is not in use, against the loudest: -50 dB, hiss and crosstalk.
_UNUSED = 1e-5
#: Channels cancel where their mean has less than this share of the mean of their powers, a correlation of -0.4 at like levels:
#: of the 91 stereo samples of sonic-pi-samples two have 0.14 and 0.16, all others at least 0.32.
_CANCELS = 0.3


def fold(blocks: Callable[[], Iterable[Float32[F32, "_channels _samples"]]]) -> Audio:
    """Blocks of (channels, samples), which are gone through twice, as (1 or 2, samples).

    Channels without sound are left out. One or two that remain stay as they are; more become their sum at their
    level, or the loudest of them where the sum cancels.
    """
    power = np.sum([np.square(block, dtype=np.float64).sum(axis=1) for block in blocks()], axis=0)
    broken = np.flatnonzero(~np.isfinite(power))
    # NaN stays, and is refused later
    used = broken[:1] if len(broken) else np.flatnonzero(power >= _UNUSED * power.max())
    if not power.any():
        used = used[:1]
    if len(used) <= 2:
        return np.concatenate([block[used] for block in blocks()], axis=1)
    total = sum(float(np.square(block[used].sum(axis=0, dtype=np.float64)).sum()) for block in blocks())
    level = float((power[used] ** 2).sum() / power[used].sum())
    if total < _CANCELS * float(power[used].sum()):
        used, total = power.argmax(keepdims=True), float(power.max())
    if not total:
        raise ValueError("its decoder gives another sound the second time")
    gain = np.sqrt(level / total)
    summed = [gain * block[used].sum(axis=0, dtype=np.float64, keepdims=True) for block in blocks()]
    return np.concatenate(summed, axis=1).astype(np.float32)


def without_cancelling(audio: Float32[F32, "channels samples"]) -> tuple[Float32[F32, "channels samples"], str | None]:
    """Audio (channels, samples) whose mean over the channels is about as loud as they are, and a line where it was not.

    Of two channels in opposite phase the right one is turned over; their powers stay. A channel without sound becomes
    the other one. Everything else is returned as it is.
    """
    if len(audio) != 2:
        return audio, None
    power = np.square(audio, dtype=np.float64).sum(axis=1)
    if power.min() < _UNUSED * power.max():
        side = int(power.argmax())
        return audio[[side, side]], f"only the {('left', 'right')[side]} channel holds sound: it is taken for both"
    both = float(np.square(audio.mean(axis=0), dtype=np.float64).sum())
    if both < _CANCELS * float(power.mean()):
        turned = audio * np.array([[1.0], [-1.0]], dtype=np.float32)
        return turned, "the channels cancel each other: the right one is turned over"
    return audio, None


def mono_without_cancelling(audio: Float32[F32, "channels samples"]) -> Float32[F32, " samples"]:
    """Mean of the channels, one of them turned over where they cancel. Shape: (channels, samples) -> (samples,)."""
    return mono(without_cancelling(audio)[0])
