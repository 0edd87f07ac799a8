"""Distances of short-time spectra: two log-spectral distances and spectral convergence.

Arguments are (reference, estimated), audio (channels, samples) or (samples,) at 44.1 kHz; lower is better, identity is
0. What is silent, of another length or unusable: see `inputs`.

Sources: `lsd_icassp2023`: `Experiments/accuracy_experiments.py` of dafaronbi/Multi-Task-Automatic-Synthesizer-
Programming (Faronbi, Roman, Bello, ICASSP 2023). `spectral_convergence`: Esling et al. 2019; Le Vaillant et al. 2021.
"""

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float64
from synthmatch.audio import decibels, mono
from synthmatch.features.stft import hann, magnitudes, powers
from synthmatch.metrics.inputs import validate

LSD_WINDOW, LSD_HOP = 2048, 512
#: `lsd` holds every bin at or above this level, in dBFS.
LSD_FLOOR_DBFS = -90.0
#: `lsd_icassp2023` holds every bin's power at or above this; the published code reads uninitialised memory there.
ICASSP2023_FLOOR_POWER = 1e-10
CONVERGENCE_WINDOW, CONVERGENCE_HOP = 1024, 256


def lsd(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Log-spectral distance in dB: mean over frames of the root of the mean over bins of the squared difference.

    Mono; a full-scale sine reads 0 dBFS; bins are floored at -90 dBFS. Silence is -90 dBFS in every bin: no special
    case.
    """
    first, second = (_levels_dbfs(mono(side)) for side in validate(reference, estimated))
    return float(np.sqrt(np.mean((first - second) ** 2, axis=-1)).mean())


def lsd_icassp2023(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Mean over all bins of the squared difference of log10 power; no root, no decibels, no scaling of the STFT.

    Mono. Silence is the floor of 1e-10 in every bin: no special case.
    """
    first, second = (
        np.log10(np.maximum(powers(mono(side), LSD_WINDOW, LSD_HOP), ICASSP2023_FLOOR_POWER))
        for side in validate(reference, estimated)
    )
    return float(np.mean((first - second) ** 2))


def spectral_convergence(reference: npt.ArrayLike, estimated: npt.ArrayLike) -> float:
    """Frobenius norm of the difference of magnitude spectra over that of the reference, all channels together.

    Both silent: 0. A silent reference alone: 1, as for a silent estimate, since the formula would divide by 0.
    """
    first, second = (magnitudes(side, CONVERGENCE_WINDOW, CONVERGENCE_HOP) for side in validate(reference, estimated))
    size = np.linalg.norm(first)
    if size == 0:
        return float(second.any())
    return float(np.linalg.norm(first - second) / size)


def _levels_dbfs(signal: Float64[F64, " samples"]) -> Float64[F64, "frames bins"]:
    """Level of each frame and bin in dBFS, floored. Shape: (samples,) -> (frames, bins)."""
    full_scale = (hann(LSD_WINDOW).sum() / 2) ** 2
    return decibels(powers(signal, LSD_WINDOW, LSD_HOP) / full_scale, LSD_FLOOR_DBFS)
