"""amsynth's text files: Debian's banks, round trips of generated presets, and every refusal."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.errors import InputWarning, PresetError
from synthmatch.params import Preset
from synthmatch.presets.amsynth import BANK_PRESETS, parse, plain_name
from synthmatch.presets.fxp import Program, write_fxp
from synthmatch.synths.amsynth.synth import Amsynth

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


#: what is done to a good bank -> the words of the warning, and what the first preset then has
REPAIRED: dict[str, tuple[Callable[[str], str], str, dict[str, float]]] = {
    "EOF": (lambda t: t.replace("EOF\n", ""), "the line EOF is missing", {}),
    "cut": (lambda t: t[: len(t) // 2], "has no end and is passed over", {}),
    "cut value": (
        lambda t: t.replace("amp_decay 1.70001", "amp_decay", 1),
        "line 4 is passed over: '<parameter> amp_decay'",
        {"amp_decay": 0},
    ),
    "lost line": (
        lambda t: t.replace("<parameter> amp_decay 1.70001\n", "", 1),
        "preset 'basic11' lacks amp_decay, which start as amsynth starts them",
        {"amp_decay": 0},
    ),
    "second value": (
        lambda t: t.replace("amp_decay 1.70001\n", "amp_decay 1.70001\n<parameter> amp_decay 0.5\n", 1),
        "line 5 sets amp_decay a second time, the last stands",
        {"amp_decay": 0.5},
    ),
    "later key": (
        lambda t: t.replace("<parameter> amp_decay", "<parameter> amp_curve 3\n<parameter> amp_decay", 1),
        "preset 'basic11' sets 'amp_curve', which amsynth does not have; it is passed over",
        {},
    ),
    "too high": (
        lambda t: t.replace("amp_decay 1.70001", "amp_decay 2.6", 1),
        "preset 'basic11' sets amp_decay to 2.6, which becomes 2.5",
        {"amp_decay": 2.5},
    ),
    "far too high": (lambda t: t.replace("amp_decay 1.70001", "amp_decay 1e999", 1), "becomes 2.5", {"amp_decay": 2.5}),
    "no class": (
        lambda t: t.replace("osc1_waveform 2", "osc1_waveform 7", 1),
        "osc1_waveform to 7, which becomes 4",
        {"osc1_waveform": 4},
    ),
    "NaN": (
        lambda t: t.replace("amp_decay 1.70001", "amp_decay nan", 1),
        "line 4 sets amp_decay to 'nan', which amsynth takes for 0",
        {"amp_decay": 0},
    ),
    "text": (lambda t: t.replace("amp_decay 1.70001", "amp_decay 1.5 s", 1), "takes for 1.5", {"amp_decay": 1.5}),
    "other tag": (
        lambda t: t.replace("<parameter> amp_decay", "<knob> amp_decay", 1),
        "line 4 is passed over: '<knob> amp_decay",
        {"amp_decay": 0},
    ),
    "parameter before preset": (
        lambda t: t.replace("amSynth\n", "amSynth\n<parameter> amp_decay 1\n", 1),
        "line 2 sets amp_decay before the first preset",
        {},
    ),
    "too many": (
        lambda t: "amSynth\n" + t[8:-4] * 2 + "EOF\n",
        "it holds 256 presets, of which amsynth reads 128",
        {},
    ),
    "mark": (lambda t: "\ufeff" + t, "a byte order mark is passed over", {}),
}


@pytest.mark.parametrize("damage", REPAIRED)
def test_what_amsynth_opens_is_read_and_said(folder: Path, bank_text: str, damage: str) -> None:
    """A bank that amsynth opens refused, read otherwise than amsynth does, or repaired without a word."""
    change, words, values = REPAIRED[damage]
    damaged = change(bank_text)
    assert damaged != bank_text
    with pytest.warns(InputWarning, match=re.escape(words)) as caught:
        presets = read_back(folder, damaged.encode())
    assert all("\n" not in str(warning.message) for warning in caught)
    good = SYNTH.space.named(SYNTH.read(BANKS[0])[0].native)
    assert SYNTH.space.named(presets[0].native) == pytest.approx(good | values)
    assert len(presets) == (65 if damage == "cut" else 128)
    # what is written is whole again
    assert len(read_back(folder, SYNTH.dump(presets, ".bank"))) == len(presets)


#: what is done to a good bank -> the reason that the message must give
DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "no preset": (lambda _: "amSynth\nEOF\n", "holds no preset"),
    "other header": (lambda t: t.replace("amSynth", "amSinth", 1), "no amsynth file: its first line is 'amSinth'"),
    "empty": (lambda _: "", "no amsynth file"),
    "web page": (lambda _: "<html>\n</html>", "no amsynth file: it is a web page (HTML)"),
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


def test_banks_of_other_systems_are_read_alike(folder: Path, bank_text: str) -> None:
    """Line ends of Windows or letters of an old encoding that change a preset, or are refused."""
    presets = SYNTH.read(BANKS[0])
    other = bank_text.replace("basic11", "Gl\u00f6ckchen").replace("\n", "\r\n").encode("latin-1")
    read = read_back(folder, other)
    assert [preset.name for preset in read] == ["Gl\u00f6ckchen", *(preset.name for preset in presets[1:])]
    np.testing.assert_array_equal([p.native for p in read], [p.native for p in presets])


def test_cut_single_preset_is_said(folder: Path) -> None:
    """Catches a single preset cut inside its last number, which reads as another number, without a word."""
    contents = SYNTH.dump([SYNTH.preset(SYNTH.space.default + 0.123, "x")], ".amSynthPreset")
    with pytest.warns(InputWarning, match="has no end, its number may be cut"):
        read_back(folder, contents[:-1])
    with pytest.warns(InputWarning, match=r"preset 'x' lacks .* which start as amsynth starts them"):
        read_back(folder, contents[: len(contents) // 2])
    with pytest.raises(PresetError):
        read_back(folder, contents[:10])
    with pytest.warns(InputWarning, match="holds 2 presets, of which amsynth reads 1"):
        read_back(folder, contents + contents.split(b"\n", 1)[1])


def test_fxp_of_another_plugin_is_refused(folder: Path) -> None:
    """Catches a preset of another plug-in whose chunk would be fed to amsynth."""
    with pytest.raises(PresetError, match=r"preset of plug-in b'JX10'.* give --synth PATH"):
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
