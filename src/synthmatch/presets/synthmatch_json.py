"""synthmatch's own preset file: JSON for any synthesizer, readable, exact, bound to a parameter table by its hash.

A file holds one preset or a list of them::

    {"format": "synthmatch preset 1", "synth": "dexed", "table": "069a...", "version": "dexed-py 0.3.0",
     "name": "E.PIANO 1", "native": {"op6_rate_1": 96.0, ...}, "extra": {}}
"""

import json
from collections.abc import Sequence
from typing import Any

from synthmatch.errors import PresetError
from synthmatch.params import ParamSpace, Preset
from synthmatch.parsing import need, parse_json
from synthmatch.reading import warn
from synthmatch.text import and_more

FORMAT = "synthmatch preset 1"
SUFFIX = ".json"
#: A file of 2,000 of Vital's presets has 40 MB.
MOST_BYTES = 64_000_000


def dump(presets: Sequence[Preset], space: ParamSpace, version: str) -> bytes:
    """The presets as JSON text; `version` is the synthesizer's."""
    rows = [
        {
            "format": FORMAT,
            "synth": preset.synth,
            "table": space.hash,
            "version": version,
            "name": preset.name,
            "native": space.named(preset.native),
            "extra": dict(preset.extra),
        }
        for preset in presets
    ]
    return (json.dumps(rows[0] if len(rows) == 1 else rows, indent=1) + "\n").encode()


def rows(text: bytes) -> list[dict[str, Any]]:
    """The presets of a file as dictionaries, checked for what every preset has.

    Raises `PresetError` for JSON that is no preset.
    """
    try:
        read = parse_json(text)
    except ValueError as error:
        raise PresetError(f"not JSON ({error}); expected a file written by synthmatch") from None
    found = read if isinstance(read, list) else [read]
    for row in found:
        if not isinstance(row, dict) or row.get("format") != FORMAT:
            raise PresetError(f"JSON without format {FORMAT!r}; expected a preset file written by synthmatch")
        if not (
            isinstance(row.get("synth"), str)
            and isinstance(row.get("native"), dict)
            and isinstance(row.get("extra", {}), dict)
            and isinstance(row.get("name", ""), str)
        ):
            raise PresetError(
                "preset JSON lacks synth, native, extra or name, or one is of another type; save it again"
            )
    if not found:
        raise PresetError("JSON holds no preset; expected at least one")
    return found


def parse(row: dict[str, Any], space: ParamSpace) -> Preset:
    """The preset of one of `rows`.

    Raises `PresetError` where it was saved for another parameter table or lacks parameters.
    """
    if row.get("table") != space.hash:
        raise PresetError(
            f"preset was saved for {row['synth']} table {row.get('table')}, this version has {space.hash};"
            " open it with the synthmatch version that wrote it and save a native file"
        )
    lacking = [name for name in space.index if name not in row["native"]]
    if lacking:
        raise PresetError(
            f"preset lacks {len(lacking)} parameters ({lacking[0]}, ...); the file is damaged, save it again"
        )
    native = row["native"]
    try:
        for name in space.index:
            need(native[name], float, name)
    except ValueError as error:
        raise PresetError(f"preset is damaged: {error}; save it again") from None
    outside = [p.name for p in space.parameters if not p.low <= native[p.name] <= p.high]
    if outside:
        warn(f"{outside[0]} is {native[outside[0]]:g}, out of its range{and_more(outside)}: takes the nearest value")
    return Preset(row["synth"], space.from_named(native), row.get("name", ""), row.get("extra", {}))
