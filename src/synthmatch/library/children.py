"""New presets from presets made by people: crossover of whole parts of the synthesizer, then a few mutations.

A part (`ParamSpace.modules`: an operator, a filter, the reverb) is taken over whole, because its settings were made
for each other.
"""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace, Preset

#: Standard deviation of a continuous mutation, in unit values (docs/library.md, "Children", has 0.1 and 0.2, and other numbers of
#: mutations and shares of the second parent).
_MUTATION = 0.1
#: Continuous values of a child are on this grid of unit values, which makes a library compress well.
_COARSE = 2.0**-10


def child(space: ParamSpace, parents: Sequence[Preset], rng: np.random.Generator) -> Preset:
    """Cross two of the parents and mutate up to four parameters. The child has the first parent's name and extra."""
    mother, father = (parents[int(i)] for i in rng.choice(len(parents), 2, replace=len(parents) < 2))
    unit = space.to_unit(mother.native)
    other = space.to_unit(father.native)
    # these two ranges: docs/library.md, "Children"
    share = rng.uniform(0.0, 0.5)
    for indices in space.modules.values():
        if rng.random() < share:
            unit[indices] = other[indices]
    for i in rng.choice(len(space), rng.integers(0, 5), replace=False):
        if space.categorical[i]:
            donor = parents[int(rng.integers(len(parents)))]
            unit[i] = space.to_unit(donor.native)[i]
        else:
            unit[i] += rng.normal(0.0, _MUTATION)
    return mother.with_native(coarse(space, unit))


def coarse(space: ParamSpace, unit: Float64[F64, "*presets parameters"]) -> Float64[F64, "*presets parameters"]:
    """Native values of knob positions, continuous ones on a grid of 1/1024 of their range. Shape: (..., P)."""
    rounded = np.where(space.unit_step < _COARSE, np.rint(unit / _COARSE) * _COARSE, unit)
    return space.to_native(rounded)
