"""The analytic model of Dexed."""

from synthmatch.analytic.dexed.features import dexed_features, dexed_spectrum
from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import AnalyticModel
from synthmatch.arrays import F32, F64, I64


class DexedModel(AnalyticModel):
    """Levels, modulation and frequencies of the operators, and the spectrum that follows bin by bin."""

    def features(self, native: F64, pitch: I64, hold_seconds: F64, seconds: F64) -> PartFeatures:
        """Of the operators."""
        return dexed_features(self.space, native, pitch, hold_seconds, seconds)

    def spectrum(self, native: F64, pitch: I64, hold_seconds: F64, seconds: F64) -> F32:
        """Of the operators, held still over a frame."""
        return dexed_spectrum(self.space, native, pitch, hold_seconds, seconds)
