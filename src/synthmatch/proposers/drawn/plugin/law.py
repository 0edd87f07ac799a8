"""What a knob of an envelope does, and a file of what was measured, so that a plug-in is asked once."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError, OutputError
from synthmatch.parsing import member, need, parse_json
from synthmatch.reading import read_file

#: Bytes of a file of laws: four, of a few numbers each.
_MOST_BYTES = 20_000


class Law(NamedTuple):
    """What an envelope has at positions of the parameter at `place`: seconds, or a sustain's share of amplitude, which rise."""

    place: int
    units: Float64[F64, " positions"]
    values: Float64[F64, " positions"]

    def unit(self, value: float) -> float:
        """The position, 0 to 1, at which the envelope has a value, or the end that is nearest to it."""
        if value <= self.values[0]:
            # further positions may be as short
            return float(self.units[0])
        return float(np.interp(np.log(value), np.log(self.values), self.units))


def read_laws(path: Path, parameters: int) -> dict[str, Law] | None:
    """Laws by knob that `write_laws` wrote, of a space of so many parameters; None for a file that is missing or damaged."""
    # a damaged file is as good as none
    with suppress(InputError, ValueError, TypeError):
        rows = need(parse_json(read_file(path, _MOST_BYTES, "the laws of a plug-in's knobs")), dict, "it")
        return {knob: _law(need(row, dict, knob), parameters) for knob, row in rows.items()}
    return None


def write_laws(path: Path, laws: Mapping[str, Law]) -> None:
    """Keep laws; in a folder that cannot be written nothing is kept, and the next search measures them again."""
    rows = {
        knob: {"place": law.place, "units": law.units.tolist(), "values": law.values.tolist()}
        for knob, law in laws.items()
    }
    with suppress(OutputError):
        write_whole(path, json.dumps(rows).encode(), force=True)


def _law(row: Mapping[str, object], parameters: int) -> Law:
    units, values = (np.array(member(row, name, list), np.float64) for name in ("units", "values"))
    law = Law(member(row, "place", int), units, values)
    if units.ndim != 1 or units.shape != values.shape or len(units) < 2 or not 0 <= law.place < parameters:
        raise ValueError("it is of another plug-in")
    if values[0] <= 0 or np.any(np.diff(values) < 0) or np.any((units < 0) | (units > 1)):
        raise ValueError("its positions and values are none of a knob")
    return law
