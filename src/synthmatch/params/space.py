"""The ordered set of a synthesizer's parameters, with exact conversions between native, unit and encoded values.

Why they are exact: a continuous value lives on a grid of 2**-22 of its range (or on its own steps). A unit value on
that grid is a float32 without rounding, so native -> unit -> float32 -> unit -> native loses nothing, and decoding
rounds to the grid. 2**-22 of a knob's travel is far below what any of the synthesizers resolves.

All conversions take and give arrays whose last axis is the parameter (native, unit) or the encoded column.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F32, F64, I64, Float32, Float64, Int64
from synthmatch.errors import PresetError
from synthmatch.params.layout import EncodedLayout
from synthmatch.params.parameter import Parameter

#: Grid of a continuous parameter without steps, in fractions of its range: exact in float32.
UNIT_GRID = 2.0**-22


class ParamSpace:
    """Parameters of one synthesizer in a fixed order.

    `hash` names the table: presets, libraries and models store it and refuse another one.
    """

    def __init__(self, synth: str, parameters: Sequence[Parameter]) -> None:
        self.synth = synth
        self.parameters = tuple(parameters)
        self.index = {p.name: i for i, p in enumerate(self.parameters)}
        if len(self.index) != len(self.parameters):
            raise PresetError(f"the parameter table of {synth} names a parameter twice")
        self.low = np.array([p.low for p in self.parameters])
        self.high = np.array([p.high for p in self.parameters])
        self.default = np.array([p.default for p in self.parameters])
        self.categorical = np.array([p.kind == "categorical" for p in self.parameters], np.bool_)
        # a categorical of one class has no span; 1 keeps its unit value at 0 without a division by 0
        self._span = np.where(self.high > self.low, self.high - self.low, 1.0)
        self._step = np.array([1.0 if p.kind == "categorical" else p.step for p in self.parameters])
        #: moves from the lowest to the highest value of each parameter
        self._moves = np.array([p.steps or (0 if p.classes else 1 / UNIT_GRID) for p in self.parameters], np.float64)
        #: unit distance of two neighbouring values
        self.unit_step = 1.0 / np.maximum(self._moves, 1.0)
        self.widths = np.array([p.width for p in self.parameters], np.int64)
        #: first encoded column of each parameter
        self.offsets = np.cumsum(self.widths) - self.widths
        self.encoded_width = int(self.widths.sum())
        table = [dataclasses.asdict(p) for p in self.parameters]
        self.hash = hashlib.sha256(json.dumps([synth, table], sort_keys=True).encode()).hexdigest()[:16]
        self.default = self.snap(self.default)

    def __len__(self) -> int:
        return len(self.parameters)

    def __getitem__(self, name: str) -> Parameter:
        return self.parameters[self.index[name]]

    @classmethod
    def from_file(cls, path: Path) -> "ParamSpace":
        """Read a table written by `to_json`."""
        table = json.loads(path.read_text(encoding="utf-8"))
        rows = [Parameter(**{**row, "choices": tuple(row.get("choices", ()))}) for row in table["parameters"]]
        return cls(table["synth"], rows)

    def to_json(self) -> str:
        """The table as text, one parameter a line, fields at their default left out."""
        blank = {f.name: f.default for f in dataclasses.fields(Parameter)}
        rows = [
            json.dumps({k: v for k, v in dataclasses.asdict(p).items() if v != blank.get(k)}) for p in self.parameters
        ]
        return '{"synth": %s, "parameters": [\n%s\n]}\n' % (json.dumps(self.synth), ",\n".join(rows))  # noqa: UP031

    @cached_property
    def modules(self) -> dict[str, Int64[I64, " members"]]:
        """Indices of the parameters of each part of the synthesizer that belongs together.

        A part is what comes first in the names, with its number: ``op1``, ``osc_2``, ``filter``, ``reverb``.
        """
        parts: dict[str, list[int]] = {}
        for i, parameter in enumerate(self.parameters):
            first, _, rest = parameter.name.partition("_")
            number = rest.partition("_")[0]
            parts.setdefault(f"{first}_{number}" if number.isdigit() else first, []).append(i)
        return {name: np.array(indices) for name, indices in parts.items()}

    def named_by(self, names: Iterable[str]) -> frozenset[str]:
        """Parameters that these names stand for: each a parameter, a group, or else a part; unknown ones for none."""
        found: set[str] = set()
        for name in names:
            of_group = {p.name for p in self.parameters if p.group == name}
            if name in self.index:
                found.add(name)
            elif of_group or name not in self.modules:
                found |= of_group
            else:
                found |= {self.parameters[int(i)].name for i in self.modules[name]}
        return frozenset(found)

    @cached_property
    def layout(self) -> EncodedLayout:
        """Which encoded columns are continuous, and which belong to the classes of one categorical parameter."""
        columns = list(zip(self.parameters, self.offsets.tolist(), strict=True))
        return EncodedLayout(
            self.encoded_width,
            tuple(first for p, first in columns if not p.classes),
            tuple(slice(first, first + p.classes) for p, first in columns if p.classes),
        )

    # native <-> unit ------------------------------------------------------------------------------------------------

    def to_unit(self, native: npt.ArrayLike) -> Float64[F64, "*presets parameters"]:
        """Knob positions in [0, 1] on the grid. Shape: native (..., P) -> unit (..., P)."""
        inside = np.clip(np.asarray(native, np.float64), self.low, self.high)
        return self._round_unit((inside - self.low) / self._span)

    def to_native(self, unit: npt.ArrayLike) -> Float64[F64, "*presets parameters"]:
        """Native values of knob positions, rounded to steps and classes. Shape: (..., P) -> (..., P)."""
        u = self._round_unit(np.asarray(unit, np.float64))
        between = self.low * (1.0 - u) + self.high * u
        # steps are exact multiples, whatever the division by their number lost
        stepped = self.low + np.rint(u * self._moves) * self._step
        return np.where((self._step > 0) & (u < 1.0), stepped, between)

    def snap(self, native: npt.ArrayLike) -> Float64[F64, "*presets parameters"]:
        """The nearest legal native values. Shape: (..., P) -> (..., P)."""
        return self.to_native(self.to_unit(native))

    def _round_unit(self, unit: Float64[F64, "*presets parameters"]) -> Float64[F64, "*presets parameters"]:
        return np.rint(np.clip(unit, 0.0, 1.0) * self._moves) / np.maximum(self._moves, 1.0)

    # native <-> encoded ---------------------------------------------------------------------------------------------

    def encode(self, native: npt.ArrayLike) -> Float32[F32, "*presets encoded_width"]:
        """Model form: continuous one number in [0, 1], categorical one-hot. Shape: (..., P) -> (..., encoded_width)."""
        unit = self.to_unit(native)
        encoded = np.zeros((*unit.shape[:-1], self.encoded_width), np.float32)
        continuous = ~self.categorical
        encoded[..., self.offsets[continuous]] = unit[..., continuous]
        chosen = np.rint(unit * (self.widths - 1)).astype(np.int64) + self.offsets
        np.put_along_axis(encoded, chosen[..., self.categorical], np.float32(1.0), axis=-1)
        return encoded

    def decode(self, encoded: npt.ArrayLike) -> Float64[F64, "*presets parameters"]:
        """Native values of encoded rows: the largest class, the nearest step.

        Shape: (..., encoded_width) -> (..., P). Raises `PresetError` for rows of another width.
        """
        rows = np.asarray(encoded, np.float64)
        if rows.shape[-1] != self.encoded_width:
            raise PresetError(f"encoded row has {rows.shape[-1]} columns, {self.synth} needs {self.encoded_width}")
        unit = rows[..., self.offsets].copy()
        for i in np.flatnonzero(self.categorical):
            classes = rows[..., self.offsets[i] : self.offsets[i] + self.widths[i]]
            unit[..., i] = classes.argmax(axis=-1) / max(self.widths[i] - 1, 1)
        return self.to_native(unit)

    # by name --------------------------------------------------------------------------------------------------------

    def named(self, native: npt.ArrayLike) -> dict[str, float]:
        """Native values by parameter name. Shape: (P,)."""
        return {p.name: float(v) for p, v in zip(self.parameters, np.asarray(native), strict=True)}

    def from_named(self, values: dict[str, Any], base: npt.ArrayLike | None = None) -> Float64[F64, " parameters"]:
        """Native values from names; what is not named keeps `base` (the defaults).

        Raises `PresetError` for an unknown name and for what is not a finite number.
        """
        native = np.array(self.default if base is None else base, np.float64)
        for name, value in values.items():
            if name not in self.index:
                raise PresetError(f"{self.synth} has no parameter {name!r} in table {self.hash}")
            if not isinstance(value, int | float | np.number) or not np.isfinite(value):
                raise PresetError(f"{self.synth} parameter {name!r} is {value!r}, expected a finite number")
            native[self.index[name]] = value
        return self.snap(native)
