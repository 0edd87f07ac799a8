"""The presets that a seed and a budget give are the same from one version to the next."""

import json
from pathlib import Path

import pytest
from golden_presets import SEARCHES, found_presets

KEPT = Path(__file__).parents[1] / "golden/presets.json"


@pytest.mark.parametrize("synth", SEARCHES)
def test_a_seed_gives_the_presets_that_it_gave(synth: str) -> None:
    """Catches a change of the search that nobody meant. A change on purpose is written by ``tests/golden/write.py``."""
    found, kept = found_presets(synth), json.loads(KEPT.read_text(encoding="utf-8"))[synth]
    assert [one["name"] for one in found] == [one["name"] for one in kept]
    for one, other in zip(found, kept, strict=True):
        # one step of a level is 0.001 of its range or less, another class or a mutation a hundredth or more
        assert one["values"] == pytest.approx(other["values"], abs=0.004)
        assert one["distance"] == pytest.approx(other["distance"], abs=0.002)
