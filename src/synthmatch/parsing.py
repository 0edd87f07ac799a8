"""JSON and numpy's arrays from outside, parsed under bounds.

Every reader of a file that somebody else may have made takes these in place of `json.loads` and `numpy.load`. What they
refuse they refuse with a `ValueError` that says why; the reader puts the file's name before it and how to mend it behind
it. Nothing is unpacked, allocated or walked through before its size is known.
"""

import io
import json
import math
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import Array
from synthmatch.reading import opened

#: Values of a JSON document; each takes up to some 250 bytes of memory. The largest preset of Vital has 60,000.
MOST_VALUES = 2_000_000
#: Lists and objects within each other; Vital's presets have 8, and Python's own writer ends at about 1,000.
MOST_DEPTH = 64
#: Whole numbers of JSON are at most as large as floats are exact in 64 bits and indices fit.
_MOST_WHOLE = 2**63
#: Arrays of an archive, and dimensions of one.
_MOST_ARRAYS, _MOST_DIMENSIONS = 1_000, 8
#: Bytes of the header of an array; most of numpy's own have 118.
_MOST_HEADER = 10_000
#: Ways of packing an archive of numpy's; others unpack without a bound.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: The header of an array as numpy writes it, of numbers and texts; others are or hold Python's objects.
_HEADER = re.compile(
    rb"\{'descr': '([<>|=]?(?:b1|[iu][1248]|f[248]|U\d{1,6}))', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,18}(?:, |,|))*)\), \} *\n"
)
#: Bytes of its length by the version of the format.
_HEADER_LENGTHS = {b"\x01\x00": 2, b"\x02\x00": 4}

_Kind = TypeVar("_Kind")


