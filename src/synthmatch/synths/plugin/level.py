"""Which parameter of a plug-in is its output level, as names tell, and where a gain moves it."""

from collections.abc import Sequence

from synthmatch.params import Parameter
from synthmatch.synths.plugin.names import words

#: Words of a name that say the level, and of which. A name with any other word is of a part of the synthesizer.
_LEVEL = frozenset({"volume", "vol", "level", "lvl", "gain", "loudness"})
_OUTPUT = frozenset({"master", "main", "global", "output", "out"})
#: Of these, those that are levels by themselves.
_ALONE = frozenset({"master", "output"})
#: A knob at 0 may be silent, and no factor moves it.
_LEAST_UNIT = 0.05


def output_level(parameters: Sequence[Parameter]) -> Parameter | None:
    """The continuous parameter that is the level of everything, or None: "Master Volume" comes before "Volume", that before "Output"."""
    ranked: list[tuple[int, Parameter]] = []
    for parameter in parameters:
        said = set(words(parameter.name))
        if parameter.kind == "continuous" and said and said <= _OUTPUT | _LEVEL:
            if said & _LEVEL:
                ranked.append((0 if said & _OUTPUT else 1, parameter))
            elif said <= _ALONE:
                ranked.append((2, parameter))
    return min(ranked, key=lambda one: one[0], default=(0, None))[1]


def moved_unit(unit: float, gain_db: float) -> float:
    """Where a level's knob, 0 to 1, is for a gain, if its amplitude is the square of its position.

    That is between a knob that is straight in amplitude, which does half as much, and one that is straight in dB: renders tell the rest.
    """
    start = max(unit, _LEAST_UNIT) if gain_db > 0 else unit
    return min(start * 10.0 ** (gain_db / 40.0), 1.0)
