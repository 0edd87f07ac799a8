"""The length of a FLAC stream whose writer did not know it: that of the last frame's end.

RFC 9639. STREAMINFO counts the samples in 36 bits, 0 where they are unknown, as after an encoder that wrote to a pipe.
Each frame has its number, or that of its first sample, in its header, which ends in a CRC-8; the frame ends in a CRC-16.
"""

from collections.abc import Sequence
from typing import NamedTuple

from synthmatch.audio.instrument import STATES, stated
from synthmatch.audio.parts import Contents, Part, read_at, size_of
from synthmatch.audio.splice import Piece, Splice, between

#: Where the five bytes stand whose last 36 bits are the length.
_LENGTH_AT = 21
_HEAD_BYTES = 42
#: The largest frame: 65,535 samples of 8 channels of 32 bits.
_TAIL_BYTES = 1 << 21
_LONGEST_HEADER = 16
#: By chance about one in ten million bytes begins a header.
_MOST_CANDIDATES = 64
_APPLICATION = 2
_MOST_BLOCKS = 256


class _Frame(NamedTuple):
    """Number of the first sample, how many there are; place in the stream, and whether the frame is whole."""

    first: int
    samples: int
    place: int = 0
    whole: bool = True


def read_flac(file: Splice) -> Contents | None:
    """A FLAC file, with the WAV chunks that an encoder stored, or None."""
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


def with_length(file: Splice, pieces: Sequence[Piece]) -> Part:
    """The FLAC stream `file`, which `pieces` make, with the number of its samples in its header."""
    head = read_at(file, 0, _HEAD_BYTES)
    if len(head) < _HEAD_BYTES or int.from_bytes(head[_LENGTH_AT : _LENGTH_AT + 5], "big") & 0xF_FFFF_FFFF:
        return Part(pieces)
    last = _last_frame(file, int.from_bytes(head[8:10], "big"))
    if last is None:
        return Part(pieces)
    # a frame that is cut is left out
    kept = last.first + last.samples if last.whole else last.first
    word = int.from_bytes(head[_LENGTH_AT : _LENGTH_AT + 5], "big") | min(kept, 0xF_FFFF_FFFF)
    mended = head[:_LENGTH_AT] + word.to_bytes(5, "big") + head[_LENGTH_AT + 5 :]
    end = size_of(file) if last.whole else last.place
    share = kept / (last.first + last.samples)
    return Part([mended, *between(pieces, _HEAD_BYTES, end)], share=share, promised=False)


def _last_frame(file: Splice, block_samples: int) -> _Frame | None:
    size = size_of(file)
    start = max(_HEAD_BYTES, size - _TAIL_BYTES)
    tail = read_at(file, start, _TAIL_BYTES)
    place = len(tail)
    later: dict[int, _Frame] = {}
    while (place := tail.rfind(b"\xff", 0, place)) >= 0 and len(later) < _MOST_CANDIDATES:
        frame = _frame(tail[place : place + _LONGEST_HEADER], block_samples)
        if frame:
            # sound may look like a header: two that follow one another do not
            last = later.get(frame.first + frame.samples)
            if last:
                return last._replace(whole=not _crc16(tail[last.place - start :]))
            later[frame.first] = frame._replace(place=start + place)
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


def _crc(contents: bytes, bits: int, polynomial: int) -> int:
    value, top, mask = 0, 1 << (bits - 1), (1 << bits) - 1
    for byte in contents:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value & top else 0)) & mask
    return value


def _crc8(contents: bytes) -> int:
    """CRC-8 of a header, polynomial x^8 + x^2 + x + 1."""
    return _crc(contents, 8, 0x07)


def _crc16(contents: bytes) -> int:
    """CRC-16 of a frame, polynomial x^16 + x^15 + x^2 + 1: 0 where its own, the last two bytes, holds."""
    return _crc(contents, 16, 0x8005)
