"""How harmonic a sound is, to sort targets into five bins. It describes the reference and ranks no estimate.

Audio is (channels, samples) or (samples,) at 44.1 kHz. What is unusable: see `inputs`.

Source: `data generation/gen_hpss.py` of dafaronbi/Multi-Task-Automatic-Synthesizer-Programming (Faronbi, Roman,
Bello, ICASSP 2023), which uses librosa's separation (`features.separation`).
"""

import numpy as np
import numpy.typing as npt

from synthmatch.audio import mono
from synthmatch.errors import InputError
from synthmatch.features.separation import harmonic_mask
from synthmatch.features.stft import magnitudes
from synthmatch.metrics.inputs import validate_one

WINDOW, HOP = 2048, 512
#: How many times the percussive part's magnitude a bin's harmonic part needs for half of the bin.
MARGIN = 3.0
#: Names of the bins; a bin holds its upper edge, as in the source.
BINS = ("0-20 %", "20-40 %", "40-60 %", "60-80 %", "80-100 %")


def harmonic_percentage(reference: npt.ArrayLike) -> float:
    """Mean magnitude of the harmonic part over that of the whole, in percent. Mono; silence: 0."""
    whole = magnitudes(mono(validate_one(reference, "reference")), WINDOW, HOP)
    if not whole.any():
        return 0.0
    return float(100 * (whole * harmonic_mask(whole, MARGIN)).mean() / whole.mean())


def harmonic_bin(percentage: float) -> str:
    """The bin of `BINS` that holds a harmonic percentage. Raises `InputError` outside 0..100."""
    if not 0 <= percentage <= 100:
        raise InputError(f"harmonic percentage is {percentage}, expected 0..100; pass what harmonic_percentage gave")
    return BINS[max(0, int(np.ceil(percentage / 20)) - 1)]
