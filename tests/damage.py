"""Ways to damage a file: for the tests of damaged files."""

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Rng = np.random.Generator
#: What takes the place of a value in JSON; a text in angle brackets is written as it is, without its quotes.
_STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    -(2**63),
    1e308,
    0.5,
    "",
    "x",
    "1",
    "\x1b[31m",
    [],
    {},
    [1],
    {"1": 1},
    [[[]]],
)
_RAW = ("<NaN>", "<Infinity>", "<1e999>", "<" + "9" * 5_000 + ">", "<" + "[" * 3_000 + "]" * 3_000 + ">", r'<"\ud800">')


def damaged(whole: bytes, name: str, rng: Rng) -> bytes:
    """One of many damages to a file."""
    ways: list[Callable[[bytes, Rng], bytes]] = [_flip, _cut, _splice, _repeat, _overwrite]
    if name.endswith((".json", ".vital", ".jsonl")):
        ways += [_json_swap] * 10
    if name.endswith(".npz"):
        ways += [_array_swap] * 10 + [_directory_flip] * 3
    if name.endswith(".npy"):
        ways += [_header_swap] * 5
    return ways[rng.integers(len(ways))](whole, rng)


def _flip(whole: bytes, rng: Rng) -> bytes:
    changed = bytearray(whole)
    for _ in range(rng.integers(1, 9)):
        changed[rng.integers(len(changed))] ^= 1 << rng.integers(8)
    return bytes(changed)


def _cut(whole: bytes, rng: Rng) -> bytes:
    return whole[: rng.integers(len(whole))]


def _splice(whole: bytes, rng: Rng) -> bytes:
    start, stop = sorted(rng.integers(len(whole), size=2))
    return whole[:start] + whole[stop:]


def _repeat(whole: bytes, rng: Rng) -> bytes:
    start, stop = sorted(rng.integers(len(whole), size=2))
    return whole[:stop] + whole[start:]


def _overwrite(whole: bytes, rng: Rng) -> bytes:
    start, length = rng.integers(len(whole)), rng.integers(1, 9)
    filling = (bytes(int(length)), b"\xff" * length, rng.bytes(int(length)), b"9" * length)[rng.integers(4)]
    return whole[:start] + filling + whole[start + length :]


def _json_swap(whole: bytes, rng: Rng) -> bytes:
    """Another value in a random place of JSON, or a member without its name, or under another."""
    lines = whole.splitlines() if whole.startswith(b'{"target"') else [whole]
    changed = _changed(json.loads(lines[0]), rng)
    text = json.dumps(changed)
    for raw in _RAW:
        text = text.replace(json.dumps(raw), raw[1:-1])
    return b"\n".join([text.encode(), *lines[1:], b""])


def _changed(value: Any, rng: Rng) -> Any:
    if isinstance(value, dict | list) and value and rng.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        # short members first, or a preset's many parameters would be all that is tried
        key = keys[int(len(keys) * rng.random() ** 2)]
        way = rng.random()
        if way < 0.1:
            del value[key]
        elif way < 0.15 and isinstance(value, dict):
            value[str(_STRANGE[rng.integers(len(_STRANGE))])] = value.pop(key)
        else:
            value[key] = _changed(value[key], rng)
        return value
    choices = (*_STRANGE, *_RAW)
    return choices[rng.integers(len(choices))]


def _array_swap(whole: bytes, rng: Rng) -> bytes:
    """An archive with one array another, in JSON where it is text."""
    with np.load(io.BytesIO(whole)) as stored:
        arrays = {name: stored[name] for name in stored.files}
    name = list(arrays)[rng.integers(len(arrays))]
    array = arrays[name]
    if array.dtype == np.uint8 and array.ndim == 1 and rng.random() < 0.7:
        arrays[name] = np.frombuffer(_json_swap(array.tobytes(), rng), np.uint8)
    else:
        arrays[name] = _other(array, rng)
    if rng.random() < 0.1:
        del arrays[name]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _other(array: npt.NDArray[Any], rng: Rng) -> npt.NDArray[Any]:
    others: list[npt.NDArray[Any]] = [
        array[..., :0],
        array[:-1],
        array.ravel(),
        array[None],
        array.astype(np.float64),
        array.astype(np.int64),
        array.astype(str),
        np.full(array.shape, np.nan),
        np.array(0),
        np.asfortranarray(array),
    ]
    if array.dtype.kind == "f":
        others += [np.full(array.shape, value, array.dtype) for value in (np.nan, np.inf, 6e4)]
    return others[rng.integers(len(others))]


def _header_swap(whole: bytes, rng: Rng) -> bytes:
    """Another shape or type in the header of an array, of the same length."""
    start, end = whole.index(b"{"), whole.index(b"\n")
    header = whole[start:end]
    for old, new in (
        (b"(", b"(1000000000, 1000000000, "),
        (b"'<f8'", b"'|O'"),
        (b"'<f8'", b"'<c16'"),
        (b"'|u1'", b"'<f8'"),
        (b"(", b"(-"),
        (b"False", b"True"),
        (b", ", b"L, "),
    ):
        if old in header and rng.random() < 0.4:
            header = header.replace(old, new, 1).rstrip()
    return whole[:start] + header.ljust(end - start)[: end - start] + whole[end:]


def _directory_flip(whole: bytes, rng: Rng) -> bytes:
    """Another bit in the directory of an archive: flags, sizes, ways of packing."""
    changed = bytearray(whole)
    directory = whole.index(b"PK\x01\x02")
    changed[rng.integers(directory, len(changed))] ^= 1 << rng.integers(8)
    return bytes(changed)
