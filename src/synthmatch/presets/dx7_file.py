"""DX7 voices in files as people have them.

Read are single voices and banks of 32 as sysex, any number of them, in a stream with whatever else: other dumps of a
DX7II or TX802, parameter changes, the bytes of a MacBinary wrapper, padding, MIDI clock; the same inside a standard
MIDI file; and voices without a header: packed (128 bytes each, hexter's ``.dx7``) or one unpacked (155 bytes, or 156
with the switches of its operators).

Dexed knows a bank by its length alone and opens one whose checksum is wrong (``PluginData.h``); so do we, and say it. A
bank with a header other than the DX7's or a wrong checksum must have the values of voices, and so must bytes without a
header.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import Voice
from synthmatch.errors import PresetError
from synthmatch.presets import sysex
from synthmatch.presets.foreign import ZIP_START, kind_of
from synthmatch.presets.midi_file import is_midi_file, sysex_of
from synthmatch.presets.sysex_messages import YAMAHA, name_of, scan
from synthmatch.reading import warn

_BANK_BYTES = sysex.PACKED_BYTES * sysex.BANK_VOICES
#: a dump of four-operator voices is as long as one of the DX7's
_FOUR_OPERATORS = (0x03, 0x04)
#: what a MacBinary wrapper has before the data
_WRAPPER_BYTES = 128
#: names of messages in a warning or error
_MOST_NAMES = 6


class _Dump(NamedTuple):
    """Voices of one message, and what is wrong with it."""

    voices: list[Voice]
    faults: list[str]


def parse(contents: bytes, where: str) -> list[Voice]:
    """Voices of a file, in its order. `where` names the file in messages.

    What is passed over or wrong without being fatal is said in one warning. Raises `PresetError` where there is no
    whole voice; it says what the file is.
    """
    if not contents:
        raise PresetError(
            f"{where}: the file is empty, expected DX7 sysex or raw 128-byte voices; save it again from its program"
        )
    if contents.startswith(ZIP_START):
        raise PresetError(
            f"{where}: this is {kind_of(contents)}, expected DX7 voices (.syx, .dx7 or .mid); unpack it first"
        )
    midi = is_midi_file(contents)
    found = scan(sysex_of(contents) if midi else contents)
    voices: list[Voice] = []
    remarks: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for message in found.messages:
        dump = _voices(message)
        voices += dump.voices
        remarks.update(dump.faults)
        if not dump.voices:
            others[_name(message)] += 1
    if not voices and not midi:
        voices = _raw(_unwrapped(contents))
        if voices:
            return voices
    if not voices:
        raise PresetError(f"{where}: {_lack(contents, others, midi=midi)}")
    said = [remark if times == 1 else f"{remark} ({times} times)" for remark, times in remarks.items()]
    if others:
        said.append(f"passed over {_list(others)}")
    if found.outside:
        wrapper = " (a MacBinary wrapper)" if _is_macbinary(contents) else ""
        said.append(f"passed over {found.outside} bytes outside of sysex messages{wrapper}")
    if found.real_time:
        said.append(f"took out {found.real_time} real-time bytes (MIDI clock or active sensing)")
    if said:
        warn(f"{where}: {len(voices)} voice{'s'[: len(voices) != 1]} read; {'; '.join(said)}")
    return voices


def _voices(message: bytes) -> _Dump:
    """Voices of a message; none where it is another one, cut, or not of voices by its values."""
    faults = []
    size = len(message)
    ended = message[-1] == 0xF7
    if not ended and size in (sysex.BANK_SIZE - 1, sysex.SINGLE_SIZE - 1):
        faults.append("the last byte (f7) is missing")
        size += 1
    elif not ended:
        return _Dump([], [])
    if size not in (sysex.BANK_SIZE, sysex.SINGLE_SIZE, sysex.SINGLE_SIZE + 1) or _four_operators(message):
        return _Dump([], [])
    bank = size == sysex.BANK_SIZE
    head = sysex.BANK_HEAD if bank else sysex.SINGLE_HEAD
    right_head = message[:2] == head[:2] and message[2] & 0xF0 == 0 and message[3:6] == head[3:]
    body, sum_told = message[sysex.HEAD_BYTES : size - 2], message[size - 2]
    if not right_head:
        faults.append(f"its header is {message[:6].hex(' ')}, expected {head.hex(' ')}")
    if sysex.checksum(body) != sum_told:
        faults.append(f"the checksum is {sum_told:02x}, the bytes sum to {sysex.checksum(body):02x}: it may be damaged")
    if bank:
        if faults and not sysex.are_voices(body):
            return _Dump([], [])
        return _Dump(_unpacked(body), faults)
    voice = body[: sysex.VOICE_BYTES]
    if not right_head and not sysex.is_voice(voice):
        return _Dump([], [])
    return _Dump([_single(voice)], faults)


def _four_operators(message: bytes) -> bool:
    return message[1] == YAMAHA and message[2] & 0xF0 == 0 and message[3] in _FOUR_OPERATORS


def _raw(contents: bytes) -> list[Voice]:
    """Voices of bytes without a header; none where these are something else."""
    if len(contents) % sysex.PACKED_BYTES == 0:
        return _unpacked(contents) if sysex.are_voices(contents) else []
    if len(contents) in (sysex.VOICE_BYTES, sysex.VOICE_BYTES + 1) and sysex.is_voice(contents[: sysex.VOICE_BYTES]):
        return [_single(contents[: sysex.VOICE_BYTES])]
    return []


def _unpacked(body: bytes) -> list[Voice]:
    return [sysex.unpack(body[i : i + sysex.PACKED_BYTES]) for i in range(0, len(body), sysex.PACKED_BYTES)]


def _single(voice: bytes) -> Voice:
    return sysex.legal((np.frombuffer(voice, np.uint8) & 0x7F).astype(np.uint8))


def _name(message: bytes) -> str:
    """What a message is that gave no voices."""
    dump = message[1:2] == bytes([YAMAHA]) and len(message) > 3 and message[2] & 0xF0 == 0
    kind = {0x09: ("bank of 32 voices", sysex.BANK_SIZE), 0x00: ("single voice", sysex.SINGLE_SIZE)}
    if not dump or message[3] not in kind:
        return name_of(message)
    title, size = kind[message[3]]
    if len(message) == size:
        return f"a DX7 {title} whose checksum is wrong and whose values are none of voices"
    return f"a DX7 {title} of {len(message)} bytes, expected {size} ending in f7: it is cut or damaged"


def _lack(contents: bytes, others: Counter[str], *, midi: bool) -> str:
    """Why there is no voice."""
    if midi:
        return f"this is a MIDI file without DX7 voices{': it holds ' + _list(others) if others else ''}"
    if kind := kind_of(contents):
        return f"this is {kind}, expected DX7 voices (.syx, .dx7 or .mid)"
    if others and contents[0] == 0xF0:
        return f"no DX7 voice is in it, only {_list(others)}"
    return (
        f"no sysex header and {len(contents)} bytes that are no DX7 voices by their values, expected a .syx dump or"
        " voices of 128 bytes each; save it again"
    )


def _list(names: Counter[str]) -> str:
    shown = [name if times == 1 else f"{name} ({times} times)" for name, times in names.most_common(_MOST_NAMES)]
    return ", ".join(shown) + (f" and {len(names) - _MOST_NAMES} more kinds" if len(names) > _MOST_NAMES else "")


def _is_macbinary(contents: bytes) -> bool:
    """Whether a file is in the wrapper of Macintosh programs: 128 bytes with zeros, a name and the data's length first."""
    length = int.from_bytes(contents[83:87], "big")
    zeros = len(contents) > _WRAPPER_BYTES and contents[0] == contents[74] == contents[82] == 0
    return zeros and 1 <= contents[1] <= 63 and 0 < length <= len(contents) - _WRAPPER_BYTES


def _unwrapped(contents: bytes) -> bytes:
    """The data in a MacBinary wrapper; any other file as it is."""
    if not _is_macbinary(contents):
        return contents
    return contents[_WRAPPER_BYTES : _WRAPPER_BYTES + int.from_bytes(contents[83:87], "big")]
