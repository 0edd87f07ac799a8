"""Ogg files: each link of a chain, one after another.

RFC 3533. A page begins with 27 bytes: "OggS", version, flags (2: a stream begins, 4: it ends), granule position, serial
number, page number, checksum, number of segments; then the segments' lengths, and the segments. A chain is made of
physical streams one after another; only the first audio stream of each is read. FLAC in Ogg (mapping version 1.0, xiph.org)
is brought to plain FLAC, since not every build of libsndfile reads it: the packets without the first nine bytes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from synthmatch.audio.flac import with_length
from synthmatch.audio.parts import Contents, Part, read_at, size_of
from synthmatch.audio.splice import Piece, Splice

_BEGINS, _ENDS = 2, 4
#: How the first packet of an audio stream begins.
_CODECS = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
_FLAC_PREFIX = 9
#: Pages of 60 s hold 20 ms and more each: 3,000. Only a file of hours, or made to be slow, has as many as this.
_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class _Page:
    place: int
    head: int
    size: int
    flags: int
    serial: int


@dataclass(slots=True)
class _Link:
    pages: list[_Page] = field(default_factory=list)
    serial: int | None = None
    flac: bool = False

    @property
    def own(self) -> list[_Page]:
        """Pages of the audio stream, or all where none is known."""
        return [page for page in self.pages if self.serial in (None, page.serial)]


def read_ogg(file: Splice) -> Contents | None:
    """The links of an Ogg file in order, or None. A last page that is cut counts as damage, a missing end does not."""
    if read_at(file, 0, 4) != b"OggS":
        return None
    size = size_of(file)
    links: list[_Link] = []
    begun = False
    for page in _pages(file, size):
        if not links or (page.flags & _BEGINS and begun):
            links.append(_Link())
            begun = False
        begun = begun or not page.flags & _BEGINS
        link = links[-1]
        link.pages.append(page)
        if page.flags & _BEGINS and link.serial is None:
            start = read_at(file, page.place + page.head, 8)
            if start.startswith(_CODECS):
                link.serial, link.flac = page.serial, start.startswith(b"\x7fFLAC")
    wrong: list[str] = []
    last = links[-1].pages[-1]
    cut = last.place + last.size > size
    if not cut and not links[-1].own[-1].flags & _ENDS:
        wrong.append("its last page is not marked as the last: it may be cut")
    if len(links) > 1:
        wrong.append(f"it is a chain of {len(links)} streams: they are read one after another")
    parts = [_part(file, link) for link in links]
    if cut:
        # how much is lost nobody knows
        parts[-1] = Part(parts[-1].pieces, parts[-1].samples, share=0.0)
    return Contents(parts, wrong=wrong)


def _part(file: Splice, link: _Link) -> Part:
    if not link.flac:
        return Part(_joined([(page.place, page.size) for page in link.own]))
    first, *rest = link.own
    pieces: list[Piece] = [(first.place + first.head + _FLAC_PREFIX, first.size - first.head - _FLAC_PREFIX)]
    pieces += [(page.place + page.head, page.size - page.head) for page in rest]
    return with_length(Splice(file, pieces), pieces)


def _joined(ranges: list[tuple[int, int]]) -> list[Piece]:
    """Fewer pieces: what lies side by side as one."""
    joined: list[tuple[int, int]] = []
    for place, length in ranges:
        if joined and sum(joined[-1]) == place:
            joined[-1] = (joined[-1][0], joined[-1][1] + length)
        else:
            joined.append((place, length))
    return list(joined)


def _pages(file: Splice, size: int) -> Iterator[_Page]:
    """Pages in order; what lies between them is left out."""
    place = 0
    for _ in range(_MOST_PAGES):
        head = read_at(file, place, 27 + 255)
        if not head.startswith(b"OggS"):
            found = _next(file, place + 1)
            if found is None:
                return
            place = found
            continue
        if len(head) < 27 or len(head) < 27 + head[26]:
            yield _Page(place, len(head), len(head) + 1, 0, 0)
            return
        segments = head[27 : 27 + head[26]]
        page = _Page(
            place, 27 + len(segments), 27 + len(segments) + sum(segments), head[5], *struct.unpack("<I", head[14:18])
        )
        yield page
        place += page.size
        if place >= size:
            return


def _next(file: Splice, place: int) -> int | None:
    """Place of the next page within 64 KiB."""
    found = read_at(file, place, 1 << 16).find(b"OggS")
    return None if found < 0 else place + found