def parse_json(contents: bytes) -> Any:
    """The value of a JSON text in UTF-8, with or without a byte order mark.

    Raises `ValueError` for another text, NaN and infinite numbers, whole numbers of more than 63 bits, half of a
    surrogate pair, and more values or depth than the bounds.
    """
    count = 1 + contents.count(b",") + contents.count(b"[") + contents.count(b"{")
    if count > MOST_VALUES:
        raise ValueError(f"it has up to {count} values, expected at most {MOST_VALUES}")
    try:
        value = json.loads(contents.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise ValueError(_DEEP) from None
    _check_values(value)
    return value


def need(value: Any, kind: type[_Kind], what: str) -> _Kind:
    """The value, where it is of a type; a truth value is no number. Raises `ValueError`. `what` names it."""
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{what} is {str(value)[:40]!r}, expected {_NAMES.get(kind, kind.__name__)}")
    found: _Kind = value
    return found


def member(row: Mapping[str, Any], name: str, kind: type[_Kind]) -> _Kind:
    """A value of a JSON object, of a type. Raises `ValueError` where it is missing or of another."""
    if name not in row:
        raise ValueError(f"it lacks {name!r}")
    return need(row[name], kind, name)


def parse_arrays(contents: bytes, most_bytes: int) -> dict[str, Array]:
    """The arrays of an ``.npz`` by name, read-only, of at most `most_bytes` together. Raises `ValueError`."""
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            entries = archive.infolist()
            _check_entries(entries, most_bytes)
            return {entry.filename.removesuffix(".npy"): parse_array(_unpacked(archive, entry)) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, OverflowError, LookupError) as error:
        # RuntimeError: encrypted, or packed in a way that is not known
        raise ValueError(f"not numpy's archive: {error}") from None


def parse_array(contents: bytes) -> Array:
    """The array of an ``.npy``, read-only. Raises `ValueError`."""
    stream = io.BytesIO(contents)
    shape, by_columns, kind = _header(stream)
    start = stream.tell()
    if math.prod(shape) * kind.itemsize != len(contents) - start:
        raise ValueError(f"an array of shape {shape} in {len(contents) - start} bytes")
    flat = np.frombuffer(contents, kind, math.prod(shape), start) if math.prod(shape) else np.zeros(0, kind)
    return flat.reshape(shape, order="F" if by_columns else "C")


def open_array(path: Path, shape: tuple[int, ...], kind: npt.DTypeLike) -> Array:
    """The array of an ``.npy`` file that has this shape and type, mapped into memory, read-only.

    Raises `ValueError` where it has not, or what is there is no file, `OSError` where the system refuses.
    """
    with opened(path) as file:
        found, by_columns, its_kind = _header(file)
        if found != shape or its_kind != np.dtype(kind) or by_columns:
            raise ValueError(f"an array of shape {found} and type {its_kind}, expected {shape} and {np.dtype(kind)}")
        start = file.tell()
        if os.fstat(file.fileno()).st_size != start + math.prod(shape) * its_kind.itemsize:
            raise ValueError(f"not as long as an array of shape {shape}")
        if not math.prod(shape):
            return np.zeros(shape, kind)
        return np.memmap(file, its_kind, "r", start, shape)


def has_shape(array: Array | None, kind: str, *shape: int | None) -> bool:
    """Whether an array is there, of this type ("f4": 32-bit floats), all of it finite, and of this shape.

    None stands for any length.
    """
    if array is None or array.dtype != np.dtype(kind) or array.ndim != len(shape):
        return False
    fits = all(wanted in (None, length) for length, wanted in zip(array.shape, shape, strict=True))
    return fits and (array.dtype.kind != "f" or bool(np.isfinite(array).all()))


_DEEP = f"it is nested deeper than {MOST_DEPTH}"
_NAMES: dict[type, str] = {dict: "an object", list: "a list", str: "a text", int: "a whole number", float: "a number"}


def _no_number(name: str) -> Any:
    raise ValueError(f"it has {name}, which is no number of JSON")


def _check_values(value: Any) -> None:
    """Walk level by level, for a walk that calls itself would end where the parser did not."""
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.values()
                inner += one.keys()
            elif isinstance(one, list):
                inner += one
            elif isinstance(one, float):
                if not math.isfinite(one):
                    raise ValueError("it has a number that is too large")
            elif isinstance(one, int):
                if not -_MOST_WHOLE <= one < _MOST_WHOLE:
                    raise ValueError("it has a whole number of more than 63 bits")
            elif isinstance(one, str) and not one.isascii():
                one.encode()  # raises what is a ValueError, for half of a surrogate pair
        if not inner:
            return
        level = inner
    raise ValueError(_DEEP)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry, up to the size that the directory gives: without a number, `read` unpacks whatever is there."""
    with archive.open(entry) as stream:
        return stream.read(entry.file_size + 1)


def _check_entries(entries: list[zipfile.ZipInfo], most_bytes: int) -> None:
    if len(entries) > _MOST_ARRAYS or len({entry.filename for entry in entries}) != len(entries):
        raise ValueError(f"{len(entries)} arrays, expected at most {_MOST_ARRAYS}, each once")
    if any(entry.compress_type not in _PACKINGS for entry in entries):
        raise ValueError("packed in another way than numpy's")
    if (size := sum(entry.file_size for entry in entries)) > most_bytes:
        raise ValueError(f"it unpacks to {size / 1e6:.0f} MB, expected at most {most_bytes / 1e6:.0f} MB")


def _header(stream: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether its first index runs first, and type. Raises `ValueError`."""
    start = stream.read(8)
    if start[:6] != b"\x93NUMPY" or start[6:] not in _HEADER_LENGTHS:
        raise ValueError("no array of numpy")
    size = int.from_bytes(stream.read(_HEADER_LENGTHS[start[6:]]), "little")
    text = stream.read(min(size, _MOST_HEADER))
    found = _HEADER.fullmatch(text)
    if not found:
        raise ValueError(f"an array of {text[:60]!r}, expected numbers")
    kind = np.dtype(found[1].decode())
    shape, by_columns = tuple(map(int, found[3].replace(b",", b"").split())), found[2] == b"True"
    if kind.itemsize == 0 or len(shape) > _MOST_DIMENSIONS:
        raise ValueError(f"an array of shape {shape} and type {kind}")
    return shape, by_columns, kind
