"""The analytic model of Dexed."""

from synthmatch.analytic.dexed.features import dexed_features, dexed_spectrum
from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import AnalyticModel
from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import F32, Float32


class DexedModel(AnalyticModel):
    """Levels, modulation and frequencies of the operators, and the spectrum that follows bin by bin."""

    def features(self, played: PlayedPresets) -> PartFeatures:
        """Of the operators."""
        return dexed_features(self.space, played)

    def spectrum(self, played: PlayedPresets) -> Float32[F32, "presets times bins"]:
        """Of the operators, held still over a frame."""
        return dexed_spectrum(self.space, played)
