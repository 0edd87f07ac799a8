"""A data set's folder: ``dataset.json`` with its spec, and a folder of shards for each synthesizer.

``DIR/dataset.json``, ``DIR/dexed/shard-00000/``, ``DIR/dexed/shard-00001/``, ...; the last shard of a synthesizer may
have fewer rows.
"""

import json
import os
import re
import shlex
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.dataset.shard import ShardPlace
from synthmatch.dataset.spec import FORMAT, DatasetSpec, Origin, fingerprint
from synthmatch.errors import InputError
from synthmatch.features.mel import HOP
from synthmatch.note import Note
from synthmatch.parsing import member, need, parse_json
from synthmatch.reading import read_file

#: Rows of a shard: what a killed run loses at most.
ROWS_PER_SHARD = 64
SPEC = "dataset.json"
#: Of the spec; it has a kB for each synthesizer.
_MOST_SPEC_BYTES = 1_000_000


@dataclass(frozen=True)
class DatasetFolder:
    """A folder, the spec of its data set, and what each synthesizer was when its rows were made."""

    path: Path
    spec: DatasetSpec
    origins: Mapping[str, Origin]

    @property
    def fingerprint(self) -> str:
        """See `spec.fingerprint`."""
        return fingerprint(self.spec, self.origins)

    @classmethod
    def read(cls, path: Path) -> "DatasetFolder":
        """The data set in a folder. Raises `InputError` where there is none, or one of another format."""
        file = path / SPEC
        again = "make it again with this version: synthmatch dataset generate"
        if not os.path.lexists(file):
            raise InputError(f"{path} is no data set: it has no {SPEC}; make one: synthmatch dataset generate")
        try:
            stored = need(parse_json(read_file(file, _MOST_SPEC_BYTES, f"a data set's {SPEC}")), dict, "it")
            its_format = member(stored, "format", str)
            if its_format != FORMAT:
                raise InputError(f"{path} has format {its_format!r}, expected {FORMAT!r}; {again}")
            told = member(stored, "origins", dict).items()
            origins = {synth: Origin.from_json(need(origin, dict, synth)) for synth, origin in told}
            found = cls(path, DatasetSpec.from_json(member(stored, "spec", dict)), origins)
            its_fingerprint = member(stored, "fingerprint", str)
        except ValueError as error:
            raise InputError(f"{file} is damaged ({error}); {again}") from None
        if its_fingerprint != found.fingerprint or origins.keys() != set(found.spec.synths):
            raise InputError(f"{file} was changed by hand: its fingerprint is not that of its spec; {again}")
        return found

    def claim(self) -> None:
        """Write ``dataset.json``, or find the same there. Raises `InputError` for another, `OutputError`."""
        file = self.path / SPEC
        if file.exists():
            other = DatasetFolder.read(self.path)
            if other.fingerprint != self.fingerprint:
                raise InputError(f"{self.path} holds another data set ({self._unlike(other)}); give another folder")
            return
        stored = {
            "format": FORMAT,
            "fingerprint": self.fingerprint,
            "spec": self.spec.to_json(),
            "origins": {synth: asdict(origin) for synth, origin in self.origins.items()},
        }
        # another process of the same run may have written the same in the meantime
        write_whole(file, (json.dumps(stored, indent=1, sort_keys=True) + "\n").encode(), force=True)

    def shards(self, synths: Sequence[str] | None = None) -> Iterator[ShardPlace]:
        """Every shard of these synthesizers, by default of all, made or not."""
        notes = self.spec.notes()
        frames = 1 + notes[0].samples // HOP
        for synth in self.spec.synths if synths is None else synths:
            folder = self.path / folder_name(synth)
            for first in range(0, self.spec.presets, ROWS_PER_SHARD):
                numbers = range(first, min(first + ROWS_PER_SHARD, self.spec.presets))
                path = folder / f"shard-{first // ROWS_PER_SHARD:05}"
                table = self.origins[synth].table
                yield ShardPlace(path, self.fingerprint, synth, table, numbers, len(notes), frames)

    def command(self) -> str:
        """What makes the shards that are missing."""
        spec = self.spec
        synths = " ".join(f"--synth {shlex.quote(synth)}" for synth in spec.synths)
        notes = ",".join(Note(pitch=pitch).name for pitch in spec.pitches)
        banks = [origin.bank for origin in self.origins.values()]
        bank = " (and its --bank, if it had one)" if any(banks) else ""
        bank += " (and --allow-random, if it had that)" if not all(banks) else ""
        return (
            f"synthmatch dataset generate {shlex.quote(str(self.path))} {synths} --presets {spec.presets} "
            f"--notes {notes} --seed {spec.seed}{bank}"
        )

    def _unlike(self, other: "DatasetFolder") -> str:
        """In what another data set differs, in words."""
        ours, theirs = self.spec.to_json(), other.spec.to_json()
        unlike = [f"{name} {theirs[name]}, not {ours[name]}" for name in ours if theirs[name] != ours[name]]
        for synth in self.origins.keys() & other.origins.keys():
            mine, its = asdict(self.origins[synth]), asdict(other.origins[synth])
            unlike += [
                f"{name} of {synth} {its[name]!r}, not {mine[name]!r}" for name in mine if its[name] != mine[name]
            ]
        return "; ".join(unlike)


def folder_name(synth: str) -> str:
    """The synthesizer's name; for a plug-in its file's name and a checksum of the whole path."""
    if synth.isidentifier():
        return synth
    stem = re.sub(r"[^\w+-]+", "_", Path(synth).name)
    return f"{stem}-{zlib.crc32(synth.encode()):08x}"
