"""VST2 preset files: what is written reads back, and damaged files are refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.errors import PresetError
from synthmatch.presets.fxp import Program, read_programs, write_fxp

IDS = st.binary(min_size=4, max_size=4)
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=27)


def bank(kind: bytes, body: bytes, count: int) -> bytes:
    """A ``.fxb`` by the letter of Steinberg's vstfxstore.h."""
    return struct.pack(">4si4si4sii", b"CcnK", 0, kind, 2, b"abcd", 1, count) + bytes(128) + body


@given(IDS, NAMES, st.binary(max_size=200), st.integers(0, 2**31 - 1))
def test_chunk_reads_back(plugin_id: bytes, name: str, chunk: bytes, version: int) -> None:
    """Catches a wrong offset or byte order in programs with a chunk."""
    program = Program(plugin_id, name, chunk, (), version, 41)
    assert read_programs(write_fxp(program), "x.fxp") == [program]


@given(IDS, NAMES, st.lists(st.floats(0, 1, width=32), min_size=1, max_size=50))
def test_values_read_back(plugin_id: bytes, name: str, values: list[float]) -> None:
    """Catches a wrong offset or byte order in programs that list their parameters."""
    program = Program(plugin_id, name, None, tuple(values), 0, len(values))
    assert read_programs(write_fxp(program), "x.fxp") == [program]


def test_header_bytes() -> None:
    """Catches a header that other hosts refuse: the bytes are those of vstfxstore.h."""
    contents = write_fxp(Program(b"amsy", "Bass", b"xyz", parameters=41))
    assert contents[:28] == struct.pack(">4si4si4sii", b"CcnK", len(contents) - 8, b"FPCh", 1, b"amsy", 0, 41)
    assert contents[28:56] == b"Bass".ljust(28, b"\0")
    assert contents[56:] == struct.pack(">i", 3) + b"xyz"


def test_long_name_is_cut_between_letters() -> None:
    """Catches a name that is cut inside a two-byte letter, or fills the place of the closing zero."""
    (program,) = read_programs(write_fxp(Program(b"abcd", "é" * 20, b"")), "x.fxp")
    assert program.name == "é" * 13


def test_bank_of_programs() -> None:
    """Catches a reader that takes only the first program of a bank."""
    programs = [Program(b"abcd", f"p{i}", None, (0.25, i / 4), 0, 2) for i in range(3)]
    contents = bank(b"FxBk", b"".join(write_fxp(p) for p in programs), 3)
    assert read_programs(contents, "x.fxb") == programs


def test_bank_of_one_chunk() -> None:
    """Catches a wrong start of the chunk in a bank, the kind of file that DawDreamer saves."""
    (program,) = read_programs(bank(b"FBCh", struct.pack(">i", 5) + b"state", 1), "x.fxb")
    assert (program.plugin_id, program.chunk) == (b"abcd", b"state")


@pytest.mark.parametrize("contents", [b"", b"RIFF", b"CcnK" + bytes(4) + b"ABCD" + bytes(40)])
def test_other_files_are_refused(contents: bytes) -> None:
    """Catches a WAV or an unknown kind that is taken for a preset."""
    with pytest.raises(PresetError, match=r"x\.fxp is no VST2 preset"):
        read_programs(contents, "x.fxp")


@pytest.mark.parametrize("program", [Program(b"abcd", "n", b"0123456789"), Program(b"abcd", "n", None, (0.5, 1.0))])
def test_every_cut_is_refused(program: Program) -> None:
    """Catches a file cut at any byte that still gives a preset."""
    contents = write_fxp(program)
    for length in range(12, len(contents)):
        with pytest.raises(PresetError, match="cut short"):
            read_programs(contents[:length], "x.fxp")


def test_wrong_id_is_refused() -> None:
    """Catches a plug-in id that would shift every field after it."""
    with pytest.raises(PresetError, match="four bytes"):
        write_fxp(Program(b"abc", "n", b""))
