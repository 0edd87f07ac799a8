"""The analytic model of Vital."""

from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import AnalyticModel
from synthmatch.analytic.vital.features import vital_features
from synthmatch.arrays import F64, I64, Float64, Int64


class VitalModel(AnalyticModel):
    """What envelopes, LFOs, oscillators and filters do, and the spectrum that follows in bands."""

    def features(
        self,
        native: Float64[F64, "presets parameters"],
        pitch: Int64[I64, " presets"],
        hold_seconds: Float64[F64, " presets"],
        seconds: Float64[F64, " times"],
    ) -> PartFeatures:
        """Of the parts that the engine's formulas describe."""
        return vital_features(self.space, native, pitch, hold_seconds, seconds)
