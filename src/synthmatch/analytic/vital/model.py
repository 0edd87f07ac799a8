"""The analytic model of Vital."""

from synthmatch.analytic.features import Floats, PartFeatures
from synthmatch.analytic.model import AnalyticModel, Ints
from synthmatch.analytic.vital.features import vital_features


class VitalModel(AnalyticModel):
    """What envelopes, LFOs, oscillators and filters do, and the spectrum that follows in bands."""

    def features(self, native: Floats, pitch: Ints, hold_seconds: Floats, seconds: Floats) -> PartFeatures:
        """Of the parts that the engine's formulas describe."""
        return vital_features(self.space, native, pitch, hold_seconds, seconds)
