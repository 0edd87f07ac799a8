"""DX7 files as people have them: what is passed over is said, what is no voice is refused with what it is."""

import io
import warnings
import wave
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from synthmatch.arrays import Voice
from synthmatch.errors import InputWarning, PresetError
from synthmatch.presets import sysex
from synthmatch.presets.dx7_file import parse

RNG = np.random.default_rng(12)
VOICES = [
    np.concatenate([RNG.integers(0, sysex.VOICE_MAX + 1).astype(np.uint8), np.frombuffer(b"VOICE %4d" % i, np.uint8)])
    for i in range(64)
]
BANK, SECOND = sysex.dump_bank(VOICES[:32]), sysex.dump_bank(VOICES[32:])
SINGLE = sysex.dump_single(VOICES[0])
BODY = BANK[6:-2]
HEAD = BANK[:6]

#: what a DX7II and a TX802 put around their voices
CHANGE = bytes.fromhex("f0 43 10 19 4d 00 f7")
SUPPLEMENT = bytes.fromhex("f0 43 00 06 08 60") + bytes(1120) + b"\0\xf7"
PERFORMANCES = bytes.fromhex("f0 43 00 7e 0c 6a") + b"LM  8973PM" + bytes(1632) + b"\0\xf7"
TUNING = bytes.fromhex("f0 43 00 7e 02 0a") + b"LM  MCRYE " + bytes(256) + b"\0\xf7"


def with_checksum(head: str, body: bytes) -> bytes:
    """A dump with another header."""
    return bytes.fromhex(head) + body + bytes([sysex.checksum(body), 0xF7])


def mac_binary(data: bytes) -> bytes:
    """A file in the wrapper of Macintosh programs: a head with its name, then its data and zeros to a whole block."""
    head = bytearray(128)
    head[1:10] = b"\x08BANK.SYX"
    head[65:73] = b"????????"
    head[83:87] = len(data).to_bytes(4, "big")
    return bytes(head) + data + bytes(-len(data) % 128)


def number(value: int) -> bytes:
    """A length in a MIDI file."""
    low = [value & 0x7F]
    while value := value >> 7:
        low.append(value & 0x7F | 0x80)
    return bytes(reversed(low))


def midi_file(*tracks: bytes) -> bytes:
    """A standard MIDI file."""
    chunks = [b"MTrk" + len(t).to_bytes(4, "big") + t for t in tracks]
    return b"MThd\0\0\0\x06\0\x01" + len(tracks).to_bytes(2, "big") + b"\0\x60" + b"".join(chunks)


def event(message: bytes) -> bytes:
    """A message as one sysex event."""
    return b"\0\xf0" + number(len(message) - 1) + message[1:]


def packets(message: bytes, size: int) -> bytes:
    """A message as a sysex event and continued ones."""
    parts = [message[i : i + size] for i in range(1, len(message), size)]
    return b"".join(b"\x10" + (b"\xf7" if i else b"\xf0") + number(len(p)) + p for i, p in enumerate(parts))


END = b"\0\xff\x2f\0"
NOTES = b"\0\x90\x3c\x40\x20\x3c\0\0\xff\x03\x04Name\0\xc0\x05"

#: file -> voices in it, words of the warning
READ: dict[str, tuple[bytes, list[Voice], str]] = {
    "zeros after it": (BANK + bytes(24), VOICES[:32], "passed over 24 bytes outside"),
    "text before it": (b"Bank by Jo\r\n" + BANK, VOICES[:32], "passed over 12 bytes outside"),
    "cut message after it": (BANK + b"\xf0\x43", VOICES[:32], "passed over"),
    "MacBinary": (mac_binary(BANK), VOICES[:32], "248 bytes outside of sysex messages (a MacBinary wrapper)"),
    "wrong checksum": (BANK[:-2] + bytes([BANK[-2] ^ 1, 0xF7]), VOICES[:32], "the checksum is"),
    "wrong checksum of a voice": (SINGLE[:-2] + bytes([SINGLE[-2] ^ 1, 0xF7]), VOICES[:1], "the checksum is"),
    "old Dexed's header": (with_checksum("f0 43 00 00 20 00", BODY), VOICES[:32], "header is f0 43 00 00 20 00"),
    "byte count": (with_checksum("f0 43 00 09 10 00", BODY), VOICES[:32], "header is f0 43 00 09 10 00"),
    "other maker's header": (with_checksum("f0 42 00 09 20 00", BODY), VOICES[:32], "header is f0 42 00 09 20 00"),
    "clock inside": (BANK[:900] + b"\xf8\xfe" + BANK[900:4000] + b"\xf8" + BANK[4000:], VOICES[:32], "3 real-time"),
    "no f7": (BANK[:-1], VOICES[:32], "the last byte (f7) is missing"),
    "DX7II": (
        CHANGE + SUPPLEMENT + BANK + CHANGE + SUPPLEMENT + SECOND + PERFORMANCES + TUNING,
        VOICES,
        "passed over a parameter change (2 times), a supplement of 32 DX7II voices (AMEM) (2 times), "
        "DX7II performances, micro tuning",
    ),
    "second bank cut": (BANK + SECOND[:900], VOICES[:32], "a DX7 bank of 32 voices of 900 bytes, expected 4104"),
    "MIDI file with a tune": (midi_file(NOTES + END, event(bytes.fromhex("f07e7f0901f7")) + event(BANK) + END),
                              VOICES[:32], "a message of no maker (universal)"),
}  # fmt: skip

