"""What a search starts from: a model's answers and the library's neighbours, in turn."""

from collections.abc import Sequence
from itertools import chain, zip_longest

from synthmatch.params import Preset

#: Presets that a search may draw from.
SEEDS = 64
#: A model's answers among them: its first, and draws from what it finds likely.
MODEL_SEEDS = 16


def in_turn(answers: Sequence[Preset], neighbours: Sequence[Preset]) -> list[Preset]:
    """The first answer, the first neighbour, the second answer, ...: each preset once, at most `SEEDS`.

    A small budget renders the first few only, so it gets some of both.
    """
    turns = chain.from_iterable(zip_longest(answers, neighbours))
    return list({preset.key(): preset for preset in turns if preset is not None}.values())[:SEEDS]
