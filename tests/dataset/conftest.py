"""Small shards for the tests of data sets."""

from collections.abc import Iterator

import pytest

from synthmatch.dataset import folder


@pytest.fixture(autouse=True, scope="package")
def small_shards() -> Iterator[None]:
    """Four rows a shard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "ROWS_PER_SHARD", 4)
        yield
