"""MPEG audio (MP3, MP2, MP1): the frames of a file, whatever stands before, between and after them.

ISO 11172-3 and 13818-3. A frame begins with 11 set bits, version, layer, protection; bit rate, sample rate, padding; mode.
libsndfile asks mpg123 for the length, which is exact only where the first frame is a Xing or Info header. Where it is
missing or wrong, the frames are counted here, and their last one is repeated until the estimate of mpg123 lies beyond
the end that is meant.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from synthmatch.audio.mpeg_frame import Frame, parse, with_free_length
from synthmatch.audio.parts import Contents, Part
from synthmatch.audio.splice import Piece, Splice

#: Frames one after another that cannot be chance.
_SURE = 4
#: A stream begins within this after what is no frame.
_SOUGHT_BYTES = 1 << 18
#: Headers of free format that are looked into: the length of their frames must be searched.
_MOST_FREE = 64
#: Tags, which are no damage: ID3v2, ID3v1 (and "TAG+"), APE, Lyrics3.
_TAGS = (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN")
#: More frames than 60 s hold at 48 kHz in Layer I.
_MOST_FRAMES = 8_000


@dataclass(slots=True)
class _Stream:
    """Frames of one kind: where they are, how many, and what their own header says."""

    first: Frame
    ranges: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0
    longest: tuple[int, int] = (0, 0)
    stated: int | None = None
    header: tuple[int, int] | None = None
    cut: bool = False

    def add(self, place: int, length: int) -> None:
        if self.ranges and sum(self.ranges[-1]) == place:
            self.ranges[-1] = (self.ranges[-1][0], self.ranges[-1][1] + length)
        else:
            self.ranges.append((place, length))
        self.count += 1
        self.longest = max(self.longest, (length, place))


def read_mpeg(file: Splice, first: int, end: int) -> Contents | None:
    """The MPEG streams between two places of a file, or None where most of it is none. No more are read than 60 s can hold."""
    file.seek(first)
    # 60 s at the highest rate are 5 MB; pictures in tags are skipped by `first`
    window = file.read(min(end - first, _MOST_FRAMES * 2_881 + _SOUGHT_BYTES))
    streams: list[_Stream] = []
    junk = 0
    for stream, skipped in _streams(window):
        streams.append(stream)
        junk += skipped
    frames = sum(length for stream in streams for _, length in stream.ranges)
    if frames <= junk:
        return None  # chance: samples and videos have bytes that look like frames
    wrong = [f"{junk} bytes that are no sound were left out"] if junk else []
    if len(streams) > 1:
        wrong.append(f"it holds {len(streams)} recordings: they are read one after another")
    return Contents([_part(stream, first, wrong) for stream in streams], wrong=wrong)


def _part(stream: _Stream, offset: int, wrong: list[str]) -> Part:
    frame = stream.first
    ranges = [(offset + place, length) for place, length in stream.ranges]
    exact = stream.stated == stream.count and not stream.cut
    if exact and stream.header:
        return Part([(offset + stream.header[0], stream.header[1]), *ranges])
    length, place = stream.longest
    missing = length * (stream.count + 4) - sum(length for _, length in ranges)
    filler: list[Piece] = [(offset + place, length)] * (missing // length + 1)
    share, promised = 1.0, False
    if stream.stated is not None and stream.stated > stream.count + 1:
        share, promised = stream.count / stream.stated, True
    elif stream.cut:
        share = stream.count / (stream.count + 1)
    elif stream.stated is not None and stream.stated < stream.count - 1:
        wrong.append(f"its header counts {stream.stated} frames, it has {stream.count}: all are read")
    return Part([*ranges, *filler], stream.count * frame.samples, share, promised)


def _streams(data: bytes) -> Iterator[tuple[_Stream, int]]:
    """Each stream, and how many bytes before it are neither frames nor tags."""
    place, total, skipped = 0, 0, 0
    while total < _MOST_FRAMES and (found := _begin(data, place)):
        skipped += _junk(data, place, found[0])
        place, frame = found
        stream = _Stream(frame)
        stated = frame.stated_frames(data[place : place + frame.length])
        if stated is not None:
            # a header that does not count is none, and mpg123 does not read VBRI
            exact = data[place + 36 : place + 40] != b"VBRI"
            stream.stated, stream.header = stated or None, (place, frame.length) if exact else None
            place += frame.length
        while total < _MOST_FRAMES:
            following = with_free_length(parse(data, place), frame)
            if following is None or following.kind != frame.kind or _has_header(following, data, place):
                again = _again(data, place, frame)
                if again is None:
                    break
                skipped += _junk(data, place, again)
                place = again
                continue
            if place + following.length > len(data):
                stream.cut = True
                place = len(data)
                break
            stream.add(place, following.length)
            place += following.length
            total += 1
        if stream.count:
            yield stream, skipped
            skipped = 0


def _has_header(frame: Frame, data: bytes, place: int) -> bool:
    """Whether a further recording begins here."""
    return frame.stated_frames(data[place : place + frame.length]) is not None


def _again(data: bytes, place: int, kind: Frame) -> int | None:
    """Where frames of the same kind go on after something else, or None where another recording or the end comes."""
    found = _begin(data, place)
    if found is None or found[1].kind != kind.kind or _has_header(found[1], data, found[0]):
        return None
    return found[0] if found[0] > place else None


def _begin(data: bytes, place: int) -> tuple[int, Frame] | None:
    """The first place from which frames follow one another, four or up to the end of the data, and the first of them."""
    end = min(len(data), place + _SOUGHT_BYTES)
    free = 0
    while (place := data.find(b"\xff", place, end)) >= 0:
        frame = parse(data, place)
        if frame is not None and frame.free:
            free += 1
            frame = _free(data, place, frame) if free <= _MOST_FREE else None
        if frame is not None and _lasts(data, place, frame):
            return place, frame
        place += 1
    return None


def _lasts(data: bytes, place: int, first: Frame) -> bool:
    frame: Frame | None = first
    for number in range(_SURE):
        if frame is None or frame.kind != first.kind:
            # the end of the data, or a tag after at least two frames
            return number >= 2 and (len(data) - place < 4 or data.startswith(_TAGS, place))
        place += frame.length
        frame = with_free_length(parse(data, place), first)
    return True


def _free(data: bytes, place: int, frame: Frame) -> Frame | None:
    """A frame of free format with its length: the distance to the next header of its kind."""
    following = place + 24
    while (following := data.find(b"\xff", following, place + 4_096)) >= 0:
        other = parse(data, following)
        if other is not None and not other.length and other.kind == frame.kind:
            found = with_free_length(frame, frame.of_length(following - place))
            if found is not None and _lasts(data, place, found):
                return found
        following += 1
    return None


def _junk(data: bytes, first: int, end: int) -> int:
    """Bytes between two places, or 0 where a tag or padding with zeros stands there."""
    between = data[first:end]
    return 0 if between.startswith(_TAGS) or not between.strip(b"\0") else len(between)
