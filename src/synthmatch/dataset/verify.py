"""Is a data set whole: every shard there, of its spec and undamaged."""

from pathlib import Path

from synthmatch.dataset.folder import DatasetFolder


def verify(folder: Path) -> list[str]:
    """One line for each shard that is missing or damaged, by size, shape, parameter table and SHA-256.

    Raises `InputError` where the folder is no data set.
    """
    lines = [place.problem(checksums=True) for place in DatasetFolder.read(folder).shards()]
    return [line for line in lines if line]
