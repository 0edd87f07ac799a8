"""A library: rendered presets of one synthesizer and the index that finds them by sound; one `.npz` file."""

import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from synthmatch.errors import InputError
from synthmatch.files import write_whole
from synthmatch.library.index import TimbreIndex
from synthmatch.note import Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.synths.registry import get_synth

_FORMAT = "synthmatch library 1"
_ARRAYS = ("header", "names", "steps", "codes", "scale", "basis", "mean")


@dataclass(frozen=True)
class Neighbour:
    """A library preset near a target.

    `distance` is the index's, in dB; `levels` how the preset sounds at the target's pitch, as the index remembers it
    (`TimbreIndex.levels`).
    """

    preset: Preset
    distance: float
    levels: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Library:
    """N presets of one synthesizer, as knob positions `unit` (N, P), with their names and index.

    `extras` maps the row of a preset to what the space leaves out of it. `source` says how the library was made.
    """

    synth: str
    unit: npt.NDArray[np.float64]
    names: tuple[str, ...]
    index: TimbreIndex
    extras: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    source: str = ""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def space(self) -> ParamSpace:
        """The parameter space of the presets."""
        return get_synth(self.synth).space

    def preset(self, row: int) -> Preset:
        """The preset of a row."""
        return Preset(self.synth, self.space.to_native(self.unit[row]), self.names[row], self.extras.get(row, {}))

    def nearest(self, audio: npt.NDArray[np.float32], note: Note, count: int) -> list[Neighbour]:
        """The presets that sound nearest to a target, nearest first."""
        distances = self.index.distances(audio, note)
        count = min(count, len(distances))
        rows = np.argpartition(distances, count - 1)[:count]
        rows = rows[np.argsort(distances[rows], kind="stable")]
        # all at once: one conversion is as dear for one row as for fifty
        natives = self.space.to_native(self.unit[rows])
        return [
            Neighbour(
                Preset(self.synth, native, self.names[row], self.extras.get(row, {})), float(distances[row]), levels
            )
            for row, native, levels in zip(rows.tolist(), natives, self.index.levels(rows, note), strict=True)
        ]

    def save(self, path: Path, *, force: bool = False) -> None:
        """Write the library as one file, whole or not at all."""
        header = {
            "format": _FORMAT,
            "synth": self.synth,
            "table": self.space.hash,
            "pitches": self.index.pitches,
            "source": self.source,
            "extras": {str(row): dict(extra) for row, extra in self.extras.items()},
        }
        buffer = io.BytesIO()
        # steps of each knob, parameter by parameter and byte by byte: equal neighbours compress
        steps = np.rint(self.unit / self.space.unit_step).T.astype("<u4")
        np.savez_compressed(
            buffer,
            header=np.frombuffer(json.dumps(header).encode(), np.uint8),
            names=np.frombuffer(json.dumps(self.names).encode(), np.uint8),
            steps=np.moveaxis(steps[..., None].view(np.uint8), -1, 0),
            codes=self.index.codes,
            scale=self.index.scale,
            basis=self.index.basis.astype(np.float16),
            mean=self.index.mean,
        )
        write_whole(path, buffer.getvalue(), force=force)

    @classmethod
    def synth_of(cls, path: Path) -> str:
        """The synthesizer that a library is for. Raises `InputError` for a damaged file."""
        return str(_read(path, ("header",))[0]["synth"])

    @classmethod
    def load(cls, path: Path) -> "Library":
        """Read a library. Raises `InputError` for a damaged file or one of another parameter table."""
        header, arrays = _read(path, _ARRAYS)
        space = get_synth(header["synth"]).space
        table = space.hash
        if header["table"] != table:
            raise InputError(
                f"{path} was built for {header['synth']} table {header['table']}, this version has {table}; build it again"
            )
        index = TimbreIndex(
            tuple(header["pitches"]),
            arrays["codes"],
            arrays["scale"],
            arrays["basis"].astype(np.float32),
            arrays["mean"],
        )
        steps = np.ascontiguousarray(np.moveaxis(arrays["steps"], 0, -1)).view("<u4")[..., 0].T
        unit = steps / np.rint(1 / space.unit_step)
        names = tuple(json.loads(arrays["names"].tobytes()))
        extras = {int(row): extra for row, extra in header["extras"].items()}
        return cls(header["synth"], unit, names, index, extras, header["source"])


def _read(path: Path, keys: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Header and arrays of a library file. Raises `InputError`."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in keys}
        header = json.loads(arrays["header"].tobytes())
        if header["format"] != _FORMAT:
            raise InputError(f"{path} has format {header['format']!r}, expected {_FORMAT!r}; build it again")
    except FileNotFoundError:
        raise InputError(f"library {path} does not exist; make one with: synthmatch library build") from None
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, BadZipFile, zlib.error) as error:
        raise InputError(f"{path} is no synthmatch library or is damaged ({error}); build it again") from None
    return header, arrays


def nearest_in(libraries: Sequence[Library], audio: npt.NDArray[np.float32], note: Note, count: int) -> list[Neighbour]:
    """The nearest presets over several libraries, nearest first, each preset once."""
    found = [neighbour for library in libraries for neighbour in library.nearest(audio, note, count)]
    unique: dict[bytes, Neighbour] = {}
    for neighbour in sorted(found, key=lambda n: n.distance):
        unique.setdefault(neighbour.preset.key(), neighbour)
    return list(unique.values())[:count]
