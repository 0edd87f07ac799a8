"""Which of the presets that a search rendered are its candidates: the best ones that differ to who listens."""

from collections.abc import Callable, Sequence

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.calibration.closeness import BOUNDS
from synthmatch.features.loudness_distance import LoudnessPattern, loudness_distance, loudness_pattern
from synthmatch.params import Preset
from synthmatch.search.objective import Objective, Scored

#: Two presets of one search whose coarse spectra differ by less than this on average are one, in dB; not tuned.
_SAME_DB = 1.0
#: Two sounds are one from this closeness to each other on, in per cent: half of people's first steps of an error are as near
#: (docs/results/ladders.md, "Closeness"). Of two that were made of one preset, from twice as far on.
SAME_SOUND = BOUNDS["identical"]
SAME_PARENT = 100 - 2 * (100 - SAME_SOUND)


def distinct(objective: Objective, count: int, renders: int | None = None) -> list[Preset]:
    """The best presets, or those of the first so many renders, that differ roughly from each better one: `count`, or fewer."""
    chosen: list[Scored] = []
    for scored in objective.best(64 * count, renders):
        if all(_differ(scored, c) for c in chosen):
            chosen.append(scored)
        if len(chosen) == count:
            break
    return [scored.preset for scored in chosen]


def at_first(objective: Objective, renders: int | None = None) -> list[Preset]:
    """Of the presets that a search began with, and of the first so many renders: the nearest, and the first of all.

    A search compares sounds at equal loudness, and may end at presets that do not reach their target's level. Its answers are
    set to that beside these. None where none rendered.
    """
    scored = [one for one in objective.scored[:renders] if np.isfinite(one.distance)]
    began = [one for one in scored if one.preset.key() in objective.began]
    if not began:
        return []
    nearest = min(began, key=lambda one: one.distance).preset
    first = began[0].preset
    return [nearest] if nearest is first else [nearest, first]


def _differ(first: Scored, second: Scored) -> bool:
    differences = first.features.difference - second.features.difference
    # where distances alone were measured, all may differ
    return not differences.size or float(np.abs(differences).mean()) >= _SAME_DB


def differing(
    presets: Sequence[Preset], sounds: Sequence[Audio], closeness: Callable[[float], float], count: int
) -> list[int]:
    """Places of the first `count` presets, or fewer, whose sounds differ from those of each one before.

    `sounds`: (channels, samples) each. `closeness`: per cent of a loudness distance. Presets of one name were made of one.
    """
    chosen: list[tuple[int, LoudnessPattern]] = []
    for place, sound in enumerate(sounds):
        pattern = loudness_pattern(sound)
        if all(
            closeness(loudness_distance(other, pattern))
            < (SAME_PARENT if presets[k].name == presets[place].name else SAME_SOUND)
            for k, other in chosen
        ):
            chosen.append((place, pattern))
        if len(chosen) == count:
            break
    return [place for place, _ in chosen]
