"""Damaged and hostile files: one line that a user can mend something by, whatever the bytes are."""

import warnings
from pathlib import Path

import numpy as np

from damage import damaged
from synthmatch.errors import SynthmatchError
from synthmatch.text import one_line
from whole_files import kinds

SEED = 15


def test_whatever_is_damaged_is_read_or_refused_in_a_line(tmp_path: Path) -> None:
    """Catches a traceback for a file that is cut, flipped, spliced, or whose values are of another type or shape."""
    rng, wrong, tried, refused = np.random.default_rng(SEED), [], 0, 0
    for name, kind in kinds(tmp_path).items():
        whole = kind.path.read_bytes()
        kind.read(kind.path)
        for number in range(kind.tries):
            kind.path.write_bytes(damaged(whole, kind.path.name, rng))
            tried += 1
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                try:
                    kind.read(kind.path)
                except SynthmatchError as error:
                    refused += 1
                    if str(error) != one_line(str(error)):
                        wrong.append(f"{name} {number}: {error!r}")
                except Exception as error:
                    wrong.append(f"{name} {number}: {type(error).__name__} {error}"[:300])
            wrong += [
                f"{name} {number}: {one.category.__name__} {one.message}"
                for one in told
                if "Runtime" in one.category.__name__
            ]
        kind.path.write_bytes(whole)
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong[:30])
    assert tried >= 2_000
    # what is written so often is not read as if nothing were wrong
    assert refused > tried / 2
