"""amsynth's text files: Debian's banks, round trips of generated presets, and every refusal."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.errors import PresetError
from synthmatch.params import Preset
from synthmatch.presets.amsynth import BANK_PRESETS, parse, plain_name
from synthmatch.presets.fxp import Program, write_fxp
from synthmatch.synths.amsynth import Amsynth

SYNTH = Amsynth()
BANKS = sorted(Path("/usr/share/amsynth/banks").glob("*.bank"))
SUFFIXES = [".bank", ".fxp", ".amSynthPreset"]

UNITS = st.lists(st.floats(0, 1), min_size=41, max_size=41)


def read_back(folder: Path, contents: bytes) -> list[Preset]:
    """What the synthesizer reads in a file with these contents."""
    path = folder / "file"
    path.write_bytes(contents)
    return SYNTH.read(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all files: hypothesis runs a test many times."""
    return tmp_path_factory.mktemp("amsynth")


@pytest.fixture(scope="module")
def bank_text() -> str:
    """A bank of amsynth 1.4, with 36 of today's 41 parameters."""
    return BANKS[0].read_text()


@settings(max_examples=40)
@given(units=UNITS, name=st.text(max_size=40))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_preset_reads_back(folder: Path, suffix: str, units: list[float], name: str) -> None:
    """Catches decimals too short to give the same native value, and names that break the lines around them."""
    preset = SYNTH.preset(SYNTH.space.to_native(units), name)
    (back,) = read_back(folder, SYNTH.dump([preset], suffix))
    np.testing.assert_array_equal(back.native, preset.native)
    assert back.name == plain_name(name)
    assert SYNTH.dump([back], suffix) == SYNTH.dump([preset], suffix)


def test_all_of_debians_presets_read_and_save(folder: Path) -> None:
    """Catches a key, version or value in people's banks that we refuse or change."""
    count = 0
    for path in BANKS:
        presets = SYNTH.read(path)
        count += len(presets)
        contents = SYNTH.dump(presets, ".bank")
        for preset, back in zip(presets, read_back(folder, contents), strict=True):
            np.testing.assert_array_equal(back.native, preset.native)
            assert (back.name, back.extra) == (preset.name, preset.extra)
        # every number stands as its author's amsynth wrote it; newer parameters are added
        lines = {" ".join(line.split()) for line in path.read_text().splitlines()}
        assert lines <= set(contents.decode().splitlines())
    assert count == 3482


def test_missing_newer_parameters_take_defaults(folder: Path, bank_text: str) -> None:
    """Catches presets of amsynth 1.4 that are refused, or get zeros for what came later."""
    preset = read_back(folder, bank_text.encode())[0]
    named = SYNTH.space.named(preset.native)
    newer = {"freq_mod_osc": 0, "filter_kbd_track": 1, "filter_vel_sens": 1, "amp_vel_sens": 1, "portamento_mode": 0}
    assert newer.keys().isdisjoint(parse(bank_text.encode(), "x")[0].values)
    assert newer == {name: named[name] for name in newer}


def test_moved_parameter_loses_the_file_s_number(folder: Path, bank_text: str) -> None:
    """Catches a search whose moves are undone by the numbers kept from the file."""
    preset = read_back(folder, bank_text.encode())[0]
    assert preset.extra["decimals"]
    other = preset.with_native(SYNTH.space.snap(SYNTH.space.default + 0.25))
    (back,) = read_back(folder, SYNTH.dump([other], ".fxp"))
    np.testing.assert_array_equal(back.native, other.native)


def test_tuning_is_kept_but_not_in_a_bank(folder: Path) -> None:
    """Catches a tuning file that gets lost between load and save, and a MIDI channel that mutes a render."""
    contents = SYNTH.dump([SYNTH.preset(SYNTH.space.default, "tuned")], ".amSynthPreset")
    contents += b"<property> tuning_scl_file /a b/c.scl\n<property> midi_channel 5\n"
    (preset,) = read_back(folder, contents)
    assert preset.extra["properties"] == {"tuning_scl_file": "/a b/c.scl"}
    assert read_back(folder, SYNTH.dump([preset], ".fxp"))[0].extra == preset.extra
    with pytest.raises(PresetError, match="a bank cannot hold"):
        SYNTH.dump([preset], ".bank")


def test_unused_control_of_old_versions_is_skipped(folder: Path, bank_text: str) -> None:
    """Catches the key that amsynth writes for a control it gave up being taken for an unknown one."""
    old = bank_text.replace("<parameter> amp_attack", "<parameter> unused 0.5\n<parameter> amp_attack", 1)
    np.testing.assert_array_equal(read_back(folder, old.encode())[0].native, SYNTH.read(BANKS[0])[0].native)


