"""A shard: some rows of one synthesizer in a folder of files, whole or not there.

* ``mel.npy``: spectrograms, uint8, shape (rows x notes, MELS, frames); a row's notes follow each other;
* ``native.npy``: native values, float64, shape (rows, P);
* ``harmonic.npy``: harmonic percentages, float64, shape (rows, notes);
* ``rows.json``: number, split, attempt, name and source of each row;
* ``extra.json``: what presets hold beside their parameters, by place in the shard;
* ``manifest.json``: fingerprint, parameter table, numbers of the rows tried, counts, size and SHA-256 of the others.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from synthmatch.arrays import F64, U8, Array, Float64, UInt8
from synthmatch.atomic_files import write_folder
from synthmatch.dataset.rows import Candidate
from synthmatch.errors import InputError
from synthmatch.features.mel import MELS
from synthmatch.parsing import member, need, open_array, parse_json
from synthmatch.reading import opened, read_file

MEL, NATIVE, HARMONIC, ROWS, EXTRA, MANIFEST = (
    *("mel.npy", "native.npy", "harmonic.npy"),
    *("rows.json", "extra.json", "manifest.json"),
)


_ROW = {"row": int, "split": str, "attempt": int, "source": str, "name": str}
#: Of a shard's JSON; what 64 of Vital's presets hold beside their parameters has up to 30 MB.
_MOST_JSON_BYTES = 64_000_000

_Kind = TypeVar("_Kind")


class KeptRow(NamedTuple):
    """A row that sounds at every pitch. `mel`: (notes, MELS, frames) uint8; `harmonic`: (notes,)."""

    number: int
    attempt: int
    candidate: Candidate
    mel: UInt8[U8, "notes mels frames"]
    harmonic: Float64[F64, " notes"]


@dataclass(frozen=True)
class Manifest:
    """The manifest of a shard. It tried the rows `first` to `last` - 1 and has `rows` of them.

    `shape` is that of its spectrograms, `rejected` counts attempts by reason, `files` has size and SHA-256 by name.
    """

    fingerprint: str
    synth: str
    table: str
    first: int
    last: int
    rows: int
    shape: tuple[int, ...]
    rejected: Mapping[str, int]
    files: Mapping[str, tuple[int, str]]

    @property
    def left_out(self) -> int:
        """Rows whose attempts ran out."""
        return self.last - self.first - self.rows


@dataclass(frozen=True)
class ShardPlace:
    """Where a shard belongs, and what it must be: the rows of `numbers` of a synthesizer, `notes` items each."""

    path: Path
    fingerprint: str
    synth: str
    table: str
    numbers: range
    notes: int
    frames: int

    def write(self, kept: list[KeptRow], rejected: Mapping[str, int], parameters: int) -> None:
        """Write the shard. Raises `OutputError`."""
        mels = np.zeros((len(kept) * self.notes, MELS, self.frames), np.uint8)
        for place, row in enumerate(kept):
            mels[place * self.notes : (place + 1) * self.notes] = row.mel
        rows = [
            {"row": r.number, "split": r.candidate.split, "attempt": r.attempt, "source": r.candidate.source}
            | {"name": r.candidate.preset.name}
            for r in kept
        ]
        extra = {str(place): dict(r.candidate.preset.extra) for place, r in enumerate(kept) if r.candidate.preset.extra}
        contents = {
            MEL: _npy(mels),
            NATIVE: _npy(np.array([r.candidate.preset.native for r in kept]).reshape(len(kept), parameters)),
            HARMONIC: _npy(np.array([r.harmonic for r in kept]).reshape(len(kept), self.notes)),
            ROWS: _json(rows),
            EXTRA: _json(extra),
        }
        files = {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in contents.items()}
        manifest = Manifest(
            self.fingerprint,
            self.synth,
            self.table,
            self.numbers.start,
            self.numbers.stop,
            len(kept),
            mels.shape,
            dict(sorted(rejected.items())),
            files,
        )
        write_folder(self.path, contents | {MANIFEST: _json(asdict(manifest))})

    def problem(self, *, checksums: bool) -> str | None:
        """None where the shard is whole, else one line that says what is wrong with it.

        Without `checksums` files are looked at from outside: they are there and as long as they were.
        """
        return next(self._problems(checksums), None)

    def _problems(self, checksums: bool) -> Iterator[str]:
        """What is wrong, the first of which makes the rest meaningless."""
        if not self.path.is_dir():
            yield f"{self.path} is missing"
        try:
            manifest = self.manifest()
        except InputError as error:
            yield str(error)
            return
        found = (manifest.fingerprint, manifest.table, manifest.synth, manifest.first, manifest.last)
        expected = (self.fingerprint, self.table, self.synth, self.numbers.start, self.numbers.stop)
        if found != expected:
            yield f"{self.path} is of another data set or parameter table: {found}, expected {expected}"
        if tuple(manifest.shape) != (manifest.rows * self.notes, MELS, self.frames):
            yield f"{self.path} has spectrograms of shape {tuple(manifest.shape)} for {manifest.rows} rows"
        for name, (size, digest) in manifest.files.items():
            file = self.path / name
            try:
                if not file.is_file() or file.stat().st_size != size:
                    yield f"{file} is missing or not {size} bytes long"
                if checksums and _sha256(file) != digest:
                    yield f"{file} is damaged: its SHA-256 is not the manifest's"
            except (OSError, ValueError) as error:
                yield f"{file} cannot be read: {getattr(error, 'strerror', None) or error}"

    def manifest(self) -> Manifest:
        """The shard's manifest. Raises `InputError` where it is damaged."""
        stored = self._json(MANIFEST, dict)
        try:
            if stored.keys() != {field.name for field in fields(Manifest)}:
                raise ValueError("it has other fields")
            its, synth, table = (member(stored, name, str) for name in ("fingerprint", "synth", "table"))
            first, last, rows = (member(stored, name, int) for name in ("first", "last", "rows"))
            shape = tuple(need(length, int, "a length") for length in member(stored, "shape", list))
            rejected = {reason: need(n, int, reason) for reason, n in member(stored, "rejected", dict).items()}
            files = {name: _entry(name, entry) for name, entry in member(stored, "files", dict).items()}
            return Manifest(its, synth, table, first, last, rows, shape, rejected, files)
        except ValueError as error:
            raise InputError(f"{self.path / MANIFEST} is no manifest of this version ({error})") from None

    def rows(self) -> list[dict[str, Any]]:
        """What is known of each row: ``row``, ``split``, ``attempt``, ``source``, ``name``. Raises `InputError`."""
        rows = self._json(ROWS, list)
        try:
            if len(rows) != self.manifest().rows:
                raise ValueError(f"it has {len(rows)} rows, the manifest another number")
            for row in rows:
                for name, kind in _ROW.items():
                    member(need(row, dict, "a row"), name, kind)
        except ValueError as error:
            raise InputError(f"{self.path / ROWS} is damaged ({error})") from None
        return rows

    def extra(self) -> dict[str, dict[str, Any]]:
        """What presets hold beside their parameters, by place in the shard. Raises `InputError`."""
        extra = self._json(EXTRA, dict)
        if not all(isinstance(one, dict) for one in extra.values()):
            raise InputError(f"{self.path / EXTRA} is damaged (it holds other things than objects)")
        return extra

    def array(self, name: str, rows: int, parameters: int) -> Array:
        """One of the shard's arrays, mapped into memory, of so many rows. Raises `InputError`."""
        shapes: dict[str, tuple[tuple[int, ...], str]] = {
            MEL: ((rows * self.notes, MELS, self.frames), "u1"),
            NATIVE: ((rows, parameters), "f8"),
            HARMONIC: ((rows, self.notes), "f8"),
        }
        try:
            array = open_array(self.path / name, *shapes[name])
            # the spectrograms are bytes, and reading them all would cost what mapping them saves
            if name != MEL and not np.isfinite(array).all():
                raise ValueError("it has NaN or infinite numbers")
            return array
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path / name} cannot be read ({error})") from None

    def _json(self, name: str, kind: type[_Kind]) -> _Kind:
        """Contents of one of the shard's JSON files. Raises `InputError`."""
        path = self.path / name
        try:
            return need(parse_json(read_file(path, _MOST_JSON_BYTES, "a file of a shard")), kind, "it")
        except ValueError as error:
            raise InputError(f"{path} cannot be read ({error})") from None


def _entry(name: str, entry: Any) -> tuple[int, str]:
    """Size and digest of one of the shard's other files. Raises `ValueError`."""
    if name not in (MEL, NATIVE, HARMONIC, ROWS, EXTRA):
        raise ValueError(f"{name[:40]!r} is no file of a shard")
    size, digest = need(entry, list, name) if len(need(entry, list, name)) == 2 else (None, None)
    return need(size, int, f"size of {name}"), need(digest, str, f"SHA-256 of {name}")


def _sha256(file: Path) -> str:
    with opened(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n").encode()
