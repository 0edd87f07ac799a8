"""Is a data set whole, and what is in it: every shard there, of its spec and undamaged."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from synthmatch.dataset.folder import DatasetFolder


@dataclass
class Summary:
    """What is there of a synthesizer: rows by split and by source, rejected attempts by reason, bytes of the files."""

    shards: int = 0
    of_shards: int = 0
    left_out: int = 0
    bytes: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)


def verify(folder: Path) -> list[str]:
    """One line for each shard that is missing or damaged, by size, shape, parameter table and SHA-256.

    Raises `InputError` where the folder is no data set.
    """
    lines = [place.problem(checksums=True) for place in DatasetFolder.read(folder).shards()]
    return [line for line in lines if line]


def summary(dataset: DatasetFolder, synth: str) -> Summary:
    """Counts over the shards of a synthesizer that are there. Raises `InputError` for one that cannot be read."""
    found = Summary()
    for place in dataset.shards([synth]):
        found.of_shards += 1
        if place.problem(checksums=False):
            continue
        manifest, rows = place.manifest(), place.rows()
        found.shards += 1
        found.left_out += manifest.left_out
        found.bytes += sum(size for size, _ in manifest.files.values())
        found.rows.update(row["split"] for row in rows)
        found.sources.update(row["source"] for row in rows)
        found.rejected.update(manifest.rejected)
    return found
