"""The DX7's level knobs, 0 to 99, in steps of loudness, and a voice's own level: the output levels of its carriers.

The table is that of msfa, Dexed's engine (Google, Apache-2.0: dx7note.cc).
"""

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace
from synthmatch.synths.dexed.algorithms import CARRIERS

#: Level of the knob's values 0..19, in steps; above, it is the value plus 28.
_LOW_LEVELS = (0, 5, 9, 13, 17, 20, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 42, 43, 45, 46)
#: Level of a knob's value in steps of `STEP_DB`, 0 to 127. Shape: (100,).
LEVELS = np.array([*_LOW_LEVELS, *range(48, 128)])
#: Eight steps double the amplitude: 32 of 256 parts of an octave each.
STEP_DB = 20 * np.log10(2) / 8


def with_carriers_moved(
    space: ParamSpace, native: Float64[F64, " parameters"], gain_db: float
) -> Float64[F64, " parameters"]:
    """A voice whose carriers that are on, all of them, moved by the whole number of steps that is nearest to `gain_db`.

    Their differences stay: upwards they go until the loudest is at 99, downwards until it is at 1. A carrier at 0 stays off.
    Shape: native (P,) -> (P,).
    """
    algorithm = int(native[space.index["algorithm"]])
    columns = np.array([space.index[f"op{6 - i}_output_level"] for i in np.flatnonzero(CARRIERS[algorithm])])
    columns = columns[native[columns] > 0]
    if not columns.size:
        return native
    levels = LEVELS[native[columns].astype(np.int64)]
    most, least = LEVELS[-1] - levels.max(), LEVELS[1] - levels.max()
    wanted = levels + np.clip(round(gain_db / STEP_DB), least, most)
    moved = native.copy()
    moved[columns] = np.abs(LEVELS - wanted[:, None]).argmin(axis=1)
    return moved
