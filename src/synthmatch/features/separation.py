"""What is steady in a spectrogram, told from what is sudden or noisy by median filters.

Sources: D. FitzGerald, Harmonic/percussive separation using median filtering, DAFx 2010; the margins of Driedger, Mueller,
Disch, ISMIR 2014.
"""

import numpy as np

from synthmatch.arrays import Float, Floats

#: Frames, and bins, of the two median filters.
MEDIAN_SIZE = 31


def harmonic_mask(spectrum: Float[Floats, "frames bins"], margin: float) -> Float[Floats, "frames bins"]:
    """Share of each bin that is steady in time. Shape: magnitudes (frames, bins), the same out.

    H² / (H² + (margin P)²), with H and P of `harmonic_and_percussive`; both are divided by the larger before squaring, and
    where both are 0 the bin belongs to neither. `margin`: how many times the percussive part's magnitude a bin's harmonic
    part needs for half of the bin.
    """
    harmonic, percussive = harmonic_and_percussive(spectrum)
    percussive *= margin
    larger = np.maximum(harmonic, percussive)
    empty = larger < np.finfo(np.float64).tiny
    larger[empty] = 1.0
    harmonic, percussive = (harmonic / larger) ** 2, (percussive / larger) ** 2
    return np.where(empty, 0.0, harmonic / np.where(empty, 1.0, harmonic + percussive))


def harmonic_and_percussive(
    spectrum: Float[Floats, "frames bins"],
) -> tuple[Float[Floats, "frames bins"], Float[Floats, "frames bins"]]:
    """The median of each bin over time, which keeps what is steady, and over frequency, which keeps what is sudden.

    Shape: magnitudes (frames, bins), the same twice.
    """
    return _medians(np.ascontiguousarray(spectrum.T)).T, _medians(spectrum)


def _medians(rows: Float[Floats, "rows columns"]) -> Float[Floats, "rows columns"]:
    """Running median of `MEDIAN_SIZE` along each row, which goes on as its mirror image. Shape: (n, m), the same out.

    All rows go through scipy's one-dimensional filter at once, ten times faster than its filter for images: the mirror
    images on both sides of a row are as long as the filter's arms, so that no row depends on its neighbours. They are also
    made by hand because scipy 1.17 reads memory it never wrote where a filter is far longer than its axis.
    """
    from scipy.ndimage import median_filter  # noqa: PLC0415  (half a second that others do not need)

    arm = MEDIAN_SIZE // 2
    mirrored = np.pad(rows, ((0, 0), (arm, arm)), mode="symmetric")
    medians: Floats = median_filter(mirrored.ravel(), size=MEDIAN_SIZE, mode="reflect")
    return medians.reshape(mirrored.shape)[:, arm:-arm]
