"""Presets: points of a space that nobody changes by accident, and that keep what the space leaves out."""

import numpy as np
import pytest

from synthmatch.params import Preset

OWN = {"wavetables": [[0.0, 1.0]]}


def test_a_preset_does_not_change_with_the_array_it_came_from() -> None:
    """Catches a search that mutates its seed in place through a shared array."""
    native = np.array([1.0, 2.0])
    preset = Preset("test", native)
    native[0] = 9.0
    assert preset.native.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        preset.native[0] = 9.0


def test_other_values_keep_name_and_extra() -> None:
    """Catches a search step that loses a preset's own wavetables."""
    changed = Preset("test", np.array([1.0]), "Bell", OWN).with_native([3])
    assert (changed.synth, changed.name, changed.extra) == ("test", "Bell", OWN)
    assert changed.native.tolist() == [3.0]
    assert changed.native.dtype == np.float64


def test_the_key_is_that_of_the_sound() -> None:
    """Catches duplicates kept apart by their names, and different wavetables taken for one sound."""
    preset = Preset("test", np.array([1.0, 2.0]), "Bell")
    own = Preset("test", preset.native, "Bell", OWN)
    assert preset.key() == preset.with_name("Chime").key()
    assert own.key() == Preset("test", preset.native, "", {"wavetables": [[0.0, 1.0]]}).key()
    assert len({preset.key(), own.key(), preset.with_native([1.0, 3.0]).key()}) == 3
