"""Three searches whose presets are kept: a bundled sound and a budget for each synthesizer."""

from pathlib import Path
from typing import Any

import numpy as np

import synthmatch
from synthmatch.params import Preset
from synthmatch.synths.registry import get_synth

EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"
#: synthesizer -> (sound, renders)
SEARCHES = {"dexed": ("bass.flac", 48), "amsynth": ("bell.flac", 24), "vital": ("tabla.flac", 16)}


def found_presets(synth: str) -> list[dict[str, Any]]:
    """The candidates of a synthesizer's search: their names, what tells their values apart, and their distances."""
    sound, renders = SEARCHES[synth]
    found = synthmatch.match(EXAMPLES / sound, synths=[synth], renders=renders, metrics=())
    return [
        {"name": one.preset.name, "values": told_apart(one.preset), "distance": round(one.distance, 3)} for one in found
    ]


def told_apart(preset: Preset) -> list[float]:
    """Three sums of a preset's knob positions, each with other signs and weights.

    Not a hash: the last step of a level that is set from a render is not the same on every processor.
    """
    unit = get_synth(preset.synth).space.to_unit(preset.native)
    return [round(float((unit * np.cos(k * np.arange(len(unit)))).sum()), 4) for k in (1, 2, 3)]
