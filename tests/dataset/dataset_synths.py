"""Synthesizers for the tests of data sets, and the banks of Debian's packages."""

from functools import cache

from synthmatch.audio import Audio
from synthmatch.library.sources import BANKS, read_presets
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.synths.base import Engine
from synthmatch.synths.dexed.synth import Dexed
from synthmatch.synths.registry import get_synth


class Picky(Dexed):
    """Dexed without a bank or generator, as a plug-in is, whose engine fails for half of all presets."""

    id = "dataset_synths:Picky"

    def engine(self) -> Engine:
        return PickyEngine()


class PickyEngine:
    """Fails for an odd feedback."""

    leaks_state = False
    fresh_repeats = True

    def __init__(self) -> None:
        self._dexed = Dexed().engine()

    def render(self, preset: Preset, note: Note) -> Audio:
        if preset.native[Dexed().space.index["feedback"]] % 2:
            raise ValueError("odd")
        return self._dexed.render(preset, note)


@cache
def bank(synth: str) -> list[Preset]:
    """The presets of a synthesizer's Debian package."""
    return read_presets(get_synth(synth), [BANKS[synth]]).presets


def silent(preset: Preset) -> Preset:
    """A DX7 voice with every operator's level at 0."""
    space = get_synth("dexed").space
    return preset.with_native(space.from_named({f"op{op}_output_level": 0.0 for op in range(1, 7)}, preset.native))
