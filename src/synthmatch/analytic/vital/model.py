"""The analytic model of Vital."""

from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import AnalyticModel
from synthmatch.analytic.vital.features import vital_features
from synthmatch.arrays import F64, I64


class VitalModel(AnalyticModel):
    """What envelopes, LFOs, oscillators and filters do, and the spectrum that follows in bands."""

    def features(self, native: F64, pitch: I64, hold_seconds: F64, seconds: F64) -> PartFeatures:
        """Of the parts that the engine's formulas describe."""
        return vital_features(self.space, native, pitch, hold_seconds, seconds)
