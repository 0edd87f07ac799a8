"""The analytic model of Dexed."""

import numpy as np
import numpy.typing as npt

from synthmatch.analytic.dexed.features import dexed_features, dexed_spectrum
from synthmatch.analytic.features import Floats, PartFeatures
from synthmatch.analytic.model import AnalyticModel, Ints


class DexedModel(AnalyticModel):
    """Levels, modulation and frequencies of the operators, and the spectrum that follows bin by bin."""

    def features(self, native: Floats, pitch: Ints, hold_seconds: Floats, seconds: Floats) -> PartFeatures:
        """Of the operators."""
        return dexed_features(self.space, native, pitch, hold_seconds, seconds)

    def spectrum(self, native: Floats, pitch: Ints, hold_seconds: Floats, seconds: Floats) -> npt.NDArray[np.float32]:
        """Of the operators, held still over a frame."""
        return dexed_spectrum(self.space, native, pitch, hold_seconds, seconds)
