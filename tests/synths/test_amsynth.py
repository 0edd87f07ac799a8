"""amsynth: what is heard is what the file says, bit for bit, whatever was rendered before."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from synthmatch.audio import Audio
from synthmatch.errors import MissingSynthError
from synthmatch.note import PROTOCOLS, Note
from synthmatch.params import Preset
from synthmatch.presets.amsynth import parse, preset_text
from synthmatch.presets.fxp import Program, write_fxp
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.amsynth.synth import PLUGIN_ID, Amsynth, AmsynthEngine, find_library

SYNTH = Amsynth()
BANKS = sorted(Path("/usr/share/amsynth/banks").glob("*.bank"))
NOTE = Note(hold_seconds=0.6, render_seconds=1.0)


def played(pool: RenderPool, presets: Sequence[Preset], note: Note) -> list[Audio]:
    """The audio of all presets; a failed render fails the test."""
    results = pool.run(presets, note)
    assert [str(result) for result in results if isinstance(result, RenderFailure)] == []
    return [result for result in results if not isinstance(result, RenderFailure)]


def noisy(preset: Preset) -> bool:
    """Whether it plays amsynth's random numbers."""
    named = SYNTH.space.named(preset.native)
    return max(named["osc1_waveform"], named["osc2_waveform"]) >= 3 or named["lfo_waveform"] in (3, 4)


@pytest.fixture(scope="module")
def presets() -> list[Preset]:
    """One in 60 of people's presets, and ten with noise."""
    everything = [p for path in BANKS for p in SYNTH.read(path)]
    return everything[::60] + [p for p in everything if noisy(p)][::60]


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """Two workers, so that a preset meets both."""
    with RenderPool(SYNTH, workers=2) as pool:
        yield pool


@pytest.fixture(scope="module")
def audio(pool: RenderPool, presets: list[Preset]) -> list[Audio]:
    """The renders of `presets`."""
    return played(pool, presets, NOTE)


def test_space_is_the_whole_synthesizer() -> None:
    """Catches a parameter left out, and a switch taken for a knob or a knob for a switch."""
    assert len(SYNTH.space) == 41
    classes = {p.name: p.classes for p in SYNTH.space.parameters if p.classes}
    switches = {"osc1_waveform": 5, "osc2_waveform": 5, "lfo_waveform": 7, "osc2_sync": 2, "keyboard_mode": 3}
    assert classes == switches | {"filter_type": 5, "filter_slope": 2, "freq_mod_osc": 3, "portamento_mode": 2}
    assert {p.name: p.steps for p in SYNTH.space.parameters if p.step} == {"osc2_range": 7, "osc2_pitch": 24}


@pytest.mark.parametrize(
    ("name", "native", "shown"),
    [
        ("amp_attack", 2.5, "15.63 s"),
        ("amp_attack", 0.0, "0.0005 s"),
        ("lfo_freq", 7.5, "56.25 Hz"),
        ("osc2_detune", 1.0, "386.3 cents"),
        ("filter_cutoff", 0.5, "50 %"),
        ("filter_env_amount", -16, "-100 %"),
        ("filter_type", 2, "band pass"),
    ],
)
def test_display_is_amsynths_own(name: str, native: float, shown: str) -> None:
    """Catches a scale that is not amsynth's: the texts follow from the laws in its Preset.cpp."""
    assert SYNTH.space[name].text(native) == shown


def test_people_s_presets_sound(audio: list[Audio]) -> None:
    """Catches a note that never reaches the plug-in, and renders of another shape or type."""
    assert all(a.shape == (2, NOTE.samples) and a.dtype == np.float32 for a in audio)
    assert sum(float(np.abs(a).max()) > 1e-3 for a in audio) > 0.95 * len(audio)


def test_same_bits_whatever_was_rendered_before(pool: RenderPool, presets: list[Preset], audio: list[Audio]) -> None:
    """Catches voice state or random numbers that leak from one render to the next."""
    for first, again in zip(audio, played(pool, presets[::-1], NOTE)[::-1], strict=True):
        np.testing.assert_array_equal(again, first)


def test_saved_files_sound_the_same(
    pool: RenderPool, presets: list[Preset], audio: list[Audio], tmp_path: Path
) -> None:
    """Catches any loss between a preset, its file and the plug-in, for banks and .fxp."""
    path = tmp_path / "all.bank"
    path.write_bytes(SYNTH.dump(presets, ".bank"))
    for first, again in zip(audio, played(pool, SYNTH.read(path), NOTE), strict=True):
        np.testing.assert_array_equal(again, first)
    path.write_bytes(SYNTH.dump(presets[:1], ".fxp"))
    np.testing.assert_array_equal(played(pool, SYNTH.read(path), NOTE)[0], audio[0])


