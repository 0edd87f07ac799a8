"""A seed gives the same presets however the machine's linear algebra adds up."""

import os
import subprocess
import sys

import pytest

_SEARCH = """
import hashlib
from synthmatch import match
from synthmatch.target import load_target
import sys
found = match(load_target(sys.argv[1]), synths=["dexed"], renders=136, workers=1)
print([hashlib.blake2b(one.preset.key(), digest_size=8).hexdigest() for one in found])
print([round(one.score, 4) for one in found])
"""


def found_with(example: str, **settings: str) -> str:
    """What a search in a new process prints under settings of OpenBLAS."""
    command = [sys.executable, "-c", _SEARCH, example]
    return subprocess.run(
        command, env=os.environ | settings, check=True, capture_output=True, text=True, timeout=300
    ).stdout


@pytest.mark.parametrize("example", ["bass", "bell"])
def test_a_seed_gives_the_same_presets_under_every_kernel(example: str) -> None:
    """Catches predictions in single precision: rounding then decides which of two children is rendered."""
    path = f"src/synthmatch/data/examples/{example}.flac"
    as_it_is = found_with(path, OPENBLAS_CORETYPE="Nehalem", OPENBLAS_NUM_THREADS="1")
    assert as_it_is == found_with(path, OPENBLAS_CORETYPE="Haswell", OPENBLAS_NUM_THREADS="2")
