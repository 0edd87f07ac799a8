"""What hosts made with JUCE save of a VST3 plug-in: ``VC2!``, a length, and XML with the plug-in's two states.

The states are in JUCE's own base64: the number of bytes in decimal, a dot, and one letter for six bits, the lowest bits
first. Layout from JUCE's ``AudioProcessor::copyXmlToBinary`` and ``MemoryBlock::toBase64Encoding``.
"""

import re
import struct

import numpy as np

from synthmatch.errors import PresetError

_LETTERS = b".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
#: letter -> its six bits; 64 for what is no letter
_SIX_BITS = np.full(256, 64, np.uint8)
_SIX_BITS[np.frombuffer(_LETTERS, np.uint8)] = np.arange(64)


def read_vst3_state(contents: bytes) -> tuple[bytes, bytes]:
    """State of the plug-in's processor and of its controller; the second is empty where there is none.

    Raises `PresetError` where it is not what JUCE writes.
    """
    magic, (length,) = contents[:4], struct.unpack("<I", contents[4:8].ljust(4, b"\0"))
    xml = contents[8 : 8 + length]
    if magic != b"VC2!" or b"<VST3PluginState" not in xml:
        raise PresetError(f"the host saved {contents[:32]!r}, expected VC2! and VST3PluginState")
    states: dict[bytes, bytes] = dict(re.findall(rb"<(IComponent|IEditController)>([^<]*)</\1>", xml))
    if b"IComponent" not in states:
        raise PresetError("the host saved no IComponent: the plug-in gives no state; save the preset as JSON")
    return from_base64(states[b"IComponent"]), from_base64(states.get(b"IEditController", b"0."))


def from_base64(text: bytes) -> bytes:
    """Bytes of JUCE's base64. Raises `PresetError` for another text."""
    size_text, _, letters = text.strip().partition(b".")
    bits = _SIX_BITS[np.frombuffer(letters, np.uint8)]
    size = int(size_text) if re.fullmatch(rb"\d{1,10}", size_text) else -1
    if len(letters) != (size * 8 + 5) // 6 or (bits > 63).any():
        raise PresetError(f"the host saved {text[:32]!r}, expected JUCE's base64: a size, a dot and six bits a letter")
    # (letters, 8 bits) -> (letters, 6 bits) -> one row of bits
    row = np.unpackbits(bits[:, None], axis=1, bitorder="little")[:, :6].reshape(-1)
    return np.packbits(row[: size * 8], bitorder="little").tobytes()
