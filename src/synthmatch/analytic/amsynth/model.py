"""The analytic model of amsynth."""

from synthmatch.analytic.amsynth.features import amsynth_features
from synthmatch.analytic.features import Floats, PartFeatures
from synthmatch.analytic.model import AnalyticModel, Ints


class AmsynthModel(AnalyticModel):
    """What envelopes, LFOs, oscillators and filters do, and the spectrum that follows in bands."""

    def features(self, native: Floats, pitch: Ints, hold_seconds: Floats, seconds: Floats) -> PartFeatures:
        """Of the parts that the engine's formulas describe."""
        return amsynth_features(self.space, native, pitch, hold_seconds, seconds)
