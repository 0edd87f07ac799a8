"""A file put together from parts of another one and from bytes of our own, without a copy.

So libsndfile reads a file whose header is mended, one link of several, or frames without what lies between them.
"""

import io
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import BinaryIO

#: Bytes of our own, or (first, length) of a part of the file.
Piece = bytes | tuple[int, int]


class Splice(io.RawIOBase):
    """The `pieces` one after another, for reading. The file must stay open, and is moved about in."""

    def __init__(self, file: "BinaryIO | Splice", pieces: Sequence[Piece]) -> None:
        super().__init__()
        self._file, self._pieces = file, [piece for piece in pieces if _length(piece)]
        self._starts = [0, *accumulate(_length(piece) for piece in self._pieces)]
        self._place = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; before the first byte is refused as by any file."""
        place = offset + (0, self._place, self._starts[-1])[whence]
        if place < 0:
            raise ValueError(f"negative place {place}")
        self._place = place
        return place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` as far as there are bytes; how many."""
        view, done = memoryview(buffer), 0
        while done < len(view) and self._place < self._starts[-1]:
            number = bisect_right(self._starts, self._place) - 1
            piece, inside = self._pieces[number], self._place - self._starts[number]
            wanted = min(len(view) - done, self._starts[number + 1] - self._place)
            if isinstance(piece, bytes):
                found = piece[inside : inside + wanted]
            else:
                self._file.seek(piece[0] + inside)
                found = self._file.read(wanted)
            if not found:
                break
            view[done : done + len(found)] = found
            done += len(found)
            self._place += len(found)
        return done


def patched(size: int, patches: Mapping[int, bytes]) -> list[Piece]:
    """Pieces of a file of `size` bytes in which `patches` replace what stands at their places."""
    pieces: list[Piece] = []
    place = 0
    for start in sorted(patches):
        pieces += [(place, start - place), patches[start]]
        place = start + len(patches[start])
    return [*pieces, (place, size - place)]


def between(pieces: Sequence[Piece], first: int, end: int) -> list[Piece]:
    """Pieces of the bytes from `first` up to `end` of what `pieces` make."""
    kept: list[Piece] = []
    for piece in pieces:
        start, stop = max(first, 0), min(end, _length(piece))
        if start < stop:
            kept.append(piece[start:stop] if isinstance(piece, bytes) else (piece[0] + start, stop - start))
        first, end = first - _length(piece), end - _length(piece)
    return kept


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1]
