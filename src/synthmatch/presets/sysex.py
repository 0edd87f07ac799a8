"""DX7 voices in files: `.syx` single voice (163 bytes), `.syx` bank of 32 (4,104 bytes), hexter's `.dx7` (raw voices).

A voice here is 155 bytes, the DX7's single-voice layout (VCED): operators 6 to 1 with 21 bytes each, then 19 global
bytes, then a name of 10 characters. Banks hold the packed form (VMEM, 128 bytes). Source: Yamaha, "DX7 MIDI data
format". Bytes above a parameter's range are brought into it as Dexed does (``normparm``: value * max / 255).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synthmatch.errors import PresetError

Voice = npt.NDArray[np.uint8]

VOICE_BYTES = 155
PACKED_BYTES = 128
BANK_VOICES = 32
NAME = slice(145, 155)

_OPERATOR_MAX = [99] * 11 + [3, 3, 7, 3, 7, 99, 1, 31, 99, 14]
#: largest legal value of each of the 145 sounding bytes
VOICE_MAX = np.array(_OPERATOR_MAX * 6 + [99] * 8 + [31, 7, 1, 99, 99, 99, 99, 1, 5, 7, 48], np.int64)

_SINGLE_HEAD = bytes([0xF0, 0x43, 0x00, 0x00, 0x01, 0x1B])
_BANK_HEAD = bytes([0xF0, 0x43, 0x00, 0x09, 0x20, 0x00])
_SINGLE_SIZE = len(_SINGLE_HEAD) + VOICE_BYTES + 2
_BANK_SIZE = len(_BANK_HEAD) + PACKED_BYTES * BANK_VOICES + 2


def pack(voice: Voice) -> bytes:
    """128-byte packed form of a 155-byte voice."""
    operators = voice[:126].reshape(6, 21)
    packed = np.zeros(PACKED_BYTES, np.uint8)
    rows = packed[:102].reshape(6, 17)
    rows[:, :11] = operators[:, :11]
    rows[:, 11] = operators[:, 11] | operators[:, 12] << 2
    rows[:, 12] = operators[:, 13] | operators[:, 20] << 3
    rows[:, 13] = operators[:, 14] | operators[:, 15] << 2
    rows[:, 14] = operators[:, 16]
    rows[:, 15] = operators[:, 17] | operators[:, 18] << 1
    rows[:, 16] = operators[:, 19]
    packed[102:111] = voice[126:135]
    packed[111] = voice[135] | voice[136] << 3
    packed[112:116] = voice[137:141]
    packed[116] = voice[141] | voice[142] << 1 | voice[143] << 4
    packed[117:128] = voice[144:155]
    return packed.tobytes()


def unpack(packed: bytes) -> Voice:
    """155-byte voice of a 128-byte packed one; bit 7 of every byte is ignored, as the format says."""
    source = np.frombuffer(packed, np.uint8) & 0x7F
    rows = source[:102].reshape(6, 17)
    voice = np.zeros(VOICE_BYTES, np.uint8)
    operators = voice[:126].reshape(6, 21)
    operators[:, :11] = rows[:, :11]
    operators[:, 11], operators[:, 12] = rows[:, 11] & 3, rows[:, 11] >> 2 & 3
    operators[:, 13], operators[:, 20] = rows[:, 12] & 7, rows[:, 12] >> 3
    operators[:, 14], operators[:, 15] = rows[:, 13] & 3, rows[:, 13] >> 2 & 7
    operators[:, 16] = rows[:, 14]
    operators[:, 17], operators[:, 18] = rows[:, 15] & 1, rows[:, 15] >> 1 & 31
    operators[:, 19] = rows[:, 16]
    voice[126:134], voice[134] = source[102:110], source[110] & 31
    voice[135], voice[136] = source[111] & 7, source[111] >> 3 & 1
    voice[137:141] = source[112:116]
    voice[141], voice[142], voice[143] = source[116] & 1, source[116] >> 1 & 7, source[116] >> 4
    voice[144:155] = source[117:128]
    return legal(voice)


def legal(voice: Voice) -> Voice:
    """The voice with every sounding byte in its range."""
    sound = voice[:145].astype(np.int64)
    return np.concatenate([np.where(sound > VOICE_MAX, sound * VOICE_MAX // 255, sound), voice[145:]]).astype(np.uint8)


def parse(data: bytes) -> list[Voice]:
    """Voices of a file's bytes: single voice, bank, several of either in a row, or raw packed voices.

    Raises `PresetError` for another kind of file, an odd length, a cut bank or a wrong checksum.
    """
    if not data:
        raise PresetError("file is empty, expected DX7 sysex or raw 128-byte voices; save it again from its program")
    if data[0] != 0xF0:
        if len(data) % PACKED_BYTES:
            raise PresetError(
                f"no sysex header and {len(data)} bytes, expected a .syx dump or voices of 128 bytes each; save it again"
            )
        return [unpack(data[i : i + PACKED_BYTES]) for i in range(0, len(data), PACKED_BYTES)]
    voices: list[Voice] = []
    while data:
        message, data = _message(data)
        voices += message
    return voices


def _message(data: bytes) -> tuple[list[Voice], bytes]:
    """Voices of the first sysex message, and the bytes after it."""
    if _starts(data, _SINGLE_HEAD):
        size, kind = _SINGLE_SIZE, "single voice"
    elif _starts(data, _BANK_HEAD):
        size, kind = _BANK_SIZE, "bank of 32 voices"
    else:
        raise PresetError(
            f"sysex starts with {data[:6].hex(' ')}, expected a DX7 single voice or 32-voice bank (f0 43 ...)"
        )
    if len(data) < size or data[size - 1] != 0xF7:
        raise PresetError(f"DX7 {kind} has {len(data)} bytes, expected {size} ending in f7; the file is cut or damaged")
    body, checksum = data[6 : size - 2], data[size - 2]
    if _checksum(body) != checksum:
        raise PresetError(
            f"DX7 {kind} has checksum {checksum:02x}, its bytes sum to {_checksum(body):02x}; the file is damaged"
        )
    if size == _SINGLE_SIZE:
        return [legal((np.frombuffer(body, np.uint8) & 0x7F).astype(np.uint8))], data[size:]
    return [unpack(body[i : i + PACKED_BYTES]) for i in range(0, len(body), PACKED_BYTES)], data[size:]


def _starts(data: bytes, head: bytes) -> bool:
    """Whether a message starts so; the low nibble of byte 2 is the MIDI channel, any will do."""
    return len(data) >= 6 and data[:2] == head[:2] and data[2] & 0xF0 == 0 and data[3:6] == head[3:]


def dump_single(voice: Voice) -> bytes:
    """A 163-byte single-voice dump: for the hardware and MIDI; Dexed's file dialog wants a bank."""
    body = voice.tobytes()
    return _SINGLE_HEAD + body + bytes([_checksum(body), 0xF7])


def dump_bank(voices: Sequence[Voice]) -> bytes:
    """A 4,104-byte bank. Fewer than 32 voices are repeated until it is full."""
    if not 1 <= len(voices) <= BANK_VOICES:
        raise PresetError(f"got {len(voices)} voices, a DX7 bank holds 1 to {BANK_VOICES}; split them over banks")
    body = b"".join(pack(voices[i % len(voices)]) for i in range(BANK_VOICES))
    return _BANK_HEAD + body + bytes([_checksum(body), 0xF7])


def dump_raw(voices: Sequence[Voice]) -> bytes:
    """Packed voices one after the other, as in hexter's ``.dx7``."""
    return b"".join(pack(voice) for voice in voices)


def _checksum(body: bytes) -> int:
    """Two's complement of the sum, low 7 bits."""
    return -sum(body) & 0x7F
