"""Finished parts of a build, stored as files so that a killed build can continue.

A chunk is some presets and features of their renders. Its file is named after a digest of all that decides its contents,
so a chunk is found again exactly when the same build is run again, and nothing stale can be read.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F16, I64, Float16, Int64
from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError
from synthmatch.features import bands, timbre
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.parsing import has_shape, parse_arrays
from synthmatch.reading import read_file
from synthmatch.synths.base import Synth

_FORMAT = "synthmatch chunk 1"
#: Of a chunk; 256 presets at three pitches have 2.5 MB.
_MOST_BYTES = 100_000_000


class Chunk(NamedTuple):
    """What became of a chunk's presets.

    `kept`: rows of those with a sound, shape (n,). `levels`: their timbres in dBFS, shape (pitches, n, SEGMENTS,
    SEMITONE_BANDS), float16. `silent` and `failed` count the others.
    """

    kept: Int64[I64, " presets"]
    levels: Float16[F16, "pitches presets segments bands"]
    silent: int
    failed: int


class ChunkStore:
    """Chunks of one build in the folder `folder`, which is made when the first is written."""

    def __init__(self, folder: Path, synth: Synth, notes: Sequence[Note]) -> None:
        self._folder, self._notes = folder, notes
        feature = (timbre.HELD_EDGES, timbre.RELEASE_EDGES, bands.LOWEST_PITCH, bands.SEMITONE_BANDS)
        what = (_FORMAT, synth.id, synth.version(), synth.space.hash, feature, [repr(note) for note in notes])
        self._what = json.dumps(what).encode()

    def path(self, presets: Sequence[Preset]) -> Path:
        """File of the chunk of these presets."""
        digest = hashlib.blake2b(self._what, digest_size=16)
        for preset in presets:
            digest.update(hashlib.blake2b(preset.key(), digest_size=16).digest())
        return self._folder / f"{digest.hexdigest()}.npz"

    def read(self, presets: Sequence[Preset]) -> Chunk | None:
        """The finished chunk of these presets; None where there is none or it is damaged, for it is made again."""
        path = self.path(presets)
        if not path.exists():
            return None
        try:
            stored = parse_arrays(read_file(path, _MOST_BYTES, "a part of a library"), _MOST_BYTES)
        except (ValueError, InputError):
            return None
        kept, counts = stored.get("kept"), stored.get("counts")
        if kept is None or counts is None or not (has_shape(kept, "i8", None) and has_shape(counts, "i8", 2)):
            return None
        shape = (len(self._notes), len(kept), timbre.SEGMENTS, bands.SEMITONE_BANDS)
        rows = (np.diff(kept) > 0).all() and (kept >= 0).all() and (kept < len(presets)).all()
        if not rows or not has_shape(stored.get("levels"), "f2", *shape):
            return None
        return Chunk(kept, stored["levels"], *map(int, counts))

    def write(self, presets: Sequence[Preset], chunk: Chunk) -> None:
        """Keep a finished chunk. Raises `OutputError`."""
        buffer = BytesIO()
        np.savez(buffer, kept=chunk.kept, levels=chunk.levels, counts=np.array([chunk.silent, chunk.failed]))
        write_whole(self.path(presets), buffer.getvalue(), force=True)

    def remove(self) -> None:
        """Remove the folder: the build is done."""
        shutil.rmtree(self._folder, ignore_errors=True)
