"""Parameter spaces over their whole legal domain: exact inverses, edges, hashes and names."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.errors import PresetError
from synthmatch.params import Parameter, ParamSpace
from synthmatch.params.parameter import GROUPS
from synthmatch.params.space import UNIT_GRID


@st.composite
def parameters(draw: st.DrawFn, name: str) -> Parameter:
    """Any legal parameter: continuous, stepped (by decimals too) or categorical, of one class upwards."""
    group = draw(st.sampled_from(GROUPS))
    low = draw(st.integers(-1000, 1000))
    shape = draw(st.sampled_from(["continuous", "stepped", "categorical"]))
    if shape == "categorical":
        classes = draw(st.integers(1, 40))
        choices = tuple(f"choice {i}" for i in range(classes))
        default = low + draw(st.integers(0, classes - 1))
        return Parameter(name, name, group, "categorical", low, low + classes - 1, default, choices=choices)
    start = low * draw(st.sampled_from([1.0, 0.1, 1e-3]))
    if shape == "stepped":
        step = draw(st.sampled_from([1.0, 0.1, 0.25, 1 / 3, 7.0]))
        high = start + draw(st.integers(1, 16_384)) * step
        return Parameter(name, name, group, "continuous", start, high, start, step=step)
    high = start + draw(st.floats(1e-3, 1e4))
    return Parameter(name, name, group, "continuous", start, high, draw(st.floats(start, high)))


@st.composite
def spaces(draw: st.DrawFn) -> ParamSpace:
    """A space of none to eight parameters."""
    return ParamSpace("test", [draw(parameters(f"p{i}")) for i in range(draw(st.integers(0, 8)))])


@st.composite
def points(draw: st.DrawFn) -> tuple[ParamSpace, npt.NDArray[np.float64]]:
    """A space and rows of unit values: inside, on the edges and beyond them. Shape: (3, P)."""
    space = draw(spaces())
    unit = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, UNIT_GRID, 1 - UNIT_GRID, -0.5, 2.0]))
    rows = [[draw(unit) for _ in range(len(space))] for _ in range(3)]
    return space, np.array(rows, np.float64).reshape(3, len(space))


@given(points())
def test_native_to_unit_to_native_is_exact(case: tuple[ParamSpace, npt.NDArray[np.float64]]) -> None:
    """Catches a normalisation that does not invert, also through the float32 in which models keep unit values."""
    space, unit = case
    native = space.to_native(unit)
    assert np.all((native >= space.low) & (native <= space.high))
    np.testing.assert_array_equal(space.to_native(space.to_unit(native)), native)
    np.testing.assert_array_equal(space.to_native(space.to_unit(native).astype(np.float32)), native)
    np.testing.assert_array_equal(space.snap(native), native)


@given(points())
def test_native_to_encoded_to_native_is_exact(case: tuple[ParamSpace, npt.NDArray[np.float64]]) -> None:
    """Catches float32 rounding, flooring or a shifted column in the model's form of a preset."""
    space, unit = case
    native = space.to_native(unit)
    encoded = space.encode(native)
    assert encoded.dtype == np.float32
    assert encoded.shape == (3, space.encoded_width)
    np.testing.assert_array_equal(space.decode(encoded), native)
    np.testing.assert_array_equal(space.decode(encoded[1]), native[1])


@given(points(), st.integers(0, 2**32 - 1))
def test_decode_rounds_noisy_rows(case: tuple[ParamSpace, npt.NDArray[np.float64]], seed: int) -> None:
    """Catches truncation in place of rounding: noise of 40 % of a step or of a class must not change the value."""
    space, unit = case
    native = space.to_native(unit)
    reach = np.repeat(np.where(space.categorical, 1.0, space.unit_step), space.widths) * 0.4
    noise = np.random.default_rng(seed).uniform(-1, 1, (3, space.encoded_width)) * reach
    np.testing.assert_array_equal(space.decode(space.encode(native) + noise), native)


@given(spaces())
def test_the_edges_are_reached(space: ParamSpace) -> None:
    """Catches a range whose last step or last class is lost to floating-point error."""
    ones = np.ones(len(space))
    np.testing.assert_array_equal(space.to_native(ones), space.high)
    np.testing.assert_array_equal(space.to_native(0 * ones), space.low)
    np.testing.assert_array_equal(space.snap(space.high), space.high)
    np.testing.assert_array_equal(space.snap(np.full(len(space), np.inf)), space.high)
    np.testing.assert_array_equal(space.snap(np.full(len(space), -np.inf)), space.low)


@given(spaces())
def test_the_default_is_legal(space: ParamSpace) -> None:
    """Catches a default off the grid, which would change on the first save."""
    np.testing.assert_array_equal(space.snap(space.default), space.default)
    np.testing.assert_array_equal(space.to_unit(space.default), space.to_unit([p.default for p in space.parameters]))


@given(spaces())
@settings(max_examples=50)
def test_one_hot_rows_name_each_class_once(space: ParamSpace) -> None:
    """Catches overlapping encoded columns: a categorical is exactly one 1, at its own class; a number is itself."""
    expected = [
        np.eye(parameter.classes)[round(value - parameter.low)] if parameter.classes else [unit]
        for parameter, value, unit in zip(space.parameters, space.default, space.to_unit(space.default), strict=True)
    ]
    np.testing.assert_array_equal(space.encode(space.default), np.concatenate([[], *expected]).astype(np.float32))
    assert space.encoded_width == sum(p.width for p in space.parameters)


