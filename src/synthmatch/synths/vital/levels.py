"""A Vital preset's own level: its volume, and the levels of what sounds."""

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace
from synthmatch.synths.vital.counts import OSCILLATORS

_SOURCES = (*(f"osc_{number}" for number in range(1, OSCILLATORS + 1)), "sample")


def with_levels_moved(
    space: ParamSpace, native: Float64[F64, " parameters"], gain_db: float
) -> Float64[F64, " parameters"]:
    """A preset that is louder by `gain_db`, as far as it goes. Shape: native (P,) -> (P,).

    ``volume`` is the square of a level in dB above -80, and comes after all effects. What is beyond its top goes to the
    sources that are on, by one factor, until the loudest is full: the square of a source's level is its amplitude.
    """
    values = space.named(native)
    root = values["volume"] ** 0.5
    most = space["volume"].high ** 0.5
    moved = {"volume": float(np.clip(root + gain_db, 0.0, most)) ** 2}
    levels = {name: values[name] for source in _SOURCES if values[f"{source}_on"] and (name := f"{source}_level")}
    beyond_db, loudest = root + gain_db - most, max(levels.values(), default=0.0)
    if beyond_db > 0 and loudest > 0:
        factor = min(10.0 ** (beyond_db / 40.0), space["osc_1_level"].high / loudest)
        moved |= {name: level * factor for name, level in levels.items()}
    return space.from_named(moved, native)
