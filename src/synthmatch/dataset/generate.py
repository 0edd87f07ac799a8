"""Making a data set: render each row's preset at every pitch, keep those that sound, write shard after shard.

Any number of workers and processes gives the same bytes. Finished shards stay; one that is damaged is made again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.dataset.folder import DatasetFolder
from synthmatch.dataset.measure import Measured, measure
from synthmatch.dataset.rows import Candidate, RowSource
from synthmatch.dataset.shard import KeptRow, ShardPlace
from synthmatch.dataset.spec import DatasetSpec, Origin
from synthmatch.errors import InputError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.render.progress import RenderProgress, Tally
from synthmatch.synths.registry import get_synth

#: Presets that a row tries before it is left out.
ATTEMPTS = 20


@dataclass
class Generated:
    """What a run did: shards made, and found finished. `rejected` counts attempts of those made, by reason."""

    made: int = 0
    found: int = 0
    rows: int = 0
    left_out: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def generate(
    spec: DatasetSpec,
    folder: Path,
    banks: Mapping[str, Sequence[Preset]],
    *,
    part: tuple[int, int] = (1, 1),
    workers: int | None = None,
    progress: Callable[[RenderProgress], None] | None = None,
) -> Generated:
    """Make the shards of a data set that are not there yet. `banks`: presets made by people, by synthesizer.

    `part` (i, n): only shards i, i + n, i + 2n, ... from 1, so that n processes share the work.

    Raises `InputError` where the folder holds another data set or a bank lacks presets of a split, `OutputError` where
    it cannot be written, `MissingSynthError` where a synthesizer is not installed.
    """
    number, parts = part
    if not 1 <= number <= parts:
        raise InputError(f"shard is {number}/{parts}, expected i/N with i from 1 to N")
    sources = {
        synth: RowSource(get_synth(synth), spec.seed, spec.presets, banks.get(synth, ())) for synth in spec.synths
    }
    dataset = DatasetFolder(folder, spec, {synth: _origin(synth, sources[synth]) for synth in spec.synths})
    dataset.claim()
    ours = list(dataset.shards())[number - 1 :: parts]
    done = Generated()
    tally = Tally(sum(len(place.numbers) for place in ours) * len(spec.pitches), progress)
    missing = []
    for place in ours:
        if place.problem(checksums=True):
            missing.append(place)
        else:
            done.found += 1
            tally.add(len(place.numbers) * len(spec.pitches), rendered=False)
    for synth in spec.synths:
        if wanted := [place for place in missing if place.synth == synth]:
            with RenderPool(get_synth(synth), workers) as pool:
                for place in wanted:
                    _make(place, sources[synth], pool, spec.notes(), tally, done)
    return done


def _origin(synth: str, source: RowSource) -> Origin:
    instrument = get_synth(synth)
    return Origin(instrument.space.hash, instrument.version(), source.bank, source.rows)


def _make(
    place: ShardPlace, source: RowSource, pool: RenderPool, notes: Sequence[Note], tally: Tally, done: Generated
) -> None:
    rejected: Counter[str] = Counter()
    kept: list[KeptRow] = []
    attempts = dict.fromkeys(place.numbers, 0)
    while candidates := dict(_next(source, attempts, rejected)):
        rendered = _hear(candidates, pool, notes, tally)
        for row, candidate in candidates.items():
            results = rendered[row]
            # of the notes that are amiss the lowest counts, whichever came first
            reasons = [_reason(results[note]) for note in sorted(results)]
            reason = next(filter(None, reasons), None)
            if reason is None:
                sounds = [results[note] for note in range(len(notes))]
                mel = np.stack([sound.mel for sound in sounds])
                harmonic = np.array([sound.harmonic for sound in sounds])
                kept.append(KeptRow(row, attempts.pop(row), candidate, mel, harmonic))
            else:
                rejected[reason] += 1
                attempts[row] += 1
                tally.extend(len(results))
    tally.extend(-len(attempts) * len(notes))
    kept.sort(key=lambda row: row.number)
    place.write(kept, rejected, len(pool.synth.space))
    done.made += 1
    done.rows += len(kept)
    done.left_out += len(attempts)
    done.rejected += rejected


def _next(source: RowSource, attempts: dict[int, int], rejected: Counter[str]) -> Iterator[tuple[int, Candidate]]:
    """What each row that is still open tries next; a row without more attempts tries nothing."""
    for row, first in attempts.items():
        for attempt in range(first, ATTEMPTS):
            attempts[row] = attempt
            if candidate := source.candidate(row, attempt):
                yield row, candidate
                break
            rejected["near"] += 1
        else:
            attempts[row] = ATTEMPTS


def _hear(
    candidates: Mapping[int, Candidate], pool: RenderPool, notes: Sequence[Note], tally: Tally
) -> dict[int, dict[int, Any]]:
    """Results by row and note: the middle note's first, the others' only where that sounded."""
    middle = len(notes) // 2
    rendered: dict[int, dict[int, Any]] = {row: {} for row in candidates}
    others = [note for note in range(len(notes)) if note != middle]
    for part in ([middle], others):
        jobs = [(row, note) for row in candidates for note in part if not any(map(_reason, rendered[row].values()))]
        presets = [candidates[row].preset for row, _ in jobs]
        for index, result in pool.stream(presets, [notes[note] for _, note in jobs], measure):
            row, note = jobs[index]
            rendered[row][note] = result
            tally.add(1, rendered=True)
    return rendered


def _reason(result: Measured | RenderFailure | None) -> str | None:
    """Why a render is of no use, or None."""
    if result is None:
        return "silent"
    return result.reason if isinstance(result, RenderFailure) else None
