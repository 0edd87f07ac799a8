"""How the sound changes with each continuous parameter: a Jacobian matrix, learned from the search's own renders.

Each render that differs from its parent in a few parameters tells how the coarse spectrogram (`RenderFeatures.difference`) moves
with them. Broyden's rank-one update keeps the matrix in agreement with the latest: J += (d - J s) s' / s's. A damped
least-squares step (Levenberg 1944) then moves many parameters at once towards the target, which no single mutation
does.
"""

import numpy as np

from synthmatch.arrays import F64, Float, Float64, Floats
from synthmatch.params import ParamSpace

#: Most parameters that a render may differ in to be learned from: with more, the cause of the change is unknown. Not tuned,
#: as are the damping and the longest step below.
_MOST_CHANGED = 6


class Jacobian:
    """The Jacobian in a search's neighbourhood: (cells, continuous parameters), dB per unit value."""

    def __init__(self, space: ParamSpace) -> None:
        self._continuous = np.flatnonzero(~space.categorical)
        self._size = len(space)
        self._matrix: F64 | None = None
        self._known = np.zeros(len(self._continuous), np.bool_)

    def learn(self, step: Float64[F64, " parameters"], change: Float[Floats, " cells"]) -> None:
        """A step in unit values, shape (P,), changed the coarse spectrogram by `change`, shape (cells,)."""
        moved = step[self._continuous]
        if not 0 < np.count_nonzero(step) <= _MOST_CHANGED or np.count_nonzero(moved) != np.count_nonzero(step):
            return
        if self._matrix is None:
            self._matrix = np.zeros((len(change), len(self._continuous)))
        error = change - self._matrix @ moved
        self._matrix += np.outer(error, moved) / (moved @ moved)
        self._known |= moved != 0

    def step(self, difference: Float[Floats, " cells"], rng: np.random.Generator) -> Float64[F64, " parameters"]:
        """A step that should shrink a difference, over a random share of the known parameters. Shape: (P,)."""
        full = np.zeros(self._size)
        columns = np.flatnonzero(self._known & (rng.random(len(self._known)) < rng.uniform(0.3, 1.0)))
        if self._matrix is None or len(columns) == 0:
            return full
        jacobian = self._matrix[:, columns]
        normal = jacobian.T @ jacobian
        damping = 10.0 ** rng.uniform(-2.0, 1.0) * (np.trace(normal) / len(columns) + 1e-9)
        solved = np.linalg.solve(normal + damping * np.eye(len(columns)), -jacobian.T @ difference)
        full[self._continuous[columns]] = np.clip(solved, -0.3, 0.3)
        return full
