"""What every audio metric does with its arguments before it computes: one rule for all of them.

Audio is (channels, samples) or (samples,), floating, at 44.1 kHz; the order is (reference, estimated).

* An array that is empty, of another shape, of integers, or has NaN or infinite samples raises `InputError`.
* The shorter of the two is padded with zeros at its end: a sound that stops early is silent after its end.
* A single channel stands for each channel of the other side, as it would over two loudspeakers.
* A side whose peak is below -100 dBFS is silent and becomes exactly 0, so that every metric has one silence to define.
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float64
from synthmatch.errors import InputError

#: Peak below which a side is silent: -100 dBFS, a third of the smallest step of a 16-bit file.
SILENT_PEAK = 1e-5


def samples(milliseconds: float, sample_rate_hz: int = 44_100) -> int:
    """Whole samples in a time, rounded down as in the published definitions: 25 ms are 1102."""
    return int(milliseconds * sample_rate_hz / 1000)


def validate_one(audio: npt.ArrayLike, side: str) -> Float64[F64, "channels samples"]:
    """One side as float64, silence made exact. Shape: (samples,) or (channels, samples) -> (channels, samples).

    Raises `InputError`, naming `side`.
    """
    array = np.asarray(audio)
    if array.ndim not in (1, 2) or array.size == 0:
        raise InputError(
            f"{side} audio has shape {array.shape}, expected (channels, samples) or (samples,) with at least one "
            "sample; check that it was loaded or rendered whole"
        )
    if not np.issubdtype(array.dtype, np.floating):
        raise InputError(f"{side} audio is {array.dtype}, expected floats with full scale 1; divide by the full scale")
    array = np.atleast_2d(array).astype(np.float64)
    # one or two samples of two channels are legal, if of no use
    if array.shape[0] > max(2, array.shape[1]):
        raise InputError(f"{side} audio has shape {array.shape}, expected (channels, samples); transpose it")
    # beyond float32 squares could overflow; nothing in the package makes such samples
    if not (np.abs(array) <= np.finfo(np.float32).max).all():
        raise InputError(f"{side} audio has NaN or infinite samples, expected finite ones; render or export it again")
    return array if np.abs(array).max() >= SILENT_PEAK else np.zeros_like(array)


def validate(
    reference: npt.ArrayLike, estimated: npt.ArrayLike
) -> tuple[Float64[F64, "channels samples"], Float64[F64, "channels samples"]]:
    """Both sides as float64 of one shape (channels, samples).

    Raises `InputError` for an unusable side, or for different numbers of channels of which none is 1.
    """
    first, second = validate_one(reference, "reference"), validate_one(estimated, "estimated")
    channels = max(len(first), len(second))
    if {len(first), len(second)} - {1, channels}:
        raise InputError(
            f"reference has {len(first)} channels and estimated {len(second)}, expected the same number or one; "
            "average the channels of one side"
        )
    samples = max(first.shape[1], second.shape[1])
    return _fill(first, channels, samples), _fill(second, channels, samples)


def _fill(audio: Float64[F64, "_ _"], channels: int, samples: int) -> Float64[F64, "{channels} {samples}"]:
    padded = np.pad(audio, ((0, 0), (0, samples - audio.shape[1])))
    return np.ascontiguousarray(np.broadcast_to(padded, (channels, samples)))
