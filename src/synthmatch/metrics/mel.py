"""Multi-scale log-mel spectral distance.

Arguments are (reference, estimated), audio (channels, samples) or (samples,) at 44.1 kHz; lower is better, identity is
0. What is of another length or unusable: see `inputs`.

Source: Hayes et al., ISMIR 2025 (ben-hayes/synth-permutations, `scripts/compute_audio_metrics.py`).
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float, Floats
from synthmatch.audio import decibels
from synthmatch.features.bands import slaney_mel_power
from synthmatch.metrics.inputs import samples, validate

#: (window in ms, hop in ms, mels) of each scale
SCALES = ((10, 5, 32), (25, 10, 64), (100, 50, 128))
#: Levels are held within this many dB of the loudest bin, so no two arrays differ by more.
RANGE_DB = 80.0


def mss(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Mean over the scales of the mean absolute difference of log-mel spectra, in dB; blind to level.

    Each spectrum is in dB relative to the maximum of its whole array, channels included, and held above -80 dB. Both
    silent: 0. One silent: 80, more than any two sounds can differ by.
    """
    sides = validate(reference, estimated)
    silent = [not side.any() for side in sides]
    if any(silent):
        return 0.0 if all(silent) else RANGE_DB
    return float(np.mean([_distance(sides, *scale) for scale in SCALES]))


def _distance(sides: tuple[F64, F64], window_ms: int, hop_ms: int, mels: int) -> float:
    first, second = (_relative_db(slaney_mel_power(side, samples(window_ms), samples(hop_ms), mels)) for side in sides)
    return float(np.mean(np.abs(first - second)))


def _relative_db(power: Float[Floats, " *shape"]) -> Float[Floats, " *shape"]:
    """Decibels below the array's maximum, at most `RANGE_DB` of them. Same shape.

    librosa's own floor of 1e-10 is left out: it would make the distance of quiet sounds depend on level.
    """
    return decibels(power / power.max(), -RANGE_DB)