#: the same without a word: nothing is lost
PLAIN: dict[str, tuple[bytes, list[Voice]]] = {
    "two banks": (BANK + SECOND, VOICES),
    "voices and a bank": (SINGLE + BANK, [VOICES[0], *VOICES[:32]]),
    "other channel": (b"\xf0\x43\x0f" + BANK[3:], VOICES[:32]),
    "top bits set": (HEAD + bytes(b | 0x80 for b in BODY) + BANK[-2:], VOICES[:32]),
    "bank without head": (BODY, VOICES[:32]),
    "bank without head in MacBinary": (mac_binary(BODY), VOICES[:32]),
    "unpacked voice": (VOICES[5].tobytes(), VOICES[5:6]),
    "unpacked voice with switches": (VOICES[5].tobytes() + b"\x3f", VOICES[5:6]),
    "MIDI file": (midi_file(event(BANK) + END), VOICES[:32]),
    "MIDI file in packets": (midi_file(packets(BANK, 1000) + packets(SECOND, 4000) + END), VOICES),
    "MIDI file in RIFF": (b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + midi_file(event(BANK)), VOICES[:32]),
}


@pytest.mark.parametrize("kind", READ)
def test_what_people_s_files_hold_besides_is_passed_over_and_said(kind: str) -> None:
    """A file that Dexed or a DX7 takes refused for what stands around its voices; or a loss without a word."""
    contents, voices, words = READ[kind]
    with pytest.warns(InputWarning) as caught:
        read = parse(contents, "a.syx")
    np.testing.assert_array_equal(read, voices)
    (said,) = caught
    assert words in str(said.message)
    assert "\n" not in str(said.message)


@pytest.mark.parametrize("kind", PLAIN)
def test_whole_files_are_read_without_a_word(kind: str) -> None:
    """A warning for a file with nothing wrong, or a layout that is not known."""
    contents, voices = PLAIN[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = parse(contents, "a.syx")
    np.testing.assert_array_equal(read, voices)


def recording(samples: bytes) -> bytes:
    """A WAV file of 16-bit samples."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(samples)
    return buffer.getvalue()


def archive(data: bytes) -> bytes:
    """A ZIP archive that holds a bank as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("bank.syx", data)
    return buffer.getvalue()


PAGE = b'<!DOCTYPE html><html><head><title>DX7 BANKS</title></head><body><a href="BANK1.SYX">BANK1</a></body></html>\n'
TEXT = b"THE QUICK BROWN FOX JUMPS OVER 13 LAZY DOGS, AND BACK.\n"

#: file -> words of the refusal
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "web page": ((PAGE * 9)[:256], "is a web page (HTML)"),
    "capital letters": ((TEXT * 80)[:4096], "is plain text"),
    "JSON": ((b'{"a": [0, 1, 2, 3]}' * 80)[:128], "is JSON text"),
    "silence": (recording(bytes(4096))[:4096], "is a WAV recording"),
    "tone": (recording((3000 * np.sin(np.arange(2048) / 9)).astype("<i2").tobytes())[:4096], "is a WAV recording"),
    "picture": (b"\x89PNG\r\n\x1a\n" + zlib.compress(RNG.bytes(5000))[:4088], "is a PNG picture"),
    "archive": (archive(BANK), "is a ZIP archive"),
    "random bytes": (b"\0" + RNG.bytes(4095), "no DX7 voices by their values"),
    "random 7-bit bytes": (bytes(b & 0x7F for b in RNG.bytes(4096)), "no DX7 voices by their values"),
    "zeros": (bytes(4096), "no DX7 voices by their values"),
    "voices out of step": ((BODY + BODY)[37:4133], "no DX7 voices by their values"),
    "odd length": (bytes(127), "127 bytes"),
    "cut bank": (BANK[:2000], "2000 bytes, expected 4104"),
    "four operators": (with_checksum("f0 43 00 04 20 00", BODY), "32 voices of a four-operator synthesizer"),
    "only a supplement": (SUPPLEMENT, "only a supplement of 32 DX7II voices (AMEM)"),
    "other maker": (bytes.fromhex("f0 41 10 14 12 00 01 02 f7") * 3, "only a message of Roland (3 times)"),
    "random bank": (HEAD + bytes(b & 0x7F for b in RNG.bytes(4096)) + BANK[-2:], "values are none of voices"),
    "tune": (midi_file(NOTES + END), "is a MIDI file without DX7 voices"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_voice_is_refused_with_what_it_is(kind: str) -> None:
    """Rubbish rendered as a voice, as a web page named .syx was, or a refusal that does not say why."""
    contents, words = REFUSED[kind]
    with pytest.raises(PresetError) as caught:
        parse(contents, "a.syx")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_voice_of_debian_s_banks_is_refused() -> None:
    """A rule for bytes without a header that refuses voices of people."""
    banks = sorted(Path("/usr/share/hexter").glob("*.dx7"))
    assert sum(len(parse(bank.read_bytes(), bank.name)) for bank in banks) == 432
    voices = b"".join(bank.read_bytes() for bank in banks)
    singles = [voices[i : i + 128] for i in range(0, len(voices), 128)]
    assert np.mean([sysex.are_voices(voice) for voice in singles]) == 1.0
