"""The analytic model of Dexed."""

from synthmatch.analytic.dexed.features import dexed_features, dexed_spectrum
from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import AnalyticModel
from synthmatch.arrays import F32, F64, I64, Float32, Float64, Int64


class DexedModel(AnalyticModel):
    """Levels, modulation and frequencies of the operators, and the spectrum that follows bin by bin."""

    def features(
        self,
        native: Float64[F64, "presets parameters"],
        pitch: Int64[I64, " presets"],
        hold_seconds: Float64[F64, " presets"],
        seconds: Float64[F64, " times"],
    ) -> PartFeatures:
        """Of the operators."""
        return dexed_features(self.space, native, pitch, hold_seconds, seconds)

    def spectrum(
        self,
        native: Float64[F64, "presets parameters"],
        pitch: Int64[I64, " presets"],
        hold_seconds: Float64[F64, " presets"],
        seconds: Float64[F64, " times"],
    ) -> Float32[F32, "presets times bins"]:
        """Of the operators, held still over a frame."""
        return dexed_spectrum(self.space, native, pitch, hold_seconds, seconds)
