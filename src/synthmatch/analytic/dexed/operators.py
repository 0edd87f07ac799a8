"""The values of a voice's six operators, by the names of the parameter space."""

import numpy as np

from synthmatch.arrays import F64, I64, Float64, Int64
from synthmatch.params import ParamSpace

#: Operators are in the order of the voice's bytes.
NUMBERS = range(6, 0, -1)
STAGES = range(1, 5)


class Operators:
    """Operators of N voices, native values (N, P)."""

    def __init__(self, space: ParamSpace, native: Float64[F64, "presets parameters"]) -> None:
        self._space, self._native = space, native

    def __getitem__(self, name: str) -> Int64[I64, "presets 6"]:
        """A parameter of each operator, such as ``coarse``. Shape: (N, 6)."""
        columns = [self._space.index[f"op{number}_{name}"] for number in NUMBERS]
        return np.asarray(self._native[:, columns], np.int64)

    def stages(self, name: str) -> Int64[I64, "presets 6 4"]:
        """A parameter of each stage of the envelopes: ``rate`` or ``level``. Shape: (N, 6, 4)."""
        return np.stack([self[f"{name}_{stage}"] for stage in STAGES], axis=2)
