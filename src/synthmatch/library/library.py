"""A library: rendered presets of one synthesizer and the index that finds them by sound; one `.npz` file."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.arrays import F32, F64, Array, Float32, Float64
from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError, PresetError
from synthmatch.features.bands import SEMITONE_BANDS
from synthmatch.features.predicted_distance import PredictedDistance
from synthmatch.features.sketch import HOP, WINDOW, segment_starts
from synthmatch.features.stft import frame_count
from synthmatch.features.timbre import SEGMENTS
from synthmatch.library.index import TimbreIndex
from synthmatch.library.sketches import stored_sketches
from synthmatch.note import Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.parsing import has_shape, member, need, parse_arrays, parse_json
from synthmatch.reading import read_file
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_of_file

_FORMAT = "synthmatch library 1"
#: Of a file, and of its arrays unpacked: 60,000 presets of Vital, or 200,000 of Dexed.
MOST_BYTES = 256_000_000
#: Presets that are compared closely, of those that the index finds near (docs/library.md, "How fast and how well it finds").
_AMONG = 1024


@dataclass(frozen=True)
class Neighbour:
    """A library preset near a target.

    `distance` is the loudness distance, 0 to 1, of what the index remembers; `levels` how the preset sounds at the target's pitch, as the index remembers it
    (`TimbreIndex.levels`).
    """

    preset: Preset
    distance: float
    levels: Float32[F32, "segments bands"]


@dataclass(frozen=True)
class Library:
    """N presets of one synthesizer, as knob positions `unit` (N, P), with their names and index.

    `extras` maps the row of a preset to what the space leaves out of it. `source` says how the library was made.
    """

    synth: str
    unit: Float64[F64, "presets parameters"]
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

    def nearest(self, audio: Float32[F32, "*channels samples"], note: Note, count: int) -> list[Neighbour]:
        """The presets that sound nearest to a target, nearest first.

        The index says which are near, the loudness distance of what it remembers of these which is nearest.
        """
        rough = self.index.distances(audio, note)
        among = min(max(_AMONG, count), len(rough))
        rows = np.sort(np.argpartition(rough, among - 1)[:among])
        levels = self.index.levels(rows, note)
        frames = frame_count(audio.shape[-1], WINDOW, HOP)
        distance = PredictedDistance(np.atleast_2d(audio), len(segment_starts(frames)))
        distances = distance.of_sketches(stored_sketches(levels, note.hold_seconds, frames))
        order = np.argsort(distances, kind="stable")[:count]
        # all at once: one conversion is as dear for one row as for fifty
        natives = self.space.to_native(self.unit[rows[order]])
        return [
            Neighbour(
                Preset(self.synth, native, self.names[row], self.extras.get(row, {})),
                float(distances[place]),
                levels[place],
            )
            for place, row, native in zip(order, rows[order].tolist(), natives, strict=True)
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
        return str(_header(path, _arrays(path))["synth"])

    @classmethod
    def load(cls, path: Path) -> "Library":
        """Read a library. Raises `InputError` for a damaged file or one of another parameter table."""
        arrays = _arrays(path)
        header = _header(path, arrays)
        synth = synth_of_file(header["synth"], path)
        if header["table"] != synth.space.hash:
            raise InputError(
                f"{path} was built for {synth.id} table {header['table']}, this version has {synth.space.hash};"
                " build it again"
            )
        try:
            return _checked(header, arrays, synth)
        except (ValueError, PresetError) as error:
            raise _damaged(path, error) from None


def _arrays(path: Path) -> dict[str, Array]:
    """Arrays of a library file, their sum of sizes checked. Raises `InputError`."""
    expected = "a library, which synthmatch library build makes"
    try:
        return parse_arrays(read_file(path, MOST_BYTES, expected), MOST_BYTES)
    except ValueError as error:
        raise _damaged(path, error) from None


def _header(path: Path, arrays: Mapping[str, Array]) -> dict[str, Any]:
    """The header of a library file: format, synth and table are there. Raises `InputError`."""
    try:
        if not has_shape(arrays.get("header"), "u1", None):
            raise ValueError("it has no header")
        header = need(parse_json(arrays["header"].tobytes()), dict, "header")
        found = member(header, "format", str)
        for name in ("synth", "table"):
            member(header, name, str)
    except ValueError as error:
        raise _damaged(path, error) from None
    if found != _FORMAT:
        raise InputError(f"{path} has format {found!r}, expected {_FORMAT!r}; build it again")
    return header


def _checked(header: Mapping[str, Any], arrays: Mapping[str, Array], synth: Synth) -> Library:
    """The library of a file, whose arrays and header fit each other and the synthesizer. Raises `ValueError`."""
    pitches = member(header, "pitches", list)
    if not pitches or not all(0 <= need(pitch, int, "a pitch") <= 127 for pitch in pitches):
        raise ValueError("its pitches are no MIDI numbers")
    if not has_shape(arrays.get("names"), "u1", None):
        raise ValueError("it has no names")
    names = need(parse_json(arrays["names"].tobytes()), list, "names")
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError("its names are no texts")
    components = len(arrays["scale"]) if has_shape(arrays.get("scale"), "f4", None) else -1
    wanted: dict[str, tuple[str, tuple[int, ...]]] = {
        "steps": ("u1", (4, len(synth.space), len(names))),
        "codes": ("i1", (len(pitches), len(names), components)),
        "basis": ("f2", (components, SEGMENTS * SEMITONE_BANDS)),
        "mean": ("f4", (SEGMENTS * SEMITONE_BANDS,)),
    }
    for name, (kind, shape) in wanted.items():
        if not has_shape(arrays.get(name), kind, *shape):
            raise ValueError(f"its {name} are missing or not of shape {shape}")
    extras = {}
    for row, extra in member(header, "extras", dict).items():
        if not (row.isascii() and row.isdecimal() and len(row) < 10 and int(row) < len(names)):
            raise ValueError("it has the extra of a row that is not there")
        synth.check_extra(need(extra, dict, "extra"))
        extras[int(row)] = extra
    index = TimbreIndex(
        tuple(pitches), arrays["codes"], arrays["scale"], arrays["basis"].astype(np.float32), arrays["mean"]
    )
    unit = np.zeros((len(names), len(synth.space)))
    for column, moves in enumerate(np.rint(1 / synth.space.unit_step)):
        # four bytes of each row's step, the lowest first
        steps = np.ascontiguousarray(arrays["steps"][:, column].T).view("<u4")[:, 0]
        unit[:, column] = np.minimum(steps / moves, 1.0)
    return Library(synth.id, unit, tuple(names), index, extras, member(header, "source", str))


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} is no synthmatch library or is damaged ({error}); build it again")


def nearest_in(
    libraries: Sequence[Library], audio: Float32[F32, "*channels samples"], note: Note, count: int
) -> list[Neighbour]:
    """The nearest presets over several libraries, nearest first, each preset once."""
    found = [neighbour for library in libraries for neighbour in library.nearest(audio, note, count)]
    unique: dict[bytes, Neighbour] = {}
    for neighbour in sorted(found, key=lambda n: n.distance):
        unique.setdefault(neighbour.preset.key(), neighbour)
    return list(unique.values())[:count]
