"""The analytic model of amsynth."""

from synthmatch.analytic.amsynth.features import amsynth_features
from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import AnalyticModel
from synthmatch.analytic.played import PlayedPresets


class AmsynthModel(AnalyticModel):
    """What envelopes, LFOs, oscillators and filters do, and the spectrum that follows in bands."""

    def features(self, played: PlayedPresets) -> PartFeatures:
        """Of the parts that the engine's formulas describe."""
        return amsynth_features(self.space, played)
