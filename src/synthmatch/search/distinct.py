"""Which of the presets that a search rendered are its candidates."""

import numpy as np

from synthmatch.params import Preset
from synthmatch.search.objective import Objective, Scored

#: Two candidates of one synthesizer whose coarse spectra differ by less than this on average are one, in dB; not tuned.
_SAME_DB = 1.0


def distinct(objective: Objective, count: int) -> list[Preset]:
    """The best presets that differ audibly from each better one: `count` of them, or fewer."""
    chosen: list[Scored] = []
    for scored in objective.best(64 * count):
        if all(np.abs(scored.features.difference - c.features.difference).mean() >= _SAME_DB for c in chosen):
            chosen.append(scored)
        if len(chosen) == count:
            break
    return [scored.preset for scored in chosen]
