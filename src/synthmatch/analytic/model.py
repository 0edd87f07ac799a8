"""The analytic model of a synthesizer: what its sound should be, computed without a render.

A synthesizer names its model (`Synth.analytic`); one that names none has the model that knows nothing.
"""

from functools import cache
from importlib import import_module

from synthmatch.analytic.features import PartFeatures, no_features
from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import F32, Float32
from synthmatch.params import ParamSpace
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth


class AnalyticModel:
    """Knows nothing of a synthesizer with this space; a model of one that is known overrides what it can compute."""

    def __init__(self, space: ParamSpace) -> None:
        self.space = space

    def features(self, played: PlayedPresets) -> PartFeatures:
        """What the synthesizer's parts do over time."""
        return no_features(len(played.native), len(played.seconds))

    def spectrum(self, played: PlayedPresets) -> Float32[F32, "presets times bins"] | None:
        """How loud each bin of a frame should be, in dBFS; None where no formula gives it. Shape: (N, T, bins).

        Frames are `mel_filterbank.WINDOW` samples of a Hann window, around each of the times. What is louder or quieter as
        a whole band need not be right: `features` says that.
        """
        return None


def analytic_of(synth: Synth) -> AnalyticModel:
    """The analytic model of a synthesizer."""
    return _model(synth.id) if synth.analytic else AnalyticModel(synth.space)


@cache
def _model(id: str) -> AnalyticModel:
    synth = get_synth(id)
    module, name = synth.analytic.split(":")
    made: AnalyticModel = getattr(import_module(module), name)(synth.space)
    return made
