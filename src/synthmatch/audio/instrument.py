"""What a sound file says about its note and its loop: `smpl` and `inst` of WAV, `INST` and `MARK` of AIFF.

`smpl` (RIFF): MIDIUnityNote at byte 12, MIDIPitchFraction (of a semitone upward, 2^32 is one) at 16, the number of loops at 28;
a loop from byte 36: id, type (0 forward, 1 there and back, 2 backward), first and last frame. `inst` (RIFF): note, and cents to
be added when it is played. `INST` (AIFF 1.3): base note, detune in cents, and at byte 8 the sustain loop: mode (1 forward, 2
there and back), marker of its begin, marker of its end. `MARK`: count, then id, frame and name of each marker.
"""

import struct
from collections.abc import Mapping

from synthmatch.audio.parts import Loop, Stated

#: The chunks read here.
STATES = frozenset({b"smpl", b"inst", b"INST", b"MARK"})
_MOST_MARKERS = 1_024


def stated(chunks: Mapping[bytes, bytes], order: str = "<") -> Stated:
    """Note and loop of the contents of chunks by id. `order` is that of a RIFF file's numbers, "<" or ">".

    A note of 0, which most writers leave where they know none, is none. What is cut short says nothing.
    """
    root: float | None = None
    loop: Loop | None = None
    inst = chunks.get(b"inst", b"")
    if len(inst) >= 2:
        root = inst[0] - struct.unpack("b", inst[1:2])[0] / 100.0 if inst[0] else None
    smpl = chunks.get(b"smpl", b"")
    if len(smpl) >= 36:
        note, fraction = struct.unpack(f"{order}II", smpl[12:20])
        root = note + fraction / 2.0**32 if 0 < note <= 127 else root
        if struct.unpack(f"{order}I", smpl[28:32])[0] and len(smpl) >= 52:
            kind, first, last = struct.unpack(f"{order}III", smpl[40:52])
            loop = Loop(first, last + 1, there_and_back=kind == 1)
    aiff = chunks.get(b"INST", b"")
    if len(aiff) >= 14:
        note, detune = struct.unpack("bb", aiff[:2])
        root = note - detune / 100.0 if note > 0 else root
        mode, begin, end = struct.unpack(">HHH", aiff[8:14])
        markers = _markers(chunks.get(b"MARK", b""))
        if mode in (1, 2) and begin in markers and end in markers:
            loop = Loop(markers[begin], markers[end], there_and_back=mode == 2)
    return Stated(root if root is None or 0 <= root <= 127 else None, loop)


def _markers(contents: bytes) -> dict[int, int]:
    """Frame of each marker by its id."""
    found: dict[int, int] = {}
    place = 2
    while place + 7 <= len(contents) and len(found) < _MOST_MARKERS:
        id, frame, letters = struct.unpack(">HIB", contents[place : place + 7])
        found[id] = frame
        place += 7 + letters + (letters + 1) % 2
    return found
