"""The output level of a plug-in of the user's own: which parameter it is, and presets that are set to a level with it."""

from pathlib import Path

import numpy as np
import pytest

from synthmatch.features.loudness import played_db
from synthmatch.note import Note
from synthmatch.params import Parameter
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.amsynth.synth import find_library
from synthmatch.synths.plugin.level import output_level
from synthmatch.synths.plugin.synth import Plugin

pytestmark = pytest.mark.usefixtures("own_cache")

NOTE = Note(hold_seconds=0.3, render_seconds=0.5)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("osc_mix|master_vol|reverb_wet", "master_vol"),
        ("Level|Filter Cutoff", "Level"),
        ("Volume|Output|Master Volume", "Master Volume"),
        ("Output|Gain", "Gain"),
        ("Output Width|Output", "Output"),
        ("OSC1 Volume|Noise Level|Env Level|Main|Velocity", ""),
    ],
)
def test_the_output_level_is_told_by_its_name(names: str, found: str) -> None:
    """Catches the level of an oscillator or an envelope, which changes the sound, and a plug-in whose parameters' names say nothing."""
    level = output_level([Parameter(name, name, "level", "continuous", 0, 1, 0.5) for name in names.split("|")])
    assert (level.name if level else "") == found


@pytest.mark.parametrize("kind", ["vst2", "vst3"])
@pytest.mark.parametrize("gain_db", [-12.0, 6.0])
def test_a_preset_is_set_to_a_level(kind: str, gain_db: float, tiny_synth: Path) -> None:
    """Catches a match that is as loud as the plug-in's default, for a knob that is a square and one that is straight in dB."""
    synth = Plugin({"vst2": str(find_library()), "vst3": str(tiny_synth)}[kind])
    preset = synth.with_gain(synth.preset(synth.space.default), -12.0)
    with RenderPool(synth, workers=1) as pool:
        (quiet,) = pool.run([preset], NOTE)
        assert isinstance(quiet, np.ndarray)
        target = np.asarray(quiet * 10 ** (gain_db / 20), np.float32)
        ((moved, audio),) = levelled(pool, NOTE, [preset], target)
    assert isinstance(audio, np.ndarray)
    assert played_db(audio) == pytest.approx(played_db(target), abs=1.0)
    assert np.count_nonzero(moved.native != preset.native) == 1


def test_a_plugin_without_a_level_stays_as_it_is() -> None:
    """Catches another knob that is moved in the place of JX10's level, which it does not have."""
    synth = Plugin("http://drobilla.net/plugins/mda/JX10")
    preset = synth.preset(synth.space.default)
    assert synth.with_gain(preset, -12.0) is preset
