"""Every metric of the project, under the name that tables and docs/metrics.md use.

The same name stands for different formulas in the literature; each module states ours and its source. Audio metrics
take (reference, estimated); what they do with silence, other lengths and unusable arrays is one rule, in `inputs`.
A new metric is one function in a module of its family and one line here.
"""

from collections.abc import Sequence

import numpy.typing as npt

from synthmatch.metrics.envelope import rms_cosine as rms_cosine
from synthmatch.metrics.harmonic import BINS as BINS
from synthmatch.metrics.harmonic import harmonic_bin as harmonic_bin
from synthmatch.metrics.harmonic import harmonic_percentage as harmonic_percentage
from synthmatch.metrics.level import envelope_error as envelope_error
from synthmatch.metrics.level import loudness_error as loudness_error
from synthmatch.metrics.loudness import loudness_distance as loudness_distance
from synthmatch.metrics.mel import mss as mss
from synthmatch.metrics.metric import Metric as Metric
from synthmatch.metrics.mfcc import wmfcc as wmfcc
from synthmatch.metrics.parameters import param_accuracy as param_accuracy
from synthmatch.metrics.parameters import param_mae as param_mae
from synthmatch.metrics.spectral import lsd as lsd
from synthmatch.metrics.spectral import lsd_icassp2023 as lsd_icassp2023
from synthmatch.metrics.spectral import spectral_convergence as spectral_convergence
from synthmatch.metrics.transport import sot as sot

__all__ = [
    "BINS",
    "METRICS",
    "Metric",
    "envelope_error",
    "evaluate",
    "harmonic_bin",
    "harmonic_percentage",
    "loudness_distance",
    "loudness_error",
    "lsd",
    "lsd_icassp2023",
    "mss",
    "param_accuracy",
    "param_mae",
    "rms_cosine",
    "sot",
    "spectral_convergence",
    "wmfcc",
]

#: Every metric by name, in the order of tables.
METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("lsd", "dB", "lower", lsd),
        Metric("lsd_icassp2023", "", "lower", lsd_icassp2023),
        Metric("mss", "dB", "lower", mss),
        Metric("wmfcc", "", "lower", wmfcc),
        Metric("sot", "", "lower", sot),
        Metric("rms_cosine", "", "higher", rms_cosine),
        Metric("spectral_convergence", "", "lower", spectral_convergence),
        Metric("loudness_distance", "", "lower", loudness_distance),
        Metric("loudness_error", "dB", "lower", loudness_error),
        Metric("envelope_error", "dB", "lower", envelope_error),
        Metric("param_mae", "", "lower", param_mae, takes="presets"),
        Metric("param_accuracy", "", "higher", param_accuracy, takes="presets"),
        Metric("harmonic_percentage", "%", "neither", harmonic_percentage, takes="reference"),
    )
}


def evaluate(
    reference: npt.ArrayLike, estimated: npt.ArrayLike, names: Sequence[str] | None = None
) -> dict[str, float]:
    """Score of every metric of two sounds, or of those named. Shape: (channels, samples) or (samples,), 44.1 kHz.

    Raises `InputError` as `inputs.validate` does.
    """
    chosen = [name for name, metric in METRICS.items() if metric.takes == "audio"] if names is None else names
    return {name: METRICS[name].function(reference, estimated) for name in chosen}
