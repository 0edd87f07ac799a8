"""What the sampler of a drawn Vital preset plays: the residual, once, or back and forth as long as a key is held.

In the latter the first pass must be the target's, and later ones must not repeat its onset. So the sampler's recording is as
loud throughout, and an LFO of its own lowers it after the onset.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synthmatch.analysis.level import levels
from synthmatch.arrays import F64, Float64
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.proposers.drawn.course import spread
from synthmatch.proposers.drawn.table import Drawing, sampled

#: Bytes of a sample.
SAMPLE_BYTES = 2
#: Level of oscillators and sampler, where Vital starts all: they glide from there when a preset is loaded.
LEVEL = np.sqrt(0.5)
#: Seconds of the residual that a preset carries, so that its file has less than 1.5 MB; this share at the end is faded out.
_RESIDUAL_SECONDS, FADED = 6.0, 0.1
#: Peaks of the sampler's recording relative to the level of everything; noise seldom has higher ones, clicks before an onset do.
_HIGHEST_PEAK = 5.0
#: Points of the LFO, half a window of the levels it is made of in seconds, and how much louder an onset may be than what
#: follows, as amplitude. Not tuned.
_POINTS, _HALF_WINDOW, _LOUDEST = 100, 0.02, 100.0


class Residual(NamedTuple):
    """A recording for the sampler, (channels, samples), relative to the level of everything.

    `lowered`: places in a pass and by how much of its level the sampler is lowered there, from 0 to 1, while the recording goes
    back and forth; None where it plays once.
    """

    sound: Float64[F64, "channels samples"]
    lowered: Float64[F64, "_points 2"] | None = None

    @property
    def seconds(self) -> float:
        """How long a pass is."""
        return self.sound.shape[1] / SAMPLE_RATE_HZ

    @property
    def settings(self) -> dict[str, float]:
        """How the sampler plays it."""
        again = float(self.lowered is not None)
        return {
            "sample_on": 1,
            "sample_level": LEVEL,
            "sample_keytrack": 0,
            "sample_loop": again,
            "sample_bounce": again,
        }


def residual(parts: Sequence[Drawing], most_bytes: int) -> Residual:
    """What a sampler plays of a target's channels, of one course, in at most so many bytes."""
    played = parts[0].course
    most_s = min(most_bytes / SAMPLE_BYTES / len(parts) / SAMPLE_RATE_HZ, _RESIDUAL_SECONDS)
    count = max(1, round(min(most_s, played.last_moment) * SAMPLE_RATE_HZ))
    seconds = np.arange(count) / SAMPLE_RATE_HZ
    sound = np.clip(np.stack([sampled(part, seconds) for part in parts]), -_HIGHEST_PEAK, _HIGHEST_PEAK)
    if played.again_s is None:
        return Residual(sound * np.clip((most_s - seconds) / (most_s * FADED), 0.0, 1.0))
    places = spread(_POINTS, count / SAMPLE_RATE_HZ)
    found = levels(np.sqrt(np.square(sound).mean(axis=0)), places, _HALF_WINDOW)
    steady = max(float(np.median(found[places > places[-1] / 2])), found.max() / _LOUDEST)
    louder = np.maximum(found, steady)
    # the next pass begins as loud as it ends
    louder[-1] = steady
    root = np.sqrt(louder / max(louder.max(), np.finfo(np.float64).tiny))
    evened = sound / np.square(np.interp(seconds, places, root))
    return Residual(evened, np.column_stack([places / places[-1], 1 - root]))
