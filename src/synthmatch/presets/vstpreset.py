"""VST3 preset files, ``.vstpreset``.

All numbers are little-endian. A header (``VST3``, format version 1, the plug-in's class-ID as 32 hex digits, the offset
of the list), the data, then the list: ``List``, the number of chunks, and for each its four-byte name, offset and size.
The chunk ``Comp`` is the state of the plug-in's processor and is always there; ``Cont`` is that of its controller. Other
chunks (``Info``: names and authors as XML) are passed over. Layout from Steinberg's ``vstpresetfile.h``.
"""

import re
import struct
from dataclasses import dataclass

from synthmatch.errors import PresetError

_HEADER = struct.Struct("<4si32sq")  # magic, format version, class-ID, offset of the list
_LIST = struct.Struct("<4si")  # magic, number of chunks
_ENTRY = struct.Struct("<4sqq")  # name, offset, size
#: Chunks that are read.
_READ = (b"Comp", b"Cont")
_CLASS_ID = re.compile(r"[0-9A-F]{32}")


@dataclass(frozen=True, slots=True)
class VstPreset:
    """What a VST3 plug-in needs to sound as it did: its class-ID (32 upper-case hex digits) and its own two states."""

    class_id: str
    component: bytes
    controller: bytes = b""


def write_vstpreset(preset: VstPreset) -> bytes:
    """Contents of a ``.vstpreset``. Raises `PresetError` for a class-ID that is not 32 upper-case hex digits."""
    if not _CLASS_ID.fullmatch(preset.class_id):
        raise PresetError(f"VST3 class-ID is {preset.class_id!r}, expected 32 upper-case hex digits")
    chunks = [(b"Comp", preset.component)]
    if preset.controller:
        chunks.append((b"Cont", preset.controller))
    body, entries = b"", b""
    for name, chunk in chunks:
        entries += _ENTRY.pack(name, _HEADER.size + len(body), len(chunk))
        body += chunk
    header = _HEADER.pack(b"VST3", 1, preset.class_id.encode(), _HEADER.size + len(body))
    return header + body + _LIST.pack(b"List", len(chunks)) + entries


def read_vstpreset(contents: bytes, where: str) -> VstPreset:
    """The class-ID and states in a ``.vstpreset``; `where` names the file in errors.

    Raises `PresetError` for anything else, a file cut short, or one whose list points outside it.
    """
    if contents[:4] != b"VST3":
        raise PresetError(f"{where} is no VST3 preset: it starts with {contents[:4]!r}, expected b'VST3'")
    try:
        _, version, class_id, list_start = _HEADER.unpack_from(contents)
        if version != 1:
            raise PresetError(f"{where} is a VST3 preset of format version {version}, expected 1; export it again")
        chunks = _chunks(contents, list_start)
    except (struct.error, EOFError):
        raise PresetError(
            f"{where} is damaged or cut short: its list of chunks does not fit its {len(contents)} bytes; "
            "export it again"
        ) from None
    digits = class_id.decode("ascii", "replace").upper()
    if not _CLASS_ID.fullmatch(digits):
        raise PresetError(f"{where} is damaged: its class-ID is {digits!r}, expected 32 hex digits; export it again")
    if b"Comp" not in chunks:
        held = ", ".join(name.decode("ascii", "replace") for name in chunks) or "nothing"
        raise PresetError(f"{where} holds {held}, expected the chunk Comp with the plug-in's state; export it again")
    return VstPreset(digits, chunks[b"Comp"], chunks.get(b"Cont", b""))


def _chunks(contents: bytes, list_start: int) -> dict[bytes, bytes]:
    """Chunks by name. Raises `EOFError` or `struct.error` where the list or a chunk is not inside the file."""
    if list_start < _HEADER.size:
        raise EOFError
    magic, count = _LIST.unpack_from(contents, list_start)
    if magic != b"List" or count < 0:
        raise EOFError
    # places first: entries may point at the same bytes, each of which would be copied
    places = {}
    for number in range(count):
        name, start, size = _ENTRY.unpack_from(contents, list_start + _LIST.size + number * _ENTRY.size)
        if start < _HEADER.size or size < 0 or start + size > len(contents):
            raise EOFError
        places[name] = slice(start, start + size)
    return {name: contents[place] if name in _READ else b"" for name, place in places.items()}