#: what is done to a good bank -> the reason that the message must give
DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "EOF": (lambda t: t.replace("EOF", ""), "cut short: an amsynth bank ends with a line EOF"),
    "cut": (lambda t: t[: len(t) // 2], "cut short"),
    "cut value": (lambda t: t.replace("amp_decay 1.70001", "amp_decay", 1), "line 4 is '<parameter> amp_decay'"),
    "lost line": (lambda t: t.replace("<parameter> amp_decay 1.70001\n", "", 1), "lacks amp_decay"),
    "lost preset line": (lambda t: re.sub("<preset> <name> basic12\n", "", t), "amp_attack a second time"),
    "unknown key": (lambda t: t.replace("amp_decay", "amp_decoy", 1), "'amp_decoy', which amsynth does not have"),
    "too high": (lambda t: t.replace("amp_decay 1.70001", "amp_decay 2.6", 1), "amp_decay to 2.6, expected 0 to 2.5"),
    "no class": (lambda t: t.replace("osc1_waveform 2", "osc1_waveform 7", 1), "osc1_waveform to 7, expected 0 to 4"),
    "NaN": (lambda t: t.replace("amp_decay 1.70001", "amp_decay nan", 1), "amp_decay to 'nan', expected a number"),
    "text": (lambda t: t.replace("amp_decay 1.70001", "amp_decay long", 1), "amp_decay to 'long', expected a number"),
    "other tag": (lambda t: t.replace("<parameter> amp_decay", "<knob> amp_decay", 1), "is '<knob> amp_decay"),
    "no preset": (lambda _: "amSynth\nEOF\n", "holds no preset"),
    "parameter before preset": (lambda t: t.replace("<preset> <name> basic11\n", "", 1), "line 2 is"),
    "too many": (lambda t: "amSynth\n" + t[8:-4] * 2 + "EOF\n", "holds 256 presets, expected at most 128"),
    "other header": (lambda t: t.replace("amSynth", "amSinth", 1), "no amsynth file"),
    "empty": (lambda _: "", "no amsynth file"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_bank_is_refused(folder: Path, bank_text: str, damage: str) -> None:
    """Catches each kind of damage that would give a preset nobody made; the message is one line and says which."""
    change, reason = DAMAGE[damage]
    damaged = change(bank_text)
    assert damaged != bank_text
    with pytest.raises(PresetError, match=re.escape(reason)) as caught:
        read_back(folder, damaged.encode())
    assert "\n" not in str(caught.value)


def test_damaged_single_preset_is_refused(folder: Path) -> None:
    """Catches a single preset cut inside its last number, which would read as another number."""
    contents = SYNTH.dump([SYNTH.preset(SYNTH.space.default + 0.123, "x")], ".amSynthPreset")
    for length in (len(contents) - 1, len(contents) // 2, 10):
        with pytest.raises(PresetError):
            read_back(folder, contents[:length])
    with pytest.raises(PresetError, match="holds 2 presets, expected at most 1"):
        read_back(folder, contents + contents.split(b"\n", 1)[1])


def test_fxp_of_another_plugin_is_refused(folder: Path) -> None:
    """Catches a preset of another plug-in whose chunk would be fed to amsynth."""
    with pytest.raises(PresetError, match="preset of plug-in b'JX10'"):
        read_back(folder, write_fxp(Program(b"JX10", "x", b"amSynth1.0preset\n")))
    with pytest.raises(PresetError, match="preset of plug-in b'amsy'"):
        read_back(folder, write_fxp(Program(b"amsy", "x", None, (0.5,) * 41)))


def test_absent_and_binary_files_are_refused(tmp_path: Path) -> None:
    """Catches a traceback for a wrong path, a folder, or a recording given as a preset."""
    (tmp_path / "x.wav").write_bytes(b"RIFF\x00\xff\xfe\x00WAVE")
    for path in (tmp_path / "none.bank", tmp_path, tmp_path / "x.wav"):
        with pytest.raises(PresetError):
            SYNTH.read(path)


@pytest.mark.parametrize("suffix", [".fxp", ".amSynthPreset", ".bank"])
def test_too_many_presets_are_refused(suffix: str) -> None:
    """Catches presets that are silently left out of a file."""
    presets = [SYNTH.preset(SYNTH.space.default)] * (BANK_PRESETS + 1)
    with pytest.raises(PresetError, match="got 129 presets"):
        SYNTH.dump(presets, suffix)


def test_other_synths_and_formats_are_refused() -> None:
    """Catches a DX7 voice written as an amsynth preset, and a format that amsynth does not know."""
    with pytest.raises(PresetError, match="preset of dexed"):
        SYNTH.dump([Preset("dexed", SYNTH.space.default)], ".bank")
    with pytest.raises(PresetError, match=r"not '\.vital'"):
        SYNTH.dump([SYNTH.preset(SYNTH.space.default)], ".vital")


@pytest.mark.parametrize(
    "extra",
    [
        {"decimals": {"amp_attack": "0.1\n<parameter> amp_decay 2"}},
        {"decimals": {"amp_attack": "nan"}},
        {"decimals": {"no_such_key": "1"}},
        {"properties": {"tuning_scl_file": "a\n<parameter> amp_decay 2"}},
    ],
)
def test_hostile_extra_cannot_break_the_file(folder: Path, extra: dict[str, dict[str, str]]) -> None:
    """Catches text smuggled into a file through a preset's extra data."""
    preset = Preset("amsynth", SYNTH.space.default, "x", extra)
    (back,) = read_back(folder, SYNTH.dump([preset], ".fxp"))
    np.testing.assert_array_equal(back.native, SYNTH.space.default)
