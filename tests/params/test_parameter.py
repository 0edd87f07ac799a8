"""One knob: its domain checks, its widths and its display text."""

import dataclasses
from typing import Any

import pytest

from synthmatch.params import Parameter

LEVEL = Parameter("level", "Level", "level", "continuous", low=0, high=99, default=99, step=1)
WAVE = Parameter(
    "wave", "Wave", "oscillator", "categorical", low=-1, high=1, default=0, choices=("sine", "saw", "square")
)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"group": "knobs"}, "unknown group"),
        ({"kind": "discrete"}, "unknown kind"),
        ({"scale": "cubist"}, "unknown scale"),
        ({"default": 100}, "default"),
        ({"high": 0, "default": 0}, "empty range"),
        ({"step": -1}, "negative"),
        ({"step": 2}, "steps of"),
    ],
)
def test_a_table_with_a_wrong_row_is_refused(change: dict[str, Any], named: str) -> None:
    """Catches a slip in a parameter table that would only show as a wrong sound."""
    with pytest.raises(AssertionError, match=named):
        dataclasses.replace(LEVEL, **change)


@pytest.mark.parametrize("change", [{"choices": ("sine", "saw")}, {"low": -0.5, "high": 1.5}])
def test_a_categorical_needs_a_name_for_each_integer(change: dict[str, Any]) -> None:
    """Catches a class list that is one short, and classes between the integers."""
    with pytest.raises(AssertionError):
        dataclasses.replace(WAVE, **change)


def test_numbers_have_one_spelling() -> None:
    """Catches int 0 and float 0.0 in two copies of one table giving them different hashes."""
    ints = Parameter("a", "A", "level", "continuous", 0, 2, 1, step=1, multiply=2, offset=0)
    floats = Parameter("a", "A", "level", "continuous", 0.0, 2.0, 1.0, step=1.0, multiply=2.0, offset=-0.0)
    assert repr(ints) == repr(floats)


def test_widths_and_steps() -> None:
    """Catches a categorical counted as one column, and steps counted as values (99 moves, 100 values)."""
    knob = dataclasses.replace(LEVEL, step=0)
    assert [(p.classes, p.width, p.steps) for p in (LEVEL, WAVE, knob)] == [(0, 1, 99), (3, 3, 2), (0, 1, 0)]


@pytest.mark.parametrize(
    ("scale", "native", "shown"),
    [
        ("linear", 3.0, "7 dB"),
        ("quadratic", 3.0, "19 dB"),
        ("cubic", 2.0, "17 dB"),
        ("quartic", 2.0, "33 dB"),
        ("square_root", 4.0, "5 dB"),
        ("exponential", 3.0, "17 dB"),
    ],
)
def test_text_scales_then_multiplies_then_offsets(scale: Any, native: float, shown: str) -> None:
    """Catches a display curve that is swapped for another or applied after the offset (shown = 2 f(native) + 1)."""
    knob = Parameter("k", "K", "level", "continuous", 0, 10, 0, unit="dB", scale=scale, multiply=2, offset=1)
    assert knob.text(native) == shown


def test_text_of_classes_counts_from_low() -> None:
    """Catches choices looked up by native value where the first class is not 0."""
    assert [WAVE.text(native) for native in (-1, 0, 1)] == ["sine", "saw", "square"]
