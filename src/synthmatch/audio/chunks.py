"""Containers of chunks: WAV, RF64, W64, AIFF, CAF, and the header of AU.

A writer to a pipe cannot go back to fill in sizes: it leaves 0, all bits set, or a number near the largest. Such a size
is replaced by what is there. Numbers stand where these say: Multimedia Programming Interface and Data Specifications
1.0 (RIFF; `smpl` and `inst` in its 1994 revision), EBU Tech 3306 (RF64), Sonic Foundry's Wave64, Audio Interchange File
Format 1.3, Apple's Core Audio Format 1.0, and Sun's audio file format.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from synthmatch.audio.instrument import STATES, stated
from synthmatch.audio.parts import Contents, Part, read_at, size_of
from synthmatch.audio.splice import Splice, patched

#: Sizes from here on are left by writers to a pipe: 2 GB and more of sound would last for hours. sox leaves 0x7F000008.
_UNKNOWN_BYTES = 0x7F00_0000
#: Files of musicians have a few dozen.
_MOST_CHUNKS = 4_096
_LARGEST_STATEMENT = 1 << 16
#: Writers disagree on padding.
_SLACK_BYTES = 8
#: Codes of MPEG audio in a WAV file's `fmt ` chunk.
_MPEG_CODES = (0x50, 0x55)


@dataclass(frozen=True, slots=True)
class _Form:
    """How a container counts: `size` a struct format, `head` bytes before a chunk's contents, of which sizes may tell."""

    first: int
    id_bytes: int
    size: str
    align: int
    counts_head: bool
    sound: bytes
    total_at: int | None

    @property
    def head(self) -> int:
        return self.id_bytes + struct.calcsize(self.size)


_RIFF = _Form(12, 4, "<I", 2, False, b"data", 4)
_AIFF = _Form(12, 4, ">I", 2, False, b"SSND", 4)
_W64 = _Form(40, 16, "<Q", 8, True, b"data", 16)
_FORMS = {
    b"RIFF": _RIFF,
    b"RF64": _RIFF,
    b"BW64": _RIFF,
    b"RIFX": _Form(12, 4, ">I", 2, False, b"data", 4),
    b"FORM": _AIFF,
    b"riff": _W64,
    b"caff": _Form(8, 4, ">Q", 1, False, b"data", None),
}


@dataclass(frozen=True, slots=True)
class _Chunk:
    id: bytes
    place: int
    """First byte of the contents."""
    size: int


def read_chunks(file: Splice) -> Contents | None:
    """The contents of a file of one of these forms, or None. MPEG in a WAV file comes as it stands in it."""
    magic, size = read_at(file, 0, 4), size_of(file)
    if magic == b".snd":
        return _read_au(file, size)
    form = _FORMS.get(magic)
    if form is None:
        return None
    chunks = list(_walk(file, form, size))
    states = {chunk.id: chunk for chunk in reversed(chunks) if chunk.id in STATES}
    said = stated(
        {id: read_at(file, chunk.place, min(chunk.size, _LARGEST_STATEMENT)) for id, chunk in states.items()},
        form.size[0],
    )
    sound = next((chunk for chunk in chunks if chunk.id == form.sound), None)
    if sound is None:
        return Contents([Part([(0, size)])], said)
    there, promised = size - sound.place, sound.size
    long_sizes = next((chunk for chunk in chunks if chunk.id == b"ds64"), None)
    if long_sizes and sound.size == 0xFFFF_FFFF:
        promised = struct.unpack("<Q", read_at(file, long_sizes.place + 8, 8).ljust(8, b"\0"))[0]
    patches: dict[int, bytes] = {}
    if _unknown(promised, there, chunks[chunks.index(sound) + 1 :], size):
        patches = _patches(file, form, chunks, sound, size)
        promised = there
    share = there / promised if promised > there + _SLACK_BYTES else 1.0
    return Contents([Part(patched(size, patches), share=share)], said)


def mpeg_within(file: Splice) -> tuple[int, int] | None:
    """(First byte, end) of the MPEG stream that a WAV file wraps, or None."""
    if read_at(file, 0, 4) != b"RIFF":
        return None
    size = size_of(file)
    chunks = {chunk.id: chunk for chunk in _walk(file, _RIFF, size)}
    if b"fmt " not in chunks or b"data" not in chunks:
        return None
    code = struct.unpack("<H", read_at(file, chunks[b"fmt "].place, 2).ljust(2, b"\0"))[0]
    data = chunks[b"data"]
    return (data.place, min(data.place + (data.size or size), size)) if code in _MPEG_CODES else None


def _walk(file: Splice, form: _Form, size: int) -> Iterator[_Chunk]:
    place = form.first
    for _ in range(_MOST_CHUNKS):
        head = read_at(file, place, form.head)
        if len(head) < form.head:
            return
        length = struct.unpack(form.size, head[form.id_bytes :])[0] - form.head * form.counts_head
        chunk = _Chunk(head[:4], place + form.head, max(length, 0))
        yield chunk
        place = chunk.place + chunk.size
        place += -place % form.align
        if place > size:
            return


def _unknown(promised: int, there: int, later: list[_Chunk], size: int) -> bool:
    """Whether a size was left for later: larger than any file, or 0 where what follows is sound and no chunks."""
    if promised:
        return there < promised and promised >= _UNKNOWN_BYTES
    are_chunks = later and later[-1].place + later[-1].size <= size and all(map(_is_name, later))
    return there > 0 and not are_chunks


def _is_name(chunk: _Chunk) -> bool:
    return all(32 <= letter < 127 for letter in chunk.id)


def _patches(file: Splice, form: _Form, chunks: list[_Chunk], sound: _Chunk, size: int) -> dict[int, bytes]:
    """The sizes, and the number of frames, that hold where the sound lasts to the end of the file."""
    there = size - sound.place
    width = struct.calcsize(form.size)
    long = form.size[1] == "Q"
    room = (1 << 63) - 1 if long else 0xFFFF_FFFF
    counted = min(there + form.head * form.counts_head, room)
    patches = {sound.place - width: struct.pack(form.size, counted)}
    if form.total_at is not None:
        patches[form.total_at] = struct.pack(form.size, min(size if form.counts_head else size - 8, room))
    for chunk in chunks:
        if chunk.id == b"ds64":
            # with sizes in place the plain form is enough
            patches[0] = b"RIFF"
        if chunk.id == b"COMM":
            channels, _, bits = struct.unpack(">HIH", read_at(file, chunk.place, 8).ljust(8, b"\0"))
            frame_bytes = max(1, channels * ((bits + 7) // 8))
            patches[chunk.place + 2] = struct.pack(">I", min((there - 8) // frame_bytes, room))
    return patches


def _read_au(file: Splice, size: int) -> Contents:
    place, promised = struct.unpack(">II", read_at(file, 4, 8).ljust(8, b"\0"))
    there = max(size - place, 0)
    if _unknown(promised, there, [], size):
        return Contents([Part(patched(size, {8: struct.pack(">I", min(there, 0xFFFF_FFFE))}))])
    return Contents([Part([(0, size)], share=there / promised if promised > there + _SLACK_BYTES else 1.0)])
