"""VST2 preset files: ``.fxp`` (one program) and ``.fxb`` (a bank of them).

All numbers are big-endian. A program holds either the plug-in's own opaque chunk (``FPCh``) or its parameters in host
units, 0 to 1 (``FxCk``). A bank holds one chunk for everything (``FBCh``) or a list of programs (``FxBk``). Layout from
Steinberg's VST 2.4 ``vstfxstore.h``; the length field in the header is not checked because hosts write 0 there.
"""

import struct
from dataclasses import dataclass

from synthmatch.errors import PresetError

_HEADER = struct.Struct(">4si4siIii")  # magic, length, kind, format version, plug-in id, plug-in version, count
_NAME_BYTES = 28
_BANK_FUTURE_BYTES = 128


@dataclass(frozen=True, slots=True)
class Program:
    """One VST2 program: a chunk, or the parameters in host units (0 to 1), of the plug-in with this four-byte id."""

    plugin_id: bytes
    name: str = ""
    chunk: bytes | None = None
    values: tuple[float, ...] = ()
    plugin_version: int = 0
    #: number of parameters as the header states it; a chunk does not show it
    parameters: int = 0


def write_fxp(program: Program) -> bytes:
    """Contents of a ``.fxp`` file. A name longer than 27 bytes is cut."""
    if len(program.plugin_id) != 4:
        raise PresetError(f"VST2 plug-in id is {program.plugin_id!r}, expected four bytes")
    name = program.name.encode("utf-8")[: _NAME_BYTES - 1].decode("utf-8", "ignore").encode().ljust(_NAME_BYTES, b"\0")
    if program.chunk is None:
        kind, count = b"FxCk", len(program.values)
        body = name + struct.pack(f">{count}f", *program.values)
    else:
        kind, count = b"FPCh", program.parameters
        body = name + struct.pack(">i", len(program.chunk)) + program.chunk
    number = int.from_bytes(program.plugin_id, "big")
    length = _HEADER.size - 8 + len(body)
    return _HEADER.pack(b"CcnK", length, kind, 1, number, program.plugin_version, count) + body


def read_programs(contents: bytes, where: str) -> list[Program]:
    """Programs of a ``.fxp`` or ``.fxb``; a bank that is one chunk gives one program without a name.

    `where` names the file in errors. Raises `PresetError` for anything else or a file cut short.
    """
    kind = contents[8:12]
    if contents[:4] != b"CcnK" or kind not in (b"FPCh", b"FxCk", b"FBCh", b"FxBk"):
        raise PresetError(f"{where} is no VST2 preset: expected CcnK and one of FPCh, FxCk, FBCh, FxBk at its start")
    try:
        if kind in (b"FPCh", b"FxCk"):
            return [_program(contents, 0)[0]]
        _, _, _, _, number, version, count = _HEADER.unpack_from(contents)
        start = _HEADER.size + _BANK_FUTURE_BYTES
        if kind == b"FBCh":
            chunk, _ = _chunk(contents, start)
            return [Program(number.to_bytes(4, "big"), "", chunk, (), version)]
        programs = []
        for _ in range(count):
            program, start = _program(contents, start)
            programs.append(program)
        return programs
    except (struct.error, EOFError):
        raise PresetError(
            f"{where} is cut short: it ends after {len(contents)} bytes, inside a program; export it again"
        ) from None


def _program(contents: bytes, start: int) -> tuple[Program, int]:
    """The program at a byte offset and the offset after it."""
    magic, _, kind, _, number, version, count = _HEADER.unpack_from(contents, start)
    if magic != b"CcnK" or kind not in (b"FPCh", b"FxCk") or count < 0:
        raise EOFError
    name_start = start + _HEADER.size
    body = name_start + _NAME_BYTES
    name = contents[name_start:body].split(b"\0")[0].decode("utf-8", "replace")
    plugin_id = number.to_bytes(4, "big")
    if kind == b"FPCh":
        chunk, end = _chunk(contents, body)
        return Program(plugin_id, name, chunk, (), version, count), end
    values = struct.unpack_from(f">{count}f", contents, body)
    return Program(plugin_id, name, None, values, version, count), body + 4 * count


def _chunk(contents: bytes, start: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">i", contents, start)
    end = start + 4 + length
    if length < 0 or end > len(contents):
        raise EOFError
    return contents[start + 4 : end], end
