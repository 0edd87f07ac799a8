"""Files made to fill the memory, to run for ever, or to wait: refused in a line, within a gigabyte."""

import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from whole_files import kinds

CHILD = Path(__file__).with_name("hostile_reader.py")


def npz(path: Path, entries: dict[str, bytes]) -> Path:
    """An archive of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as stored:
        for name, contents in entries.items():
            stored.writestr(name, contents)
    return path


def header(shape: str, kind: str = "|u1") -> bytes:
    """The beginning of an ``.npy``."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def zeros(path: Path, megabytes: int, told: int | None = None) -> Path:
    """An archive with so many megabytes of zeros in one array, whose size the directory may tell wrong."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = header(f"({megabytes << 20},)")
    packed = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    packed += (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)) * megabytes + packer.flush()
    with zipfile.ZipFile(path, "w") as stored:
        stored.writestr("steps.npy", packed)
    changed = bytearray(path.read_bytes())
    size = (megabytes << 20) + len(start) if told is None else told
    # as if the archive had packed it: the way of packing, and the size, in front of it and in the directory
    for mark, way in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = changed.rindex(mark)
        changed[place + way : place + way + 2] = (8).to_bytes(2, "little")
        changed[place + way + 14 : place + way + 18] = size.to_bytes(4, "little")
    path.write_bytes(changed)
    return path


def json_files(folder: Path) -> list[Path]:
    """Deep, long, and large JSON as presets, in a library and in a data set."""
    own = '{"format": "synthmatch preset 1", "synth": "dexed", "table": "x", "name": "x", "native": %s, "extra": {}}'
    vital = '{"synth_version": "1.0.6", "settings": {"osc_1_on": %s}}'
    nasty = {
        "deep": "[" * 100_000 + "]" * 100_000,
        "objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
        "digits": "9" * 5_000,
        "some-digits": "9" * 4_000,
        "infinite": "1e999",
        "many": "[" + "[]," * 20_000_000 + "[]]",
        "not-a-number": "NaN",
        "half-pair": r'"\ud800"',
    }
    paths = []
    for name, text in nasty.items():
        for suffix, around in ((".json", own), (".vital", vital)):
            paths.append(folder / f"{name}{suffix}")
            paths[-1].write_text(around.replace("%s", text))
        if name != "many":
            coded = np.frombuffer(text.encode(), np.uint8)
            paths.append(npz(folder / f"{name}.npz", {"header.npy": header(f"({len(coded)},)") + coded.tobytes()}))
    spec = json.loads((kinds(folder)["data set dataset.json"].path).read_bytes())
    spec["spec"]["presets"] = 2**62
    (folder / "dataset").mkdir()
    (folder / "dataset" / "dataset.json").write_text(json.dumps(spec))
    return [*paths, folder / "dataset"]


def array_files(folder: Path) -> list[Path]:
    """Archives that unpack to more than memory, or say that they do."""
    whole = {"header.npy": header("(1,)") + b"x"}
    huge = {
        "shape": header("(1000000000000000000,)"),
        "overflow": header("(4294967296, 4294967296, 4294967296)"),
        "objects": header("(1,)", "|O") + bytes(8),
        "deep-header": b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65_535,
    }
    paths = [npz(folder / f"{name}.npz", {**whole, "names.npy": contents}) for name, contents in huge.items()]
    paths += [zeros(folder / "zeros.npz", 4_000), zeros(folder / "told.npz", 4_000, told=1_000)]
    paths.append(folder / "surrogate-zeros.npz")
    paths[-1].hardlink_to(folder / "zeros.npz")
    paths.append(npz(folder / "encrypted.npz", whole))
    changed = bytearray(paths[-1].read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(mark) + place] |= 1
    paths[-1].write_bytes(changed)
    with zipfile.ZipFile(folder / "bzip2.npz", "w", zipfile.ZIP_BZIP2) as stored:
        stored.writestr("header.npy", header("(1,)") + b"x")
    return [*paths, folder / "bzip2.npz"]


def preset_files(folder: Path) -> list[Path]:
    """Banks that are too large, and a preset whose entries point at the same bytes."""
    paths = [folder / f"large{suffix}" for suffix in (".syx", ".dx7", ".bank", ".fxp", ".json", ".vital")]
    for path in paths:
        with path.open("wb") as stream:
            stream.truncate((50 << 20) + (20 << 20) * (path.suffix in (".json", ".vital")))
    size, count = 8 << 20, 1_000
    entries = b"".join(struct.pack("<4sqq", b"%04d" % n, 48, size) for n in range(count))
    body = struct.pack("<4si32sq", b"VST3", 1, b"0" * 32, 48 + size) + bytes(size)
    paths.append(folder / "same.vstpreset")
    paths[-1].write_bytes(body + struct.pack("<4si", b"List", count) + entries)
    return paths


def special_files(folder: Path) -> list[Path]:
    """A pipe that nobody writes to, a device that never ends, and a folder, under names of each kind."""
    paths = []
    for suffix in (".json", ".vital", ".syx", ".dx7", ".bank", ".fxp", ".vstpreset", ".npz", ".wav", ".flac"):
        paths += [folder / f"{kind}{suffix}" for kind in ("pipe", "zero", "folder")]
        os.mkfifo(paths[-3])
        paths[-2].symlink_to("/dev/zero")
        paths[-1].mkdir()
    return paths


@pytest.mark.parametrize("make", [json_files, array_files, preset_files, special_files])
def test_a_file_fills_no_memory_and_waits_for_nobody(make: object, tmp_path: Path) -> None:
    """Catches a file of 4 MB that takes gigabytes, JSON that ends the parser, a pipe that is waited for."""
    assert callable(make)
    paths = make(tmp_path)
    ended = subprocess.run(
        [sys.executable, str(CHILD), *map(str, paths)], capture_output=True, text=True, timeout=120, check=False
    )
    lines = ended.stdout.splitlines()
    assert len(lines) == len(paths), ended.stderr[-2000:]
    wrong = [f"{path.name}: {line}" for path, line in zip(paths, lines, strict=True) if not line.startswith("refused")]
    assert not wrong, "\n".join(wrong)
