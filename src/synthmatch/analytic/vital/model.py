"""The analytic model of Vital."""

from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import AnalyticModel
from synthmatch.analytic.played import PlayedPresets
from synthmatch.analytic.vital.features import vital_features


class VitalModel(AnalyticModel):
    """What envelopes, LFOs, oscillators and filters do, and the spectrum that follows in bands."""

    def features(self, played: PlayedPresets) -> PartFeatures:
        """Of the parts that the engine's formulas describe."""
        return vital_features(self.space, played)
