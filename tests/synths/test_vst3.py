"""What only VST3 plug-ins have: ``.vstpreset`` files, a class-ID, and a bundle of files. Played on TinySynth."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synthmatch.errors import PresetError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.presets.vstpreset import VstPreset, read_vstpreset, write_vstpreset
from synthmatch.render.pool import RenderPool
from synthmatch.synths.plugin.probe import probe
from synthmatch.synths.plugin.synth import Plugin
from synthmatch.synths.plugin.vst3_class import class_id, library_of
from synthmatch.synths.preset_files import main_format, read_presets, write_presets
from synthmatch.synths.registry import get_synth

pytestmark = pytest.mark.usefixtures("own_cache")

NOTE = Note(hold_seconds=0.3, render_seconds=0.5)
#: how DPF makes a class-ID: "DPF ", "clas", the four letters that TinySynth gives, and zeros
CLASS_ID = b" FPDsalcyniT".hex().upper() + "0" * 8


@pytest.fixture(scope="module")
def synth(tiny_synth: Path) -> Plugin:
    """TinySynth as a user names it."""
    found = get_synth(str(tiny_synth))
    assert isinstance(found, Plugin)
    return found


@pytest.fixture(scope="module")
def presets(synth: Plugin) -> list[Preset]:
    """One preset for each wave, anywhere in the space but its knobs away from silence."""
    generator = np.random.default_rng(2)
    units = generator.uniform(0.2, 0.8, (4, len(synth.space)))
    units[:, synth.space.index["Wave"]] = np.arange(4) / 3
    return [synth.preset(synth.space.to_native(row)) for row in units]


def test_written_file_sounds_like_its_preset(synth: Plugin, presets: list[Preset], tmp_path: Path) -> None:
    """Catches a value that the file rounds, loses or puts into another parameter: the audio is the same bit for bit."""
    read = []
    for number, preset in enumerate(presets):
        path = tmp_path / f"{number}.vstpreset"
        write_presets(path, [preset])
        read += read_presets(path, synth)
    with RenderPool(synth, workers=1) as pool:
        for one, two in zip(pool.run(presets, NOTE), pool.run(read, NOTE), strict=True):
            assert isinstance(one, np.ndarray), one
            np.testing.assert_array_equal(two, one)
            assert np.abs(one).max() > 0.016  # measured: 0.033 and more


@pytest.mark.parametrize("level", [0.0, 0.25, 1.0])
def test_first_parameter_is_what_was_set(synth: Plugin, presets: list[Preset], level: float, tmp_path: Path) -> None:
    """Catches the 0 that DPF tells of it: lost when a file is read, or thought to be there when it is to be set."""
    assert synth.space.parameters[0].default == pytest.approx(0.7)
    preset = presets[0].with_native(np.concatenate([[level], presets[0].native[1:]]))
    path = tmp_path / "x.vstpreset"
    write_presets(path, [preset])
    state = read_vstpreset(path.read_bytes(), path.name).component.split(b"\0")
    assert float(state[state.index(b"Level") + 1]) == pytest.approx(-40 + 40 * level)
    (read,) = read_presets(path, synth)
    np.testing.assert_allclose(read.native, preset.native, atol=1e-6)
    with RenderPool(synth, workers=1) as pool:
        one, two = pool.run([preset, read], NOTE)
    assert isinstance(one, np.ndarray), one
    np.testing.assert_array_equal(two, one)
    loudest = 10 ** (-40 / 20 + 2 * level)
    assert 0.1 * loudest < np.abs(one).max() < 2 * loudest


def test_file_is_named_after_the_plugin(synth: Plugin, presets: list[Preset]) -> None:
    """Catches a class-ID that other hosts do not know, and a state of the host's in place of the plug-in's."""
    saved = read_vstpreset(synth.dump(presets[:1], ".vstpreset"), "x.vstpreset")
    assert saved.class_id == CLASS_ID
    assert saved.component.startswith(b"__dpf_parameters_begin__\0Level\0-")


def test_another_plugins_file_is_told(synth: Plugin, presets: list[Preset], tmp_path: Path) -> None:
    """Catches an error that does not say whose file it is."""
    state = read_vstpreset(synth.dump(presets[:1], ".vstpreset"), "x.vstpreset").component
    path = tmp_path / "Lead.vstpreset"
    path.write_bytes(write_vstpreset(VstPreset("A" * 32, state)))
    with pytest.raises(PresetError, match=f"Lead.vstpreset is a preset of plug-in A{{32}}, expected {CLASS_ID}"):
        synth.read(path)


def test_plugin_refuses_what_is_not_its_own(tiny_synth: Path) -> None:
    """Catches a render with the sound before it, where a plug-in does not take its state."""
    other = write_vstpreset(VstPreset("A" * 32, b"state"))
    with pytest.raises(PresetError, match=r"TinySynth\.vst3 refuses this preset"):
        probe(str(tiny_synth), other)


def test_plugin_without_state_is_saved_as_json(
    tiny_synth: Path, presets: list[Preset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a match that ends after its search since there is no file to write it to."""
    monkeypatch.setattr("synthmatch.synths.plugin.synth.probe", lambda source: replace(probe(source), state=b""))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    mute = Plugin(str(tiny_synth))
    assert mute.formats == ()
    assert main_format(mute).suffix == ".json"
    with pytest.raises(PresetError, match="TinySynth writes no native file; save the preset as JSON"):
        mute.dump(presets[:1], ".vstpreset")


def test_replaced_library_is_asked_again(tiny_synth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches the parameters of an older version: the date of a bundle does not show that its library is new."""
    bundle = tmp_path / "TinySynth.vst3"
    shutil.copytree(tiny_synth, bundle)
    assert Plugin(str(bundle)).missing() is None
    monkeypatch.setattr("synthmatch.synths.plugin.synth.probe", None)
    assert Plugin(str(bundle)).missing() is None
    os.utime(library_of(str(bundle)), (1, 1))
    with pytest.raises(TypeError, match="not callable"):
        Plugin(str(bundle)).missing()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("int other;", "has no VST3 factory"),
        ("void *GetPluginFactory(void) { return 0; }", "gives no VST3 factory"),
        (
            "static int none(void *self) { return 0; } static void *table[] = {0, 0, 0, 0, (void *)none, (void *)none};"
            "static void **factory = table; void *GetPluginFactory(void) { return &factory; }",
            "lists no audio class",
        ),
    ],
)
def test_library_without_class_is_told(source: str, told: str, tmp_path: Path) -> None:
    """Catches a crash, or a class-ID of anything, for a library that is no VST3."""
    code, library = tmp_path / "x.c", tmp_path / "x.vst3"
    code.write_text(source)
    assert os.system(f"cc -shared -fPIC -o {library} {code}") == 0
    with pytest.raises(PresetError, match=told):
        class_id(str(library))
