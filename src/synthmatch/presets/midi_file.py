"""The sysex messages in a standard MIDI file (``.mid``), for banks that were stored in a sequencer.

Layout from the MIDI Association's "Standard MIDI Files 1.0": chunks of a four-letter name and a length; in a track, a
time and an event each. A sysex event is ``f0``, a length and the message without its ``f0``; ``f7`` events go on with
it where it was sent in packets. Files in Microsoft's RIFF wrapper (``RMID``) are unwrapped.
"""

_RMID_BYTES = 20


def is_midi_file(contents: bytes) -> bool:
    """Whether a file is a standard MIDI file by its first bytes."""
    return contents[:4] == b"MThd" or (contents[:4] == b"RIFF" and contents[8:12] == b"RMID")


def sysex_of(contents: bytes) -> bytes:
    """All sysex messages of a MIDI file, one after the other, from ``f0`` to ``f7``.

    What follows an event that cannot be read is left out, in its track.
    """
    if contents[:4] == b"RIFF":
        contents = contents[_RMID_BYTES:]
    found = bytearray()
    start = 0
    while start + 8 <= len(contents):
        length = int.from_bytes(contents[start + 4 : start + 8], "big")
        if contents[start : start + 4] == b"MTrk":
            found += _sysex_of_track(contents[start + 8 : start + 8 + length])
        start += 8 + length
    return bytes(found)


def _sysex_of_track(track: bytes) -> bytes:
    found = bytearray()
    place, status = 0, 0
    while place < len(track):
        _, place = _number(track, place)
        if place >= len(track):
            break
        if track[place] & 0x80:  # else the event has the status of the one before it
            status = track[place]
            place += 1
        if status in (0xF0, 0xF7):
            length, place = _number(track, place)
            found += (b"\xf0" if status == 0xF0 else b"") + track[place : place + length]
        elif status == 0xFF:
            length, place = _number(track, place + 1)
        elif 0x80 <= status < 0xF0:
            length = 1 if 0xC0 <= status < 0xE0 else 2
        else:
            break
        place += length
    return bytes(found)


def _number(track: bytes, place: int) -> tuple[int, int]:
    """A number of 7 bits a byte, the last without the top bit, and the place after it."""
    number = 0
    for byte in track[place : place + 4]:
        place += 1
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            break
    return number, place
