"""How harmonic a sound is, to sort targets into five bins. It describes the reference and ranks no estimate.

Audio is (channels, samples) or (samples,) at 44.1 kHz. What is unusable: see `inputs`.

Sources: `data generation/gen_hpss.py` of dafaronbi/Multi-Task-Automatic-Synthesizer-Programming (Faronbi, Roman,
Bello, ICASSP 2023), which uses librosa's separation; the separation itself: D. FitzGerald, DAFx 2010, with the margins
of Driedger, Mueller, Disch, ISMIR 2014.
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import Float, Floats
from synthmatch.audio import mono
from synthmatch.errors import InputError
from synthmatch.features.stft import magnitudes
from synthmatch.metrics.inputs import validate_one

WINDOW, HOP = 2048, 512
#: Frames, and bins, of the two median filters.
MEDIAN_SIZE = 31
#: How many times the percussive part's magnitude a bin's harmonic part needs for half of the bin.
MARGIN = 3.0
#: Names of the bins; a bin holds its upper edge, as in the source.
BINS = ("0-20 %", "20-40 %", "40-60 %", "60-80 %", "80-100 %")


def harmonic_percentage(reference: npt.ArrayLike) -> float:
    """Mean magnitude of the harmonic part over that of the whole, in percent. Mono; silence: 0."""
    whole = magnitudes(mono(validate_one(reference, "reference")), WINDOW, HOP)
    if not whole.any():
        return 0.0
    return float(100 * (whole * _harmonic_mask(whole)).mean() / whole.mean())


def harmonic_bin(percentage: float) -> str:
    """The bin of `BINS` that holds a harmonic percentage. Raises `InputError` outside 0..100."""
    if not 0 <= percentage <= 100:
        raise InputError(f"harmonic percentage is {percentage}, expected 0..100; pass what harmonic_percentage gave")
    return BINS[max(0, int(np.ceil(percentage / 20)) - 1)]


def _harmonic_mask(spectrum: Float[Floats, "frames bins"]) -> Float[Floats, "frames bins"]:
    """Share of each bin that is steady in time. Shape: (frames, bins), the same out.

    H² / (H² + (margin P)²), with H the median over time and P the median over frequency; both are divided by the larger
    before squaring, and where both are 0 the bin belongs to neither.
    """
    harmonic = _medians(np.ascontiguousarray(spectrum.T)).T
    percussive = MARGIN * _medians(spectrum)
    larger = np.maximum(harmonic, percussive)
    empty = larger < np.finfo(np.float64).tiny
    larger[empty] = 1.0
    harmonic, percussive = (harmonic / larger) ** 2, (percussive / larger) ** 2
    return np.where(empty, 0.0, harmonic / np.where(empty, 1.0, harmonic + percussive))


def _medians(rows: Float[Floats, "rows columns"]) -> Float[Floats, "rows columns"]:
    """Running median of `MEDIAN_SIZE` along each row, which goes on as its mirror image. Shape: (n, m), the same out.

    All rows go through scipy's one-dimensional filter at once, ten times faster than its filter for images: the mirror
    images on both sides of a row are as long as the filter's arms, so that no row depends on its neighbours. They are also
    made by hand because scipy 1.17 reads memory it never wrote where a filter is far longer than its axis.
    """
    from scipy.ndimage import median_filter  # noqa: PLC0415  (half a second that the other metrics do not need)

    arm = MEDIAN_SIZE // 2
    mirrored = np.pad(rows, ((0, 0), (arm, arm)), mode="symmetric")
    medians: Floats = median_filter(mirrored.ravel(), size=MEDIAN_SIZE, mode="reflect")
    return medians.reshape(mirrored.shape)[:, arm:-arm]
