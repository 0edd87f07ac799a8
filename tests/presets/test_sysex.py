"""DX7 voices as bytes: what is written is read back."""

import dexed
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.arrays import Voice
from synthmatch.errors import PresetError
from synthmatch.presets import sysex
from synthmatch.presets.dx7_file import parse

VOICES = st.builds(
    lambda sound, name: np.array(sound + list(name.encode()), np.uint8),
    st.tuples(*(st.integers(0, int(high)) for high in sysex.VOICE_MAX)).map(list),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=10, max_size=10),
)


@given(VOICES)
def test_packing_loses_nothing(voice: Voice) -> None:
    """Catches a bit field that is shifted or masked wrongly."""
    assert np.array_equal(sysex.unpack(sysex.pack(voice)), voice)


@given(VOICES)
def test_packing_agrees_with_dexed(voice: Voice) -> None:
    """Catches a layout that is our own: the binding's independent packing gives the same bytes."""
    assert dexed.Patch.from_sysex(voice.tobytes()).to_packed()[:118] == sysex.pack(voice)[:118]


@given(st.lists(VOICES, min_size=1, max_size=32))
def test_a_bank_is_read_back(voices: list[Voice]) -> None:
    """Catches a wrong checksum, order or padding of a bank."""
    data = sysex.dump_bank(voices)
    read = parse(data, "x.syx")
    assert len(data) == 4104
    assert len(read) == 32
    assert all(np.array_equal(read[i], voices[i % len(voices)]) for i in range(32))


@given(VOICES)
def test_a_single_voice_is_read_back(voice: Voice) -> None:
    """Catches a header or checksum that only banks get right."""
    data = sysex.dump_single(voice)
    assert len(data) == 163
    assert np.array_equal(parse(data, "x.syx")[0], voice)


@given(st.lists(VOICES, min_size=1, max_size=4))
def test_messages_in_a_row_are_all_read(voices: list[Voice]) -> None:
    """Catches a reader that stops after the first dump of a file."""
    data = b"".join(sysex.dump_single(voice) for voice in voices)
    assert all(np.array_equal(a, b) for a, b in zip(parse(data, "x.syx"), voices, strict=True))


@given(st.binary(min_size=128, max_size=128))
def test_any_packed_bytes_give_a_legal_voice(packed: bytes) -> None:
    """Catches an out-of-range byte that would reach the engine."""
    voice = sysex.unpack(packed)
    assert np.all(voice[:145] <= sysex.VOICE_MAX)


INIT = np.concatenate([np.zeros(145, np.uint8), np.frombuffer(b"INIT VOICE", np.uint8)])


def test_a_bank_holds_at_most_32() -> None:
    """Catches voices that are silently dropped."""
    with pytest.raises(PresetError, match="33 voices"):
        sysex.dump_bank([INIT] * 33)
