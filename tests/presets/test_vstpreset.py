"""VST3 preset files and the state that JUCE hosts save: what is written reads back, damaged files are refused."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.errors import PresetError
from synthmatch.presets.juce import from_base64, read_vst3_state
from synthmatch.presets.vstpreset import VstPreset, read_vstpreset, write_vstpreset

CLASS_ID = "0123456789ABCDEF0123456789ABCDEF"
PRESETS = st.builds(
    VstPreset, st.text("0123456789ABCDEF", min_size=32, max_size=32), st.binary(max_size=99), st.binary(max_size=99)
)


def juce_base64(contents: bytes) -> bytes:
    """JUCE's MemoryBlock::toBase64Encoding, letter by letter as its source has it."""
    letters = ".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
    number = int.from_bytes(contents, "little")
    text = "".join(letters[number >> 6 * i & 63] for i in range((len(contents) * 8 + 5) // 6))
    return f"{len(contents)}.{text}".encode()


def juce_state(xml: bytes) -> bytes:
    """JUCE's AudioProcessor::copyXmlToBinary."""
    return b"VC2!" + struct.pack("<I", len(xml)) + xml + b"\0"


@given(PRESETS)
def test_preset_reads_back(preset: VstPreset) -> None:
    """Catches a wrong offset or size of a state, empty ones too."""
    assert read_vstpreset(write_vstpreset(preset), "x.vstpreset") == preset


def test_bytes_are_steinbergs() -> None:
    """Catches a file that other hosts refuse: the bytes are those of vstpresetfile.h."""
    head = b"VST3" + struct.pack("<i", 1) + CLASS_ID.encode() + struct.pack("<q", 48 + 8)
    listed = b"List" + struct.pack("<i", 2) + b"Comp" + struct.pack("<qq", 48, 5) + b"Cont" + struct.pack("<qq", 53, 3)
    assert write_vstpreset(VstPreset(CLASS_ID, b"state", b"ctl")) == head + b"statectl" + listed


def test_other_chunks_are_passed_over() -> None:
    """Catches a reader that refuses, or takes for the state, the names and authors that other hosts write."""
    info = b"<?xml?>"
    head = b"VST3" + struct.pack("<i", 1) + CLASS_ID.lower().encode() + struct.pack("<q", 48 + 7 + 5)
    listed = b"List" + struct.pack("<i", 2) + b"Info" + struct.pack("<qq", 48, 7) + b"Comp" + struct.pack("<qq", 55, 5)
    assert read_vstpreset(head + info + b"state" + listed, "x.vstpreset") == VstPreset(CLASS_ID, b"state")


@given(PRESETS, st.data())
def test_every_cut_is_refused(preset: VstPreset, data: st.DataObject) -> None:
    """Catches a file cut at any byte that still gives a preset."""
    contents = write_vstpreset(preset)
    length = data.draw(st.integers(0, len(contents) - 1))
    with pytest.raises(PresetError, match=r"x\.vstpreset is (no VST3 preset|damaged or cut short)"):
        read_vstpreset(contents[:length], "x.vstpreset")


@given(PRESETS, st.data())
def test_a_wrong_byte_gives_a_preset_or_its_error(preset: VstPreset, data: st.DataObject) -> None:
    """Catches a damaged number that ends in another error than `PresetError`."""
    contents = bytearray(write_vstpreset(preset))
    contents[data.draw(st.integers(0, len(contents) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PresetError):
        read_vstpreset(bytes(contents), "x.vstpreset")


@pytest.mark.parametrize(
    ("at", "replaced", "told"),
    [
        (0, b"RIFF", r"starts with b'RIFF', expected b'VST3'"),
        (4, struct.pack("<i", 2), "format version 2, expected 1"),
        (8, b"x", "class-ID is 'X1234.*', expected 32 hex digits"),
        (40, struct.pack("<q", -1), "does not fit its 81 bytes; export it again"),
        (40, struct.pack("<q", 2**62), "does not fit its 81 bytes"),
        (40, struct.pack("<q", 48), "does not fit its 81 bytes"),
        (57, struct.pack("<i", -1), "does not fit its 81 bytes"),
        (57, struct.pack("<i", 0), "holds nothing, expected the chunk Comp"),
        (61, b"Prog", "holds Prog, expected the chunk Comp"),
        (65, struct.pack("<q", 0), "does not fit its 81 bytes"),
        (65, struct.pack("<q", 80), "does not fit its 81 bytes"),
        (73, struct.pack("<q", -5), "does not fit its 81 bytes"),
        (73, struct.pack("<q", 2**40), "does not fit its 81 bytes"),
    ],
)
def test_damage_is_told(at: int, replaced: bytes, told: str) -> None:
    """Catches an offset outside the file that is read, and an error that does not say what is wrong."""
    contents = write_vstpreset(VstPreset(CLASS_ID, b"state"))
    with pytest.raises(PresetError, match=told):
        read_vstpreset(contents[:at] + replaced + contents[at + len(replaced) :], "x.vstpreset")


@pytest.mark.parametrize("class_id", ["", CLASS_ID[1:], CLASS_ID.lower(), "X" * 32])
def test_wrong_class_id_is_refused(class_id: str) -> None:
    """Catches a class-ID that would shift every field after it, or that no host would know."""
    with pytest.raises(PresetError, match="expected 32 upper-case hex digits"):
        write_vstpreset(VstPreset(class_id, b"state"))


@given(st.binary(max_size=99))
def test_base64_of_juce_is_decoded(contents: bytes) -> None:
    """Catches another order of letters or bits than JUCE's, and bits lost at the end."""
    assert from_base64(juce_base64(contents)) == contents


@given(st.binary(max_size=99), st.binary(max_size=99))
def test_saved_state_is_read(component: bytes, controller: bytes) -> None:
    """Catches the states of processor and controller mixed up."""
    xml = b"<VST3PluginState><IComponent>%b</IComponent><IEditController>%b</IEditController></VST3PluginState>"
    both = xml % (juce_base64(component), juce_base64(controller))
    assert read_vst3_state(juce_state(both)) == (component, controller)
    one = b"<VST3PluginState><IComponent>%b</IComponent></VST3PluginState>" % juce_base64(component)
    assert read_vst3_state(juce_state(one)) == (component, b"")


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        (b"", "expected VC2! and VST3PluginState"),
        (b"CcnK" + bytes(60), "expected VC2! and VST3PluginState"),
        (juce_state(b"<other/>"), "expected VC2! and VST3PluginState"),
        (juce_state(b"<VST3PluginState/>"), "saved no IComponent"),
        (juce_state(b"<VST3PluginState><IComponent>9.AB</IComponent></VST3PluginState>"), "expected JUCE's base64"),
        (juce_state(b"<VST3PluginState><IComponent>1.A/</IComponent></VST3PluginState>"), "expected JUCE's base64"),
        (juce_state(b"<VST3PluginState><IComponent>AB</IComponent></VST3PluginState>"), "expected JUCE's base64"),
    ],
)
def test_another_hosts_state_is_refused(contents: bytes, told: str) -> None:
    """Catches half a state written into a preset without a word."""
    with pytest.raises(PresetError, match=told):
        read_vst3_state(contents)
