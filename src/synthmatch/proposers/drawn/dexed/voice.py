"""A voice of operators that were drawn."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.dexed.envelope import Envelope
from synthmatch.proposers.drawn.dexed.frequency import Tuning
from synthmatch.synths.dexed.levels import LEVELS, STEP_DB

#: Level of a modulator at the highest of its knobs, in dB: the amplitude is twice a full-scale sine's, which moves a phase by a cycle.
MODULATOR_DB = 8 * STEP_DB


class Operator(NamedTuple):
    """An operator: what it plays, how its level goes, and its level, in steps of the DX7 below the highest, 0 or less."""

    tuning: Tuning
    envelope: Envelope
    steps: int


def voice(space: ParamSpace, algorithm: int, operators: Sequence[tuple[int, Operator]], feedback: int = 0) -> Preset:
    """A preset of an algorithm, from 1, with these operators by their number, 1 to 6; all others are off."""
    settings: dict[str, float] = {"algorithm": algorithm - 1, "feedback": feedback, "osc_key_sync": 1}
    for number in range(1, 7):
        settings[f"op{number}_output_level"] = 0
    for number, operator in operators:
        settings[f"op{number}_output_level"] = int(np.abs(LEVELS - (LEVELS[-1] + operator.steps)).argmin())
        for name, value in operator.tuning._asdict().items():
            settings[f"op{number}_{name}"] = value
        for stage in range(4):
            settings[f"op{number}_rate_{stage + 1}"] = int(operator.envelope.rates[stage])
            settings[f"op{number}_level_{stage + 1}"] = int(operator.envelope.levels[stage])
    return Preset(space.synth, space.from_named(settings))


def steps_below(level_db: float, loudest_db: float) -> int:
    """How many steps of the DX7's levels a level is below the loudest, 0 or less."""
    return round((level_db - loudest_db) / STEP_DB)
