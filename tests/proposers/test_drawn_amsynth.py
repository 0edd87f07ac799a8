"""amsynth presets drawn from the target, through the real amsynth."""

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from synthmatch.arrays import F32
from synthmatch.features.search_distance import SearchDistance
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn.amsynth.drawer import draw_amsynth
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.amsynth.waveforms import NOISE, PULSE, SAW, SINE
from synthmatch.synths.registry import get_synth

AMSYNTH = get_synth("amsynth")
SPACE = AMSYNTH.space
NOTE = Note(pitch=57, hold_seconds=0.8, render_seconds=1.2)
TIME = np.arange(NOTE.samples) / SAMPLE_RATE_HZ
PLUCK = {
    "amp_decay": 0.8,
    "amp_sustain": 0.2,
    "amp_release": 0.5,
    "filter_cutoff": 0.6,
    "filter_slope": 1,
    "osc_mix": -1,
}
#: Sounds by name, as settings of amsynth.
MADE = {
    "saw": PLUCK | {"osc1_waveform": SAW},
    "opening": PLUCK
    | {"osc1_waveform": SAW, "filter_cutoff": 0.1, "filter_env_amount": 12, "filter_decay": 0.7, "filter_sustain": 0},
    "hiss": PLUCK | {"osc1_waveform": NOISE, "amp_sustain": 0},
    "two": PLUCK | {"osc1_waveform": SINE, "osc2_waveform": PULSE, "osc2_range": 1, "osc_mix": 0},
    "room": PLUCK
    | {"osc1_waveform": SAW, "amp_decay": 0.5, "amp_sustain": 0, "reverb_wet": 0.5, "reverb_roomsize": 0.8},
}


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """A worker of amsynth."""
    with RenderPool(AMSYNTH, workers=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def sounds(pool: RenderPool) -> dict[str, F32]:
    """Renders of `MADE`."""
    presets = [Preset("amsynth", SPACE.from_named(settings)) for settings in MADE.values()]
    return {name: np.asarray(audio) for name, audio in zip(MADE, pool.run(presets, NOTE), strict=True)}


def drawn(target: F32, note: Note = NOTE) -> list[Preset]:
    """The presets that are proposed."""
    return draw_amsynth(SPACE, target, note)
