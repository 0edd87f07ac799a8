"""Time that runs faster and slower, so that what moved in pitch stays where it is."""

import numpy as np
from scipy.ndimage import map_coordinates

from synthmatch.arrays import F64, Float64
from synthmatch.note import SAMPLE_RATE_HZ


class Warp:
    """Between a sound and the same at constant pitch, its flat one. `speed`: by which factor each sample is too high."""

    def __init__(self, speed: Float64[F64, " samples"]) -> None:
        self._at = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2)])

    def flat(self, sound: Float64[F64, " samples"]) -> Float64[F64, " _samples"]:
        """The sound at constant pitch; it is longer where the pitch was too high."""
        count = int(self._at[-1]) + 1
        return _read(sound, np.interp(np.arange(count), self._at, np.arange(len(self._at))))

    def moving(self, flat: Float64[F64, " _samples"]) -> Float64[F64, " samples"]:
        """What `flat` was before."""
        return _read(flat, self._at)

    def flat_seconds(self, seconds: Float64[F64, " times"]) -> Float64[F64, " times"]:
        """When something is in the flat sound that is at some times in the moving one."""
        return np.interp(seconds * SAMPLE_RATE_HZ, np.arange(len(self._at)), self._at) / SAMPLE_RATE_HZ


def _read(sound: Float64[F64, " _samples"], places: Float64[F64, " _places"]) -> Float64[F64, " _places"]:
    # splines of degree 5 between samples
    return np.asarray(map_coordinates(sound, places[None], order=5, mode="nearest"), np.float64)
