"""The libraries in the package: there, large enough, of this version's tables, and without held-out presets."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from synthmatch.library.builtin import builtin_library
from synthmatch.library.split import split_of
from synthmatch.synths.registry import get_synth, synth_names

#: Presets promised.
LEAST = 10_000
FOLDER = Path(str(resources.files("synthmatch") / "data" / "library"))


@pytest.mark.parametrize("name", synth_names())
def test_a_builtin_library_is_whole(name: str) -> None:
    """Catches a package without its library, one of an older parameter table, and one cut down for speed."""
    library = builtin_library(name)
    assert library is not None, f"no built-in library for {name}; make it with tools/make_builtin_library.py {name}"
    assert library.synth == name
    assert library.space.hash == get_synth(name).space.hash
    assert len(library) >= LEAST
    assert len(library) == len(library.index) == len(library.unit)
    np.testing.assert_array_equal(library.space.to_unit(library.space.to_native(library.unit)), library.unit)


@pytest.mark.parametrize("name", synth_names())
def test_no_held_out_preset_is_in_a_builtin_library(name: str) -> None:
    """Catches results on held-out presets that are only remembered."""
    library = builtin_library(name)
    assert library is not None
    presets = [library.preset(row) for row in range(len(library))]
    assert {split_of(preset) for preset in presets} == {"train"}
    assert len({preset.key() for preset in presets}) == len(presets)


def test_the_libraries_fit_into_the_package() -> None:
    """Catches a wheel that grows beyond what was promised: 20 MB for all libraries."""
    assert 0 < sum(path.stat().st_size for path in FOLDER.glob("*.npz")) <= 20e6
