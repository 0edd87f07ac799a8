"""Building a library: render presets at a few pitches, keep those that sound, index them, write the file.

A build that is interrupted and run again with the same presets reads the chunks that it had finished and goes on; its
file is the same, byte for byte.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.errors import InputError, OutputError
from synthmatch.features.bands import SEMITONE_BANDS
from synthmatch.features.timbre import SEGMENTS, TimbreMeasure
from synthmatch.library.chunks import Chunk, ChunkStore
from synthmatch.library.index import TimbreIndex
from synthmatch.library.library import Library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.render.progress import RenderProgress, Tally

#: MIDI numbers that a library's presets are rendered at: C2, C4, C6.
PITCHES = (36, 60, 84)
#: A preset whose peak at the middle pitch is below this (-60 dBFS) is silent; not tuned.
_SILENT_PEAK = 10.0 ** (-60 / 20)
#: Presets a chunk, which is what a killed build loses at most; a matter of time.
CHUNK = 256


class Built(NamedTuple):
    """A library, and how many presets are not in it: doubles of others, silent, failed to render."""

    library: Library
    duplicates: int
    silent: int
    failed: int


def build(
    presets: Sequence[Preset],
    pool: RenderPool,
    path: Path,
    *,
    pitches: tuple[int, ...] = PITCHES,
    source: str = "",
    force: bool = False,
    progress: Callable[[RenderProgress], None] | None = None,
) -> Built:
    """Render `presets` with the default note at `pitches`, and write a library of those with a sound, in their order.

    Presets of equal values are taken once. Those that are silent (peak below -60 dBFS at the middle pitch) or fail to
    render are left out and counted. Finished chunks stay in the folder ``.NAME.partial`` beside `path` until the
    file is written. Raises `InputError` where no preset is left, `OutputError` where `path` exists and `force` is not
    given, or cannot be written.
    """
    if path.exists() and not force:
        raise OutputError(f"{path} exists and is kept; use --force to replace it, or another output")
    first: dict[bytes, Preset] = {}
    for preset in presets:
        first.setdefault(preset.key(), preset)
    unique = list(first.values())
    notes = [Note(pitch=pitch) for pitch in pitches]
    store = ChunkStore(path.parent / f".{path.name[:50]}.partial", pool.synth, notes)
    tally = Tally(len(unique) * len(notes), progress)
    chunks: list[Chunk] = []
    for start in range(0, len(unique), CHUNK):
        part = unique[start : start + CHUNK]
        chunk = store.read(part)
        if chunk is None:
            chunk = _render(part, pool, notes, tally)
            store.write(part, chunk)
        else:
            tally.add(len(part) * len(notes), rendered=False)
        chunks.append(chunk._replace(kept=chunk.kept + start))
    kept = [unique[row] for chunk in chunks for row in chunk.kept]
    silent, failed = sum(c.silent for c in chunks), sum(c.failed for c in chunks)
    if not kept:
        raise InputError(
            f"of {len(presets)} presets none is left to index: {silent} silent, {failed} failed; give others"
        )
    levels = np.concatenate([chunk.levels for chunk in chunks], axis=1)
    chunks.clear()
    space = pool.synth.space
    library = Library(
        synth=pool.synth.id,
        unit=space.to_unit(np.array([preset.native for preset in kept])),
        names=tuple(preset.name for preset in kept),
        index=TimbreIndex.fit(pitches, levels),
        extras={row: preset.extra for row, preset in enumerate(kept) if preset.extra},
        source=source,
    )
    library.save(path, force=force)
    store.remove()
    return Built(library, len(presets) - len(unique), silent, failed)


def _render(presets: Sequence[Preset], pool: RenderPool, notes: Sequence[Note], tally: Tally) -> Chunk:
    """Render a chunk: the middle pitch first, the others only of what sounded there."""
    # the notes differ in pitch only, which the measure does not look at
    measure = TimbreMeasure(notes[0])
    middle = len(notes) // 2
    levels = np.zeros((len(notes), len(presets), SEGMENTS, SEMITONE_BANDS), np.float16)
    sounding = np.ones(len(presets), np.bool_)
    whole = np.ones(len(presets), np.bool_)
    for pitch in sorted(range(len(notes)), key=lambda i: i != middle):
        rows = np.flatnonzero(sounding & whole)
        for i, result in pool.stream([presets[int(row)] for row in rows], notes[pitch], measure):
            row = rows[i]
            if isinstance(result, RenderFailure):
                whole[row] = False
            else:
                levels[pitch, row], peak = result
                sounding[row] &= pitch != middle or peak >= _SILENT_PEAK
            tally.add(1, rendered=True)
        tally.add(len(presets) - len(rows), rendered=False)
    kept = np.flatnonzero(sounding & whole)
    return Chunk(kept, levels[:, kept], int((whole & ~sounding).sum()), int((~whole).sum()))
