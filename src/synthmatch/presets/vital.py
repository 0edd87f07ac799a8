"""Vital's preset file, ``.vital``: JSON with the settings, modulations, wavetables, LFO shapes and sample of a preset.

Source: mtytel/vital, ``src/common/load_save.cpp``. Keys are written sorted, so that the author comes first: Vital reads
it at a fixed place. Vital refuses a file of a newer version than itself, so a file is written as `WRITTEN_VERSION`.
"""

import json
import re
from typing import Any

from synthmatch.errors import PresetError
from synthmatch.parsing import parse_json

#: version of the released source; every Vital since then opens it
WRITTEN_VERSION = "1.0.6"
#: settings of files before this one had other meanings, which only the synthesizer itself converts
OLDEST_VERSION = (0, 9, 0)
#: what the headless engine calls itself: it refuses anything newer
_NEWEST_VERSION = (99999, 9, 9)

#: Of a file that is read; one with a sample of a minute and three own wavetables has 25 MB.
MOST_BYTES = 64_000_000

_LISTS = {"wavetables": 3, "lfos": 8, "modulations": 64}

Document = dict[str, Any]


def parse(data: bytes, where: str) -> Document:
    """The document of a file, its shape checked. `where` names the file in messages.

    Raises `PresetError` for what is not JSON, not a Vital preset, damaged, or of a newer Vital.
    """
    try:
        document = parse_json(data)
    except ValueError as error:
        raise PresetError(
            f"{where} is not JSON ({error}), expected a .vital preset; save it again from Vital"
        ) from error
    settings = document.get("settings") if isinstance(document, dict) else None
    if not isinstance(settings, dict) or "synth_version" not in document:
        raise PresetError(f"{where} is JSON but no Vital preset: it needs 'synth_version' and 'settings'")
    newest = ".".join(map(str, _NEWEST_VERSION))
    if version(document, where) > _NEWEST_VERSION:
        raise PresetError(f"{where} is of Vital {document['synth_version']}, expected at most {newest}")
    for key, value in settings.items():
        if key in _LISTS:
            _check_list(key, value, where)
        elif key == "sample":
            _check_sample(value, where)
        elif "osc_1_on" in settings and not isinstance(value, bool | int | float):
            raise PresetError(f"{where} has {key} of type {type(value).__name__}, expected a number")
    return document


def version(document: Document, where: str) -> tuple[int, ...]:
    """Version of the Vital that wrote a document, as numbers. Raises `PresetError` where it is none."""
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", str(document["synth_version"]))
    if not found:
        raise PresetError(f"{where} has synth_version {document['synth_version']!r}, expected one such as 1.0.6")
    return tuple(int(part) for part in found.groups())


def dump(document: Document) -> bytes:
    """Contents of a file."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _check_list(key: str, value: Any, where: str) -> None:
    if not isinstance(value, list) or len(value) > _LISTS[key] or not all(isinstance(row, dict) for row in value):
        raise PresetError(f"{where} has damaged {key}: expected a list of at most {_LISTS[key]} objects")
    for row in value:
        names = (row.get("source"), row.get("destination"))
        if key == "modulations" and not all(isinstance(name, str) for name in names):
            raise PresetError(f"{where} has damaged modulations: expected a source and a destination each")


def _check_sample(value: Any, where: str) -> None:
    if not isinstance(value, dict) or not {"length", "sample_rate", "samples"} <= value.keys():
        raise PresetError(f"{where} has a damaged sample: expected length, sample_rate and samples")
