"""DX7 voices as bytes: single voice (163 bytes of sysex), bank of 32 (4,104 bytes), raw packed voices (hexter's `.dx7`).

A voice here is 155 bytes, the DX7's single-voice layout (VCED): operators 6 to 1 with 21 bytes each, then 19 global
bytes, then a name of 10 characters. Banks hold the packed form (VMEM, 128 bytes). Source: Yamaha, "DX7 MIDI data
format". Bytes above a parameter's range are brought into it as Dexed does (``normparm``: value * max / 255). Files, which
hold more than this, are read by `presets.dx7_file`.
"""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import Voice
from synthmatch.errors import PresetError

VOICE_BYTES = 155
PACKED_BYTES = 128
BANK_VOICES = 32
NAME = slice(145, 155)

_OPERATOR_MAX = [99] * 11 + [3, 3, 7, 3, 7, 99, 1, 31, 99, 14]
#: largest legal value of each of the 145 sounding bytes
VOICE_MAX = np.array(_OPERATOR_MAX * 6 + [99] * 8 + [31, 7, 1, 99, 99, 99, 99, 1, 5, 7, 48], np.int64)

SINGLE_HEAD = bytes([0xF0, 0x43, 0x00, 0x00, 0x01, 0x1B])
BANK_HEAD = bytes([0xF0, 0x43, 0x00, 0x09, 0x20, 0x00])
HEAD_BYTES = len(BANK_HEAD)
SINGLE_SIZE = HEAD_BYTES + VOICE_BYTES + 2
BANK_SIZE = HEAD_BYTES + PACKED_BYTES * BANK_VOICES + 2

#: largest byte of a packed voice at each place, and smallest: a name is printable ASCII
_PACKED_OPERATOR_MAX = [99] * 11 + [15, 14 << 3 | 7, 31, 99, 63, 99]
_PACKED_MAX = np.array(
    _PACKED_OPERATOR_MAX * 6 + [99] * 8 + [31, 15, 99, 99, 99, 99, 7 << 4 | 5 << 1 | 1, 48] + [126] * 10
)
_PACKED_MIN = np.array([0] * 118 + [32] * 10)
#: 128 bytes are a voice where no more than this are out of range, and where they have at least so many distinct values.
#: Of 26,793 voices of public banks 344 are not, of 100,000 blocks of random bytes none is; text has 14 bytes out of range
#: or more, since a printable letter is above what six curves, six detunes and the algorithm can be.
_MOST_ILLEGAL, _LEAST_DISTINCT = 13, 5


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


def are_voices(packed: bytes) -> bool:
    """Whether bytes without a header, a multiple of 128, are packed voices: at least half of them look like one."""
    blocks = np.frombuffer(packed, np.uint8).reshape(-1, PACKED_BYTES)
    illegal = ((blocks > _PACKED_MAX) | (blocks < _PACKED_MIN)).sum(1)
    distinct = (np.diff(np.sort(blocks, 1), axis=1) > 0).sum(1) + 1
    return bool(np.mean((illegal <= _MOST_ILLEGAL) & (distinct >= _LEAST_DISTINCT)) >= 0.5)


def is_voice(voice: bytes) -> bool:
    """Whether 155 bytes without a header are an unpacked voice: every byte in its range, the name printable."""
    values = np.frombuffer(voice, np.uint8)
    return bool((values[:145] <= VOICE_MAX).all() and ((values[NAME] >= 32) & (values[NAME] < 127)).all())


def dump_single(voice: Voice) -> bytes:
    """A 163-byte single-voice dump: for the hardware and MIDI; Dexed's file dialog wants a bank."""
    body = voice.tobytes()
    return SINGLE_HEAD + body + bytes([checksum(body), 0xF7])


def dump_bank(voices: Sequence[Voice]) -> bytes:
    """A 4,104-byte bank. Fewer than 32 voices are repeated until it is full."""
    if not 1 <= len(voices) <= BANK_VOICES:
        raise PresetError(f"got {len(voices)} voices, a DX7 bank holds 1 to {BANK_VOICES}; split them over banks")
    body = b"".join(pack(voices[i % len(voices)]) for i in range(BANK_VOICES))
    return BANK_HEAD + body + bytes([checksum(body), 0xF7])


def dump_raw(voices: Sequence[Voice]) -> bytes:
    """Packed voices one after the other, as in hexter's ``.dx7``."""
    return b"".join(pack(voice) for voice in voices)


def checksum(body: bytes) -> int:
    """Two's complement of the sum, low 7 bits."""
    return -sum(body) & 0x7F
