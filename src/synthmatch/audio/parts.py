"""What libsndfile is given to read: the file, or what is put together from it.

A file has one part; a chain of Ogg streams or of MPEG streams has several, which follow one another in time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from synthmatch.audio.splice import Piece, Splice


@dataclass(frozen=True, slots=True)
class Loop:
    """Frames of a recording that a sampler repeats while a key is held: `first` up to, without, `end`.

    `there_and_back` says that every second time they are played backward.
    """

    first: int
    end: int
    there_and_back: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says about itself: its note as a fractional MIDI number, and its loop."""

    root_midi: float | None = None
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """`pieces` of the file make what libsndfile reads.

    `samples` says where to stop, None that libsndfile knows. `share` of the promised length is there. Where the length
    was `promised` by the file, a part that ends early is a damaged file; where it is our estimate, it is only said.
    """

    pieces: Sequence[Piece]
    samples: int | None = None
    share: float = 1.0
    promised: bool = True


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts of a file in order, what it says about itself, and lines about what is wrong with it."""

    parts: Sequence[Part]
    stated: Stated = field(default_factory=Stated)
    wrong: Sequence[str] = ()


def size_of(file: BinaryIO | Splice) -> int:
    """Bytes of a file; leaves it at its end."""
    return file.seek(0, 2)


def read_at(file: BinaryIO | Splice, place: int, length: int) -> bytes:
    """At most `length` bytes from `place` on."""
    file.seek(place)
    return file.read(length)
