"""A sound as a small Ogg Vorbis file whose bytes depend on the sound alone.

libsndfile gives each file a random serial number (RFC 3533), so that files can be joined. Ours stand alone and get 0.
"""

import io
import zlib

from synthmatch.arrays import F32, Float32
from synthmatch.note import SAMPLE_RATE_HZ

#: libsndfile's 0 (best) to 1; this is Vorbis quality 4, 30 kB for five seconds of mono on average.
_COMPRESSION = 0.6
#: A page's header up to its table of segments; where the serial number and the checksum lie in it.
_HEADER, _SERIAL, _CRC = 27, 14, 22
#: Each byte with its bits in reverse.
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def ogg(sound: Float32[F32, " samples"]) -> bytes:
    """An Ogg Vorbis file of mono float32 at 44.1 kHz, shape (samples,), peak at most 1."""
    import soundfile  # noqa: PLC0415

    stream = io.BytesIO()
    soundfile.write(stream, sound, SAMPLE_RATE_HZ, format="OGG", subtype="VORBIS", compression_level=_COMPRESSION)
    return _without_serial(stream.getvalue())


def _without_serial(file: bytes) -> bytes:
    """The same file with serial number 0 in each page."""
    pages, start = [], 0
    while start < len(file):
        body = start + _HEADER + file[start + _HEADER - 1]
        end = body + sum(file[start + _HEADER : body])
        page = bytearray(file[start:end])
        page[_SERIAL : _SERIAL + 4] = page[_CRC : _CRC + 4] = bytes(4)
        page[_CRC : _CRC + 4] = _crc(bytes(page)).to_bytes(4, "little")
        pages.append(bytes(page))
        start = end
    return b"".join(pages)


def _crc(page: bytes) -> int:
    """Ogg's CRC-32, which is zlib's with the bits of each byte in reverse and no inversion before and after."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