@given(spaces())
@settings(max_examples=50)
def test_the_layout_covers_every_column_once(space: ParamSpace) -> None:
    """Catches a column that no loss counts, or a class that is taken for another parameter's."""
    layout = space.layout
    columns = [*layout.continuous, *(c for group in layout.categorical for c in range(group.start, group.stop))]
    assert sorted(columns) == list(range(layout.width)) == list(range(space.encoded_width))
    encoded = space.encode(np.stack([space.low, space.high, space.default]))
    assert len(layout.categorical) == space.categorical.sum()
    for group in layout.categorical:
        np.testing.assert_array_equal(encoded[:, group].sum(axis=1), 1)


def test_integer_steps_are_exact_integers() -> None:
    """Catches 56.99999999999999 in place of 57 in a DX7 voice, which a byte would truncate to 56."""
    for top in (3, 7, 14, 31, 50, 99, 127, 16_383):
        space = ParamSpace("test", [Parameter("p", "P", "level", "continuous", 0, top, 0, step=1)])
        values = np.arange(top + 1.0)[:, None]
        np.testing.assert_array_equal(space.snap(values), values)
        np.testing.assert_array_equal(space.decode(space.encode(values)), values)


def test_one_class_takes_one_value() -> None:
    """Catches a division by a span of 0, and a one-class parameter that drifts from its value."""
    space = ParamSpace("test", [Parameter("only", "Only", "filter", "categorical", 5, 5, 5, choices=("one",))])
    for native in (5.0, 4.0, 6.5, 1e12):
        assert space.to_unit([native]).tolist() == [0.0]
        assert space.snap([native]).tolist() == [5.0]
    assert space.to_native([0.7]).tolist() == [5.0]
    assert space.encode([5.0]).tolist() == [1.0]


BASE = Parameter("a", "A", "level", "continuous", 0, 4, 0)
PICK = Parameter("b", "B", "filter", "categorical", 0, 1, 0, choices=("off", "on"))
OTHER_FIELDS: dict[str, Any] = {
    "name": "z", "label": "Z", "group": "pitch", "low": -1.0, "high": 5.0, "default": 1.0, "step": 1.0, "unit": "dB",
    "scale": "cubic", "multiply": 2.0, "offset": 1.0,
}  # fmt: skip


def test_the_hash_names_every_field() -> None:
    """Catches a table change that libraries and models would not notice; a new field must be added here."""

    def of(*rows: Parameter) -> str:
        return ParamSpace("test", rows).hash

    hashes = {of(dataclasses.replace(BASE, **{name: value}), PICK) for name, value in OTHER_FIELDS.items()}
    hashes |= {of(BASE, dataclasses.replace(PICK, choices=("off", "loud"))), of(BASE, PICK), of(PICK, BASE), of(BASE)}
    hashes.add(ParamSpace("other", [BASE, PICK]).hash)
    stepped = dataclasses.replace(PICK, kind="continuous", step=1)
    hashes.add(of(BASE, stepped))
    assert len(hashes) == len(OTHER_FIELDS) + 6
    assert {f.name for f in dataclasses.fields(Parameter)} == OTHER_FIELDS.keys() | {"kind", "choices"}


def test_the_hash_does_not_change_between_releases() -> None:
    """Catches a new spelling of the table that would orphan every stored preset and library."""
    assert ParamSpace("test", [BASE, PICK]).hash == "219759f00a3fefb1"


@given(space=spaces())
@settings(max_examples=50)
def test_a_written_table_reads_back(tmp_path_factory: pytest.TempPathFactory, space: ParamSpace) -> None:
    """Catches a field lost between a table and its file: the hash must survive."""
    path = tmp_path_factory.mktemp("table") / "table.json"
    path.write_text(space.to_json(), encoding="utf-8")
    again = ParamSpace.from_file(path)
    assert again.parameters == space.parameters
    assert again.hash == space.hash


def test_a_table_with_a_field_of_another_version_is_refused(tmp_path: Path) -> None:
    """Catches a misspelt field in a table that would silently fall back to its default."""
    path = tmp_path / "table.json"
    path.write_text(ParamSpace("test", [BASE]).to_json().replace('"label"', '"lable"'), encoding="utf-8")
    with pytest.raises(TypeError, match="lable"):
        ParamSpace.from_file(path)


def test_a_name_given_twice_is_refused() -> None:
    """Catches two rows of one name, of which a preset could only store one."""
    with pytest.raises(PresetError, match="twice"):
        ParamSpace("test", [BASE, BASE])


@given(points())
def test_names_and_values_invert(case: tuple[ParamSpace, npt.NDArray[np.float64]]) -> None:
    """Catches values stored under a neighbour's name."""
    space, unit = case
    native = space.to_native(unit[0])
    np.testing.assert_array_equal(space.from_named(space.named(native)), native)


def test_what_is_not_named_keeps_the_base() -> None:
    """Catches a partial setting that resets the other parameters."""
    space = ParamSpace("test", [BASE, PICK])
    assert space.from_named({"a": 2}).tolist() == [2.0, 0.0]
    assert space.from_named({"a": 2}, base=[3.0, 1.0]).tolist() == [2.0, 1.0]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"c": 1.0}, "no parameter 'c'"),
        ({"a": float("nan")}, "'a' is nan"),
        ({"a": float("inf")}, "'a' is inf"),
        ({"a": "loud"}, "'a' is 'loud'"),
        ({"a": None}, "'a' is None"),
    ],
)
def test_bad_named_values_are_errors(values: dict[str, Any], named: str) -> None:
    """Catches a preset file with an unknown parameter, a NaN or a text that would be rendered as if it were fine."""
    with pytest.raises(PresetError, match=named):
        ParamSpace("test", [BASE, PICK]).from_named(values)


def test_rows_of_another_width_are_refused() -> None:
    """Catches a model of another table whose rows would be decoded into nonsense."""
    with pytest.raises(PresetError, match="5 columns, test needs 3"):
        ParamSpace("test", [BASE, PICK]).decode(np.zeros(5))
