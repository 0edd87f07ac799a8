"""Reading a data set: the items of a split, in any order, from files that are mapped into memory.

An item is a row's preset and one of its notes. Items of a `Subset` have numbers 0 .. len - 1, ordered by synthesizer, row
and pitch; arguments called `items` are arrays of such numbers, int64 of shape (n,).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from synthmatch.arrays import F32, F64, I64, U8, Array, Float32, Float64, Int64, UInt8
from synthmatch.dataset.folder import DatasetFolder
from synthmatch.dataset.shard import HARMONIC, MEL, NATIVE
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.errors import InputError
from synthmatch.features.mel import HOP, MELS, from_bytes
from synthmatch.library.split import Split
from synthmatch.note import Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.synths.registry import get_synth, synth_of_file

#: Files that are mapped at a time: each holds a file descriptor, of which a process has often no more than 1,024.
_MAPPED = 256


class _Rows(NamedTuple):
    """Rows of a split, one entry a row: synthesizer, shard, place in the shard, number, name."""

    synth: Int64[I64, " rows"]
    shard: Int64[I64, " rows"]
    place: Int64[I64, " rows"]
    number: Int64[I64, " rows"]
    names: list[str]


class Dataset:
    """A whole data set, opened by `open`. `synths` are those that were asked for, in the order of the spec."""

    def __init__(self, folder: DatasetFolder, synths: tuple[str, ...]) -> None:
        self.synths = synths
        self.spec: DatasetSpec = folder.spec
        self.fingerprint: str = folder.fingerprint
        self._shards = list(folder.shards(synths))
        self._rows = [shard.rows() for shard in self._shards]
        # each file stays mapped between two uses, but not all of them at once
        self._array: Callable[[int, str], Array] = lru_cache(_MAPPED)(
            lambda shard, name: self._shards[shard].array(name, len(self._rows[shard]), self._parameters(shard))
        )
        self._extra: Callable[[int], dict[str, Any]] = lru_cache(_MAPPED)(self._checked_extra)

    @classmethod
    def open(cls, folder: Path, synths: Sequence[str] | None = None) -> "Dataset":
        """The data set in a folder, of all its synthesizers or only `synths`.

        Raises `InputError` for one of another format or parameter table, where shards are missing or cut (`verify`
        looks into them as well), and for a synthesizer that it does not hold.
        """
        found = DatasetFolder.read(folder)
        if synths is not None and (unknown := [synth for synth in synths if synth not in found.spec.synths]):
            raise InputError(f"{folder} holds no {', '.join(unknown)}, only {', '.join(found.spec.synths)}")
        chosen = tuple(synth for synth in found.spec.synths if synths is None or synth in synths)
        for synth in chosen:
            its = get_synth(synth) if synths is not None else synth_of_file(synth, folder)
            table, ours = found.origins[synth].table, its.space.hash
            if table != ours:
                raise InputError(
                    f"{folder} was made for {synth} table {table}, this version has {ours}; make another data set"
                )
        problems = [line for shard in found.shards(chosen) if (line := shard.problem(checksums=False))]
        if problems:
            more = f" and {len(problems) - 1} more shards" if len(problems) > 1 else ""
            raise InputError(f"{problems[0]}{more}; make them with: {found.command()}")
        return cls(found, chosen)

    def _parameters(self, shard: int) -> int:
        return len(get_synth(self._shards[shard].synth).space)

    def _checked_extra(self, shard: int) -> dict[str, Any]:
        found = self._shards[shard].extra()
        for extra in found.values():
            get_synth(self._shards[shard].synth).check_extra(extra)
        return found

    def split(self, name: Split) -> "Subset":
        """The items of a split: ``train``, ``validation`` or ``test``."""
        order = {synth: number for number, synth in enumerate(self.synths)}
        rows = [
            (order[self._shards[shard].synth], shard, place, row["row"], row["name"])
            for shard, stored in enumerate(self._rows)
            for place, row in enumerate(stored)
            if row["split"] == name
        ]
        synth, shard, place, number = (np.array([row[i] for row in rows], np.int64) for i in range(4))
        return Subset(self, _Rows(synth, shard, place, number, [row[4] for row in rows]), self._array, self._extra)


class Subset:
    """Items of one split, over all synthesizers, in a fixed order. `synth_index`: which of `synths` made each item."""

    def __init__(
        self,
        dataset: Dataset,
        rows: _Rows,
        array: Callable[[int, str], Array],
        extra: Callable[[int], dict[str, Any]],
    ) -> None:
        self.synths = dataset.synths
        self._notes = dataset.spec.notes()
        self._spaces: list[ParamSpace] = [get_synth(synth).space for synth in self.synths]
        self._rows, self._array, self._extra = rows, array, extra
        self.synth_index: I64 = np.repeat(rows.synth, len(self._notes))

    def __len__(self) -> int:
        return len(self.synth_index)

    def mels(self, items: Int64[I64, " items"]) -> Float32[F32, "items mels frames"]:
        """Mel spectrograms (`features.mel`). Shape: (n, MELS, frames)."""
        return from_bytes(self.stored_mels(items))

    def stored_mels(self, items: Int64[I64, " items"]) -> UInt8[U8, "items mels frames"]:
        """Mel spectrograms as they are stored, for `features.mel.from_bytes`. Shape: (n, MELS, frames)."""
        stored = np.empty((len(items), *self.mel_shape), np.uint8)
        for i, (shard, place, note) in enumerate(self._places(items)):
            stored[i] = self._array(shard, MEL)[place * len(self._notes) + note]
        return stored

    @property
    def mel_shape(self) -> tuple[int, int]:
        """Bands and frames of each spectrogram."""
        return MELS, 1 + self._notes[0].samples // HOP

    def encoded(self, items: Int64[I64, " items"]) -> list[Float32[F32, " _encoded_width"]]:
        """Encoded values, each row as wide as its own synthesizer's space: (encoded_width,)."""
        rows: list[F32] = [np.zeros(0, np.float32)] * len(items)
        for number, synth in enumerate(self.synths):
            places = np.flatnonzero(self.synth_index[items] == number)
            if len(places):
                for place, row in zip(places, self.encoded_of(synth, items[places]), strict=True):
                    rows[place] = row
        return rows

    def encoded_of(self, synth: str, items: Int64[I64, " items"]) -> Float32[F32, "items encoded_width"]:
        """Encoded values of items that are all of one synthesizer. Shape: (n, encoded_width). Raises `InputError`."""
        number = self.synths.index(synth)
        if (self.synth_index[items] != number).any():
            raise InputError(f"got items of other synthesizers than {synth}; use encoded, or choose by synth_index")
        return self._spaces[number].encode(self._native(items, self._spaces[number]))

    def active_of(self, synth: str, items: Int64[I64, " items"]) -> Float32[F32, "items encoded_width"]:
        """1 where an encoded column is of an active parameter, else 0. As `encoded_of`."""
        source = get_synth(synth)
        active = source.active_parameters(self._native(items, source.space))
        return np.repeat(active, source.space.widths, axis=1).astype(np.float32)

    def pitches(self, items: Int64[I64, " *items"]) -> Int64[I64, " *items"]:
        """MIDI numbers of the items' notes. Same shape."""
        return np.array([note.pitch for note in self._notes], np.int64)[items % len(self._notes)]

    def preset(self, item: int) -> Preset:
        """The preset that made an item."""
        ((shard, place, _),) = self._places(np.array([item]))
        synth, name = self.synths[self.synth_index[item]], self._rows.names[item // len(self._notes)]
        return Preset(synth, self._array(shard, NATIVE)[place], name, self._extra(shard).get(str(place), {}))

    def note(self, item: int) -> Note:
        """The note of an item."""
        return self._notes[item % len(self._notes)]

    def harmonic(self, items: Int64[I64, " items"]) -> Float64[F64, " items"]:
        """Harmonic percentages. Shape: (n,)."""
        return np.array([self._array(shard, HARMONIC)[place, note] for shard, place, note in self._places(items)])

    def names(self, items: Int64[I64, " items"]) -> list[str]:
        """Names of the presets; children have a parent's."""
        return [self._rows.names[row] for row in (items // len(self._notes)).tolist()]

    def row_key(self, item: int) -> tuple[str, int]:
        """Synthesizer and number of the row of an item: equal for all notes of a preset."""
        return self.synths[self.synth_index[item]], int(self._rows.number[item // len(self._notes)])

    def examples(
        self, synth: str | None = None, *, whole_rows: bool = False
    ) -> Int64[I64, " _items"] | Int64[I64, "_rows _notes"]:
        """Every item, of one synthesizer or of all, (n,); with `whole_rows` the items of every row, (rows, notes)."""
        items = np.arange(len(self))
        if synth is not None:
            items = np.flatnonzero(self.synth_index == self.synths.index(synth))
        return items.reshape(-1, len(self._notes)) if whole_rows else items

    def batches(
        self, batch_size: int, rng: np.random.Generator, one_synth: bool = False, whole_rows: bool = False
    ) -> Iterator[Int64[I64, " _items"] | Int64[I64, "_rows _notes"]]:
        """An epoch: every item once, shuffled, `batch_size` at a time; the last batch may be short.

        With `one_synth` a batch has items of one synthesizer only, and the batches of all are shuffled. With
        `whole_rows` a batch has the items of `batch_size` rows, (n, notes).
        """
        chosen = self.synths if one_synth else (None,)
        groups = [self.examples(synth, whole_rows=whole_rows) for synth in chosen]
        batches = []
        for group in groups:
            shuffled = rng.permutation(group)
            batches += [shuffled[start : start + batch_size] for start in range(0, len(group), batch_size)]
        order = rng.permutation(len(batches)) if one_synth else range(len(batches))
        return (batches[place] for place in order)

    def _native(self, items: Int64[I64, " items"], space: ParamSpace) -> Float64[F64, "items parameters"]:
        """Native values of items of one synthesizer. Shape: (n, P)."""
        native = [self._array(shard, NATIVE)[place] for shard, place, _ in self._places(items)]
        return np.array(native).reshape(len(items), len(space))

    def _places(self, items: Int64[I64, " items"]) -> Iterator[tuple[int, int, int]]:
        """Shard, place of the row in it, and number of the note, for each item."""
        rows, notes = np.divmod(items, len(self._notes))
        return zip(self._rows.shard[rows].tolist(), self._rows.place[rows].tolist(), notes.tolist(), strict=True)
