"""Sysex messages in a stream of bytes, and what those are that hold no DX7 voice.

A message runs from ``f0`` to ``f7``. Bytes above ``f7`` are MIDI's real-time messages (clock, active sensing), which
may stand anywhere and belong to no message. Sources: MIDI 1.0; Yamaha, "DX7II" and "TX802" MIDI data formats.
"""

import re
from typing import NamedTuple

from synthmatch.presets.sysex import HEAD_BYTES

YAMAHA = 0x43
#: formats of Yamaha's bulk dumps whose byte count is right wherever they were made
_COUNTED = (0x00, 0x01, 0x05, 0x06, 0x09)
#: as many as are looked at; 8 MB of single voices have 51,000
_MOST_MESSAGES = 1 << 16
_MESSAGE = re.compile(rb"\xf0[^\xf0\xf7]+\xf7?")
_REAL_TIME = bytes(range(0xF8, 0x100))

_FORMATS = {
    0x01: "a performance (PCED)",
    0x02: "performances of a TX7 (PMEM)",
    0x03: "a voice of a four-operator synthesizer (DX21, DX100, TX81Z)",
    0x04: "32 voices of a four-operator synthesizer (DX21, DX100, TX81Z)",
    0x05: "a supplement of a DX7II voice (ACED)",
    0x06: "a supplement of 32 DX7II voices (AMEM)",
}
#: format 7e names itself by ten letters
_NAMED = {
    "LM  8973P": "DX7II performances",
    "LM  8973S": "DX7II system settings",
    "LM  8952P": "TX802 performances",
    "LM  8952S": "TX802 system settings",
    "LM  MCRY": "micro tuning",
    "LM  FKSY": "fractional scaling",
}
_MAKERS = {
    "01": "Sequential",
    "04": "Moog",
    "07": "Kurzweil",
    "0f": "Ensoniq",
    "10": "Oberheim",
    "18": "E-mu",
    "3e": "Waldorf",
    "40": "Kawai",
    "41": "Roland",
    "42": "Korg",
    "44": "Casio",
    "47": "Akai",
    "7e": "no maker (universal)",
    "7f": "no maker (universal)",
    "00 20 29": "Novation",
    "00 20 32": "Behringer",
    "00 20 33": "Access",
    "00 20 3c": "Elektron",
}


class Scan(NamedTuple):
    """What is in a stream: messages from ``f0`` on, bytes outside of them, real-time bytes taken out of them."""

    messages: list[bytes]
    outside: int
    real_time: int


def scan(stream: bytes) -> Scan:
    """The first messages of a stream. One that the next message or the stream's end cuts has no ``f7``."""
    messages: list[bytes] = []
    place = covered = real_time = 0
    while len(messages) < _MOST_MESSAGES and (found := _MESSAGE.search(stream, place)):
        message = _counted(stream, found.start())
        length = len(message or found.group())
        if message is None:
            message = found.group().translate(None, _REAL_TIME)
            real_time += length - len(message)
        place = found.start() + length
        covered += length
        messages.append(message)
    return Scan(messages, len(stream) - covered, real_time)


def _counted(stream: bytes, start: int) -> bytes | None:
    """The Yamaha bulk dump at a place, by its byte count: its data may have the top bit set, as some programs do."""
    head = stream[start : start + HEAD_BYTES]
    if len(head) < HEAD_BYTES or head[1] != YAMAHA or head[2] & 0xF0 or head[3] not in _COUNTED:
        return None
    message = stream[start : start + HEAD_BYTES + (head[4] << 7 | head[5] & 0x7F) + 2]
    return message if message[-1] == 0xF7 and len(message) > HEAD_BYTES + 2 else None


def name_of(message: bytes) -> str:
    """What a message is that holds no DX7 voice."""
    head = message[1:4]
    if head[:1] != bytes([YAMAHA]):
        maker = (head if head[:1] == b"\0" else head[:1]).hex(" ")
        return f"a message of {_MAKERS.get(maker, f'maker {maker}')}"
    kind = head[1] >> 4 if len(head) > 1 else 0
    if kind == 1:
        return "a parameter change"
    if kind == 2:
        return "a request for a dump"
    if len(head) > 2 and head[2] == 0x7E:
        letters = message[HEAD_BYTES : HEAD_BYTES + 10].decode("ascii", "replace")
        return next((name for start, name in _NAMED.items() if letters.startswith(start)), f"Yamaha's {letters!r}")
    return _FORMATS.get(head[2], "a Yamaha dump of another kind") if len(head) > 2 else "a cut message"