def test_icassp_note_starts_late(pool: RenderPool, presets: list[Preset]) -> None:
    """Catches a note that starts at 0 whatever is asked, and a render of the wrong length."""
    note = PROTOCOLS["icassp2023"]
    (late,) = played(pool, presets[:1], note)
    assert late.shape == (2, note.samples)
    block = 512  # the plug-in may start at the block's edge
    assert np.abs(late[:, : note.start_samples - block]).max() == 0
    assert np.abs(late[:, note.start_samples + block :]).max() > 0.25


def in_child(folder: Path, engine: AmsynthEngine, contents: bytes) -> Audio:
    """Audio of a .fxp that is loaded as it is, in a fork."""
    path = folder / "audio.npy"
    child = os.fork()
    if child == 0:
        try:
            engine._plugin.load_fxp(contents)
            np.save(path, engine._plugin.render(NOTE))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    audio: Audio = np.load(path)
    path.unlink()
    return audio


@pytest.fixture(scope="module")
def loaded() -> AmsynthEngine:
    """The plug-in in this process, which never renders with it."""
    engine = SYNTH.engine()
    assert isinstance(engine, AmsynthEngine)
    return engine


def test_people_s_text_sounds_the_same(loaded: AmsynthEngine, pool: RenderPool, tmp_path: Path) -> None:
    """Catches numbers that our grid has moved: the bank's own text, untouched, must give the same bits."""
    path = BANKS[20]  # of a version that writes all 41 parameters
    for index in (0, 40, 80, 120):
        source, preset = parse(path.read_bytes(), "x")[index], SYNTH.read(path)[index]
        assert len(source.values) == 41
        contents = write_fxp(Program(PLUGIN_ID, "x", preset_text(source), parameters=41))
        np.testing.assert_array_equal(played(pool, [preset], NOTE)[0], in_child(tmp_path, loaded, contents))


def test_fresh_engine_sounds_like_a_fork(presets: list[Preset], audio: list[Audio]) -> None:
    """Catches noise that goes on where the last engine's stopped, where there is no fork (Windows, macOS)."""
    for preset, first in list(zip(presets, audio, strict=True))[-3:]:
        assert noisy(preset)
        np.testing.assert_array_equal(SYNTH.engine().render(preset, NOTE), first)


def test_user_s_settings_do_not_matter(
    presets: list[Preset], audio: list[Audio], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches renders that change with the MIDI channel in ~/.config/amsynth, and files of the user that amsynth moves."""
    (tmp_path / ".amSynthrc").write_text("midi_channel 5\n")
    config = tmp_path / ".config/amsynth/config"
    config.parent.mkdir(parents=True)
    config.write_text("midi_channel 5\npolyphony 1\n")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    np.testing.assert_array_equal(SYNTH.engine().render(presets[0], NOTE), audio[0])
    assert sorted(tmp_path.rglob("*")) == before
    assert "XDG_CONFIG_HOME" not in os.environ


def test_library_is_found_by_vst_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a folder in VST_PATH that is ignored, or taken without the file in it."""
    usual = find_library()
    monkeypatch.setenv("VST_PATH", str(tmp_path))
    assert find_library() == usual
    (tmp_path / "amsynth_vst.so").touch()
    assert find_library() == tmp_path / "amsynth_vst.so"


def test_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a missing plug-in that shows as a traceback, or a message without the remedy."""
    assert SYNTH.missing() is None
    assert SYNTH.version().startswith("amsynth 1.")
    monkeypatch.setattr("synthmatch.synths.amsynth.synth.find_library", lambda: None)
    assert "apt-get install amsynth" in (SYNTH.missing() or "")
    assert SYNTH.version() == ""
    with pytest.raises(MissingSynthError, match="apt-get install amsynth"):
        SYNTH.engine()


def test_plugin_refuses_another_plugins_file(loaded: AmsynthEngine, tmp_path: Path) -> None:
    """Catches a preset that the plug-in did not take and that would be heard as the one before."""
    good = SYNTH.dump([SYNTH.preset(SYNTH.space.default)], ".fxp")
    assert in_child(tmp_path, loaded, good).shape == (2, NOTE.samples)
    with pytest.raises(FileNotFoundError):
        in_child(tmp_path, loaded, b"RIFF" + bytes(60))
