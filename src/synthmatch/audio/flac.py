"""The length of a FLAC stream whose writer did not know it: that of the last frame's end.

RFC 9639. STREAMINFO counts the samples in 36 bits, 0 where they are unknown, as after an encoder that wrote to a pipe.
Each frame has its number, or that of its first sample, in its header, which ends in a CRC-8.
"""

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from synthmatch.audio.instrument import STATES, stated
from synthmatch.audio.parts import Contents, Part, read_at, size_of
from synthmatch.audio.splice import Piece, Splice

#: Where the five bytes stand whose last 36 bits are the length.
_LENGTH_AT = 21
_HEAD_BYTES = 42
#: The largest frame: 65,535 samples of 8 channels of 32 bits.
_TAIL_BYTES = 1 << 21
_LONGEST_HEADER = 16
_APPLICATION = 2
_MOST_BLOCKS = 256


class _Frame(NamedTuple):
    first: int
    samples: int


def read_flac(file: BinaryIO) -> Contents | None:
    """A FLAC file, with the WAV chunks that an encoder kept, or None."""
    if read_at(file, 0, 4) != b"fLaC":
        return None
    chunks: dict[bytes, bytes] = {}
    place = 4
    for _ in range(_MOST_BLOCKS):
        head = read_at(file, place, 16)
        if len(head) < 16:
            break
        length = int.from_bytes(head[1:4], "big")
        if head[0] & 0x7F == _APPLICATION and head[4:8] == b"riff" and head[8:12] in STATES:
            chunks[head[8:12]] = read_at(file, place + 16, min(max(length - 12, 0), 1 << 16))
        place += 4 + length
        if head[0] & 0x80:
            break
    return Contents([with_length(file, [(0, size_of(file))])], stated(chunks))


def with_length(file: BinaryIO | Splice, pieces: Sequence[Piece]) -> Part:
    """The FLAC stream `file`, which `pieces` make, with the number of its samples in its header."""
    head = read_at(file, 0, _HEAD_BYTES)
    if len(head) < _HEAD_BYTES or int.from_bytes(head[_LENGTH_AT : _LENGTH_AT + 5], "big") & 0xF_FFFF_FFFF:
        return Part(pieces)
    last = _last_frame(file, int.from_bytes(head[8:10], "big"))
    if last is None:
        return Part(pieces)
    word = int.from_bytes(head[_LENGTH_AT : _LENGTH_AT + 5], "big") | min(last.first + last.samples, 0xF_FFFF_FFFF)
    mended = head[:_LENGTH_AT] + word.to_bytes(5, "big") + head[_LENGTH_AT + 5 :]
    return Part([mended, *_without(pieces, _HEAD_BYTES)], promised=False)


def _without(pieces: Sequence[Piece], count: int) -> list[Piece]:
    """Pieces without their first `count` bytes."""
    kept: list[Piece] = []
    for piece in pieces:
        length = len(piece) if isinstance(piece, bytes) else piece[1]
        gone = min(count, length)
        count -= gone
        kept.append(piece[gone:] if isinstance(piece, bytes) else (piece[0] + gone, length - gone))
    return kept


def _last_frame(file: BinaryIO | Splice, block_samples: int) -> _Frame | None:
    size = size_of(file)
    tail = read_at(file, max(_HEAD_BYTES, size - _TAIL_BYTES), _TAIL_BYTES)
    place = len(tail)
    later: dict[int, _Frame] = {}
    while (place := tail.rfind(b"\xff", 0, place)) >= 0:
        frame = _frame(tail[place : place + _LONGEST_HEADER], block_samples)
        if frame:
            # sound may look like a header: two that follow one another do not
            if frame.first + frame.samples in later:
                return later[frame.first + frame.samples]
            later[frame.first] = frame
    return later.get(0)


def _frame(head: bytes, block_samples: int) -> _Frame | None:
    """The frame of a header, or None where these bytes are none."""
    if len(head) < 6 or head[1] & 0xFE != 0xF8 or head[3] & 1:
        return None
    size_code, rate_code = head[2] >> 4, head[2] & 15
    if size_code == 0 or rate_code == 15 or head[3] >> 4 > 10:
        return None
    # the number is coded as UTF-8, up to seven bytes long
    more = 8 - (head[4] ^ 0xFF).bit_length()
    length = max(1, more)
    if more in (1, 8):
        return None
    number = head[4] & (0x7F >> more)
    for byte in head[5 : 4 + length]:
        if byte & 0xC0 != 0x80:
            return None
        number = number << 6 | byte & 0x3F
    place = 4 + length
    extra = {6: 1, 7: 2}.get(size_code, 0)
    if extra:
        samples = int.from_bytes(head[place : place + extra], "big") + 1
    else:
        samples = 192 if size_code == 1 else 576 << (size_code - 2) if size_code < 6 else 256 << (size_code - 8)
    place += extra + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if place >= len(head) or _crc8(head[:place]) != head[place]:
        return None
    # a fixed block size counts frames, a variable one samples
    return _Frame(number if head[1] & 1 else number * block_samples, samples)


def _crc8(contents: bytes) -> int:
    """CRC-8 with the polynomial x^8 + x^2 + x + 1."""
    value = 0
    for byte in contents:
        value ^= byte
        for _ in range(8):
            value = value << 1 & 0xFF ^ (7 if value & 0x80 else 0)
    return value
