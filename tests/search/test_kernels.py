"""A seed gives the same presets however the machine's linear algebra adds up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import synthmatch

EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"
_SEARCH = """
import sys
from synthmatch import match
found = match(sys.argv[1], synths=["dexed"], renders=136, workers=1)
print([(one.preset.key().hex(), round(one.distance, 4)) for one in found])
"""


def found_with(example: Path, **settings: str) -> str:
    """What a search in a new process prints under settings of OpenBLAS."""
    command = [sys.executable, "-c", _SEARCH, str(example)]
    return subprocess.run(
        command, env=os.environ | settings, check=True, capture_output=True, text=True, timeout=300
    ).stdout


@pytest.mark.parametrize("example", ["bass", "bell"])
def test_a_seed_gives_the_same_presets_under_every_kernel(example: str) -> None:
    """Catches predictions in single precision: rounding then decides which of two children is rendered."""
    path = EXAMPLES / f"{example}.flac"
    as_it_is = found_with(path, OPENBLAS_CORETYPE="Nehalem", OPENBLAS_NUM_THREADS="1")
    assert as_it_is == found_with(path, OPENBLAS_CORETYPE="Haswell", OPENBLAS_NUM_THREADS="2")
