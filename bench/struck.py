"""Struck notes of FluidR3, which DX7 voices are drawn from, for other scripts."""

from dataclasses import replace

from synthmatch.benchmark.recordings import recordings
from synthmatch.benchmark.targets import BenchTarget
from synthmatch.features.loudness import with_loudness

#: Electric piano, celesta, glockenspiel, music box, vibraphone, marimba, xylophone, tubular bells, kalimba, tinkle bell, agogo,
#: steel drums.
STRUCK = tuple((program, pitch) for program in (4, 8, 9, 10, 11, 12, 13, 14, 108, 112, 113, 114) for pitch in (60, 79))
_LOUDNESS_DB = -20.0


def struck_notes(count: int) -> list[BenchTarget]:
    """The first of the list, as loud as the sound font plays them."""
    return recordings(0, fluid_notes=STRUCK[:count]).targets


def at_one_loudness(targets: list[BenchTarget]) -> list[BenchTarget]:
    """Targets at -20 LKFS."""
    return [replace(target, audio=with_loudness(target.audio, _LOUDNESS_DB)) for target in targets]
