"""Which pairs of operators and single ones make a sound together, by its power in mel bands over time."""

from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F32, I64, Float32, Int64
from synthmatch.features.loudness_distance import loudness_of
from synthmatch.proposers.drawn.dexed.pairs import DEPTHS, Pair

#: Levels that count below the loudest band of all, in dB.
_RANGE_DB = 70.0
#: What levels in dB weigh beside loudness. Not tuned.
_LEVELS_WEIGHT = 1.0
#: Gains of a pair that are tried, in dB around its own best fit.
_GAINS_DB = np.array([-9.0, -6.0, -3.0, 0.0, 3.0], np.float32)
#: Moments at which pairs are chosen, of all frames.
_MOMENTS = 8


class FittedPair(NamedTuple):
    """A pair with its carrier's and its modulator's amplitude over time, (frames,)."""

    pair: Pair
    carrier: Float32[F32, " frames"]
    modulator: Float32[F32, " frames"]


class Mixture:
    """The target's bands, to which sources are fitted.

    `power`: (frames, bands). `patterns` are those of the pairs that may be chosen, (N, depths, bands).
    """

    def __init__(
        self, power: Float32[F32, "frames bands"], pairs: list[Pair], patterns: Float32[F32, "pairs depths bands"]
    ) -> None:
        self._top = float(power.max())
        self._power = power / np.float32(self._top)
        self._pairs, self._patterns = pairs, patterns
        self._whole = loudness_of(self._power).sum(axis=1).mean()
        frames = np.rint((len(power) - 1) * np.linspace(0, 1, min(_MOMENTS, len(power))) ** 2).astype(np.int64)
        self._moments = np.unique(frames)

    def fitted(self, others: Float32[F32, "frames bands"], count: int) -> list[FittedPair]:
        """So many pairs beside what is there, the nearest to what is missing one after the other.

        At most one of them has feedback, for only one modulator can.
        """
        base = others / np.float32(self._top)
        chosen: list[int] = []
        of_pair: list[Float32[F32, "frames bands"]] = []
        found: list[tuple[F32, F32]] = []
        for _ in range(count):
            there = base + sum(of_pair)
            noisy = any(self._pairs[one].feedback for one in chosen)
            allowed = np.array([i for i, pair in enumerate(self._pairs) if not (noisy and pair.feedback)])
            errors = self._fit(self._patterns[allowed], there, self._moments)[0]
            chosen.append(int(allowed[errors.mean(axis=1).argmin()]))
            gain, depth, power = self._refit(chosen[-1], there)
            of_pair.append(power)
            found.append((gain, depth))
        # each once more beside all others
        for place, one in enumerate(chosen):
            if count > 1:
                there = base + sum(power for at, power in enumerate(of_pair) if at != place)
                gain, depth, of_pair[place] = self._refit(one, there)
                found[place] = (gain, depth)
        top = np.float32(self._top)
        return [
            FittedPair(self._pairs[one], np.sqrt(gain * top), depth)
            for one, (gain, depth) in zip(chosen, found, strict=True)
        ]

    def _refit(
        self, one: int, there: Float32[F32, "frames bands"]
    ) -> tuple[Float32[F32, " frames"], Float32[F32, " frames"], Float32[F32, "frames bands"]]:
        """Of a pair: gain and depth by frame, and its power in bands."""
        _, gains, depths = self._fit(self._patterns[one : one + 1], there, np.arange(len(there)))
        return gains[0], DEPTHS[depths[0]].astype(np.float32), gains[0][:, None] * self._patterns[one][depths[0]]

    def _fit(
        self,
        patterns: Float32[F32, "pairs depths bands"],
        there: Float32[F32, "frames bands"],
        frames: Int64[I64, " some"],
    ) -> tuple[Float32[F32, "pairs some"], Float32[F32, "pairs some"], Int64[I64, "pairs some"]]:
        """Least error of each pair at some frames, with the gain and the number of the depth that have it."""
        target, known = self._power[frames], there[frames]
        missing = loudness_of(np.maximum(target - known, 0))  # (F, B)
        shapes = loudness_of(patterns)  # (N, D, B)
        least = np.maximum(np.square(shapes).sum(axis=2), 1e-12)
        fit = np.einsum("fb,ndb->nfd", missing, shapes) / least[:, None]
        best = np.full(fit.shape[:2], np.inf, np.float32)
        gains, depths = np.zeros(fit.shape[:2], np.float32), np.zeros(fit.shape[:2], np.int64)
        # power from loudness
        powers = np.maximum(fit, 0) ** np.float32(8 / 3)
        for gain_db in _GAINS_DB:
            power = powers * np.float32(10 ** (gain_db / 10))
            for depth in range(patterns.shape[1]):
                total = known + power[:, :, depth, None] * patterns[:, None, depth]
                error = self._error(total, frames)
                better = error < best
                best = np.where(better, error, best)
                gains = np.where(better, power[:, :, depth], gains)
                depths = np.where(better, depth, depths)
        return best, gains, depths

    def _error(
        self, power: Float32[F32, "*pairs some bands"], frames: Int64[I64, " some"]
    ) -> Float32[F32, "*pairs some"]:
        """How far bands are from the target's at some frames: loudness, and levels in dB."""
        target = self._power[frames]
        louder = np.abs(loudness_of(power) - loudness_of(target)).sum(axis=-1) / self._whole
        further = np.abs(_levels(power) - _levels(target)).mean(axis=-1) / _RANGE_DB
        return np.asarray(louder + _LEVELS_WEIGHT * further, np.float32)


def _levels(power: F32) -> F32:
    return np.asarray(10 * np.log10(np.maximum(power, np.float32(10 ** (-_RANGE_DB / 10)))))
