"""DX7 voices of our own for the tests of libraries."""

import numpy as np

from synthmatch.params import Preset
from synthmatch.synths.dexed.synth import Dexed

DEXED = Dexed()


def voice(name: str, **values: float) -> Preset:
    """The plain voice with some values changed."""
    return Preset("dexed", DEXED.space.from_named(values), name)


def voices(count: int) -> list[Preset]:
    """Voices that sound, each its own way: all operators on, ratios, envelopes and algorithm drawn."""
    space, rng = DEXED.space, np.random.default_rng(5)
    drawn = []
    for number in range(count):
        values: dict[str, float] = {"algorithm": float(rng.integers(32)), "feedback": float(rng.integers(8))}
        for op in range(1, 7):
            values |= {
                f"op{op}_output_level": float(rng.integers(75, 100)),
                f"op{op}_coarse": float(rng.integers(0, 9)),
                f"op{op}_rate_1": float(rng.integers(40, 100)),
                f"op{op}_rate_2": float(rng.integers(10, 60)),
                f"op{op}_level_2": float(rng.integers(60, 100)),
                f"op{op}_level_3": float(rng.integers(40, 100)),
            }
        assert values.keys() <= space.index.keys()
        drawn.append(voice(f"voice {number}", **values))
    return drawn


def silent_voice(name: str = "silent") -> Preset:
    """A voice with every operator's level at 0."""
    return voice(name, **{f"op{op}_output_level": 0.0 for op in range(1, 7)})
