"""Wavetables as WAV files that synthesizers import: single cycles of 2,048 samples, one after the other.

A chunk `clm ` says so. Xfer Records made it for Serum, and its author published what it has
(https://www.kvraudio.com/forum/viewtopic.php?t=517146): `<!>`, the samples of a cycle, a space, eight digits, and who wrote
the file. The first digit is how frames fade: 0 not, 1 crossfaded, from 2 on by their spectra. The second is for the tables
that come with Serum, and 0 in all others. Vital (`wavetable_edit_section.cpp`) writes a 2 and reads that digit; Surge XT
(`WAVFileSupport.cpp`) reads the number of samples, and 32-bit float and 16-bit PCM alone, which is why this is float.
"""

import struct

from synthmatch.arrays import F32, Float32
from synthmatch.note import SAMPLE_RATE_HZ

#: As many as Serum and Vital take.
MOST_FRAMES = 256
#: of an even length: Vital goes from chunk to chunk without the byte that follows an odd one
_CLM = b"<!>2048 20000000 wavetable (by synthmatch)"
_FLOAT, _CHANNELS, _BYTES = 3, 1, 4


def wavetable_bytes(frames: Float32[F32, "frames 2048"]) -> bytes:
    """A mono file of 32-bit floats at 44.1 kHz. `frames`: peak 1 at most, from 1 to `MOST_FRAMES`."""
    form = struct.pack(
        "<HHIIHH", _FLOAT, _CHANNELS, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * _BYTES, _CHANNELS * _BYTES, 8 * _BYTES
    )
    chunks = (
        _chunk(b"fmt ", form)
        # of a form other than PCM, RIFF asks for the number of samples
        + _chunk(b"fact", struct.pack("<I", frames.size))
        + _chunk(b"clm ", _CLM)
        + _chunk(b"data", frames.astype("<f4").tobytes())
    )
    return _chunk(b"RIFF", b"WAVE" + chunks)


def _chunk(id: bytes, contents: bytes) -> bytes:
    return id + struct.pack("<I", len(contents)) + contents
