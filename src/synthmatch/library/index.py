"""Nearest neighbours in sound: a compact index of rendered presets.

Each preset's timbre at each of a few pitches is stored as principal components in 8 bits. A query weighs segments by how
much of the target they cover, shifts bands by the distance between the target's pitch and the index's, and compares
in the space of the components without expanding them: with levels m + V c and weights W, the squared distance to x is
``|x - m|^2 - 2 c.V'W(x - m) + c'V'WV c``, one small matrix for all presets.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from synthmatch.arrays import F32, I8, Float, Float32, Floats, Int8, Integer, Integers
from synthmatch.features.bands import LOWEST_PITCH, SEMITONE_BANDS
from synthmatch.features.stft import FLOOR_DB
from synthmatch.features.timbre import SEGMENTS, timbre
from synthmatch.note import Note

#: Principal components stored (docs/library.md, "How fast and how well it finds", has 32 to 192).
COMPONENTS = 96
#: Gains at which a target is compared: the level of a sound says nothing about its preset.
_GAINS_DB = np.arange(-24, 25, 3, dtype=np.float32)


@dataclass(frozen=True)
class TimbreIndex:
    """Timbres of N presets at some pitches.

    `pitches`: MIDI numbers. `codes`: (pitches, N, components) int8, times `scale` (components,). `basis`:
    (components, SEGMENTS * SEMITONE_BANDS) and `mean` give levels in dB.
    """

    pitches: tuple[int, ...]
    codes: Int8[I8, "pitches presets components"]
    scale: Float32[F32, " components"]
    basis: Float32[F32, "components levels"]
    mean: Float32[F32, " levels"]

    @classmethod
    def fit(
        cls,
        pitches: tuple[int, ...],
        levels: Float[Floats, "pitches presets segments bands"],
        components: int = COMPONENTS,
    ) -> "TimbreIndex":
        """Index timbres. `levels`: (pitches, N, SEGMENTS, SEMITONE_BANDS) in dBFS; any float type."""
        centred = levels.reshape(-1, SEGMENTS * SEMITONE_BANDS).astype(np.float32)
        mean = centred.mean(axis=0, dtype=np.float64).astype(np.float32)
        centred -= mean
        # float16 is what a library file keeps: the index that is built is the one that is read
        basis = _principal(centred, components).astype(np.float16).astype(np.float32)
        coordinates = centred @ basis.T
        scale = (np.abs(coordinates).max(axis=0) / 127 + 1e-9).astype(np.float32)
        codes = np.rint(coordinates / scale).astype(np.int8)
        return cls(pitches, codes.reshape(len(pitches), -1, basis.shape[0]), scale, basis, mean)

    def __len__(self) -> int:
        return self.codes.shape[1]

    def distances(self, audio: Float32[F32, "*channels samples"], note: Note) -> Float32[F32, " presets"]:
        """Weighted RMS level difference in dB between a target and every preset, at the gain that makes it least. Shape: (N,)."""
        levels, seconds = timbre(audio, note)
        # what is silent stays silent, however loud the rest gets
        gained = np.where(levels > FLOOR_DB, np.maximum(levels + _GAINS_DB[:, None, None], FLOOR_DB), FLOOR_DB)
        nearest, shift = self._nearest(note)
        weights = seconds[:, None] * _band_weights()[None, :]
        basis = _shifted(self.basis.reshape(-1, SEGMENTS, SEMITONE_BANDS), shift)
        mean = _shifted(self.mean.reshape(SEGMENTS, SEMITONE_BANDS), shift)
        known = slice(max(shift, 0), SEMITONE_BANDS + min(shift, 0))
        root = np.zeros_like(weights)
        root[:, known] = np.sqrt(weights[:, known])
        total = float((root**2).sum()) or 1.0
        side = (basis * root).reshape(len(basis), -1) * self.scale[:, None]
        residual = ((gained - mean) * root).reshape(len(_GAINS_DB), -1).astype(np.float32)
        codes = self.codes[nearest].astype(np.float32)
        apart = np.square(residual).sum(axis=1) - 2 * (codes @ (side @ residual.T))
        squared = np.einsum("ij,ij->i", codes @ (side @ side.T), codes) + apart.min(axis=1)
        return np.sqrt(np.maximum(squared, 0) / total).astype(np.float32)

    def levels(self, rows: Integer[Integers, " presets"], note: Note) -> Float32[F32, "presets segments bands"]:
        """Levels in dBFS of presets as they are remembered, moved to a note's pitch.

        Shape: (n,) -> (n, SEGMENTS, SEMITONE_BANDS). Bands that the move brings in have the level of the last that is known.
        """
        nearest, shift = self._nearest(note)
        flat = (self.codes[nearest, rows] * self.scale) @ self.basis + self.mean
        known = np.clip(np.arange(SEMITONE_BANDS) - shift, 0, SEMITONE_BANDS - 1)
        return np.asarray(flat.reshape(len(rows), SEGMENTS, SEMITONE_BANDS)[:, :, known], np.float32)

    def _nearest(self, note: Note) -> tuple[int, int]:
        """Number of the pitch nearest to a note's, and by how many semitones the note is higher."""
        nearest = int(np.argmin([abs(pitch - note.pitch) for pitch in self.pitches]))
        shift = note.pitch - self.pitches[nearest]
        return nearest, int(np.clip(shift, 1 - SEMITONE_BANDS, SEMITONE_BANDS - 1))


def _principal(centred: Float32[F32, "rows columns"], components: int) -> Float32[F32, "components columns"]:
    """The directions in which rows differ most, one a row. Shape: (rows, columns) -> (components or fewer, columns)."""
    rows, columns = centred.shape
    if rows < columns:
        return np.linalg.svd(centred, full_matrices=False)[2][:components]
    # of many rows the covariance is small, and a few of its eigenvectors are enough
    covariance = (centred.T @ centred).astype(np.float64)
    _, vectors = eigh(covariance, subset_by_index=(columns - components, columns - 1), overwrite_a=True)
    return vectors[:, ::-1].T.astype(np.float32)


def _shifted(array: Float32[F32, "*rows bands"], shift: int) -> Float32[F32, "*rows bands"]:
    """Bands moved up by `shift` semitones; those that enter are not looked at."""
    return np.roll(array, shift, axis=-1)


def _band_weights() -> Float32[F32, " bands"]:
    """Half of the weight to bands as the ear spaces them, half as `lsd` counts STFT bins (mostly treble)."""
    centres = 2.0 ** ((LOWEST_PITCH + np.arange(SEMITONE_BANDS)) / 12)
    return (0.5 / SEMITONE_BANDS + 0.5 * centres / centres.sum()).astype(np.float32)
