"""Vital's preset file, ``.vital``: JSON with the settings, modulations, wavetables, LFO shapes and sample of a preset.

Source: mtytel/vital, ``src/common/load_save.cpp``. Keys are written sorted, so that the author comes first: Vital reads
it at a fixed place. Vital refuses a file of a newer version than itself, so a file is written as `WRITTEN_VERSION`.

A Vital later than the released source has more settings, some of them lists (``custom_warps``, ``random_values``); they
are taken as they are. A text with a byte order mark, in UTF-16 or with zero bytes after it is read, as JUCE's
``String::createStringFromData`` does for Vital.
"""

import json
import re
from collections.abc import Container
from typing import Any

from synthmatch.errors import PresetError
from synthmatch.parsing import parse_json
from synthmatch.presets.foreign import kind_of
from synthmatch.reading import warn

#: version of the released source; every Vital since then opens it
WRITTEN_VERSION = "1.0.6"
#: settings of files before this one had other meanings, which only the synthesizer itself converts
OLDEST_VERSION = (0, 9, 0)
#: what the headless engine calls itself: it refuses anything newer
HEADLESS_VERSION = (99999, 9, 9)

#: lists in the settings, and how many items Vital has room for
LISTS = {"wavetables": 3, "lfos": 8, "modulations": 64}
#: largest number that Vital, which has 32 bits for it, can hold
_LARGEST = 3.4e38
#: how a text begins -> its encoding
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

Document = dict[str, Any]


def parse(data: bytes, where: str, controls: Container[str]) -> Document:
    """The document of a file, its shape checked. `where` names the file in messages, `controls` are those of the synth.

    Raises `PresetError` for what is not JSON, not a Vital preset, damaged, or of a newer Vital.
    """
    text = _text(data, where)
    try:
        document = parse_json(text.encode())
    except ValueError as error:
        kind = kind_of(data)
        found = f"is {kind}" if kind and "JSON" not in kind else f"is not JSON ({error})"
        raise PresetError(f"{where} {found}, expected a .vital preset; save it again from Vital") from error
    settings = document.get("settings") if isinstance(document, dict) else None
    if not isinstance(settings, dict) or "synth_version" not in document:
        raise PresetError(f"{where} is JSON but no Vital preset: it needs 'synth_version' and 'settings'")
    newest = ".".join(map(str, HEADLESS_VERSION))
    if version(document, where) > HEADLESS_VERSION:
        raise PresetError(f"{where} is of Vital {document['synth_version']}, expected at most {newest}")
    for key, value in settings.items():
        if key in LISTS:
            _check_list(key, value, where)
        elif key == "sample":
            _check_sample(value, where)
        elif isinstance(value, bool | int | float):
            if not abs(value) <= _LARGEST:
                raise PresetError(f"{where} has {key} = {value}, expected a finite number; save it again from Vital")
        elif key in controls:
            raise PresetError(f"{where} has {key} of type {type(value).__name__}, expected a number")
    return document


def version(document: Document, where: str) -> tuple[int, ...]:
    """Version of the Vital that wrote a document, as three numbers. Raises `PresetError` where it is none."""
    found = re.match(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?", str(document["synth_version"]))
    if not found:
        raise PresetError(f"{where} has synth_version {document['synth_version']!r}, expected one such as 1.0.6")
    return tuple(int(part or 0) for part in found.groups())


def dump(document: Document) -> bytes:
    """Contents of a file."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _text(data: bytes, where: str) -> str:
    """The text of a file, without its byte order mark and what follows a zero."""
    mark, encoding = next(((m, e) for m, e in _BYTE_ORDER_MARKS if data.startswith(m)), (b"", "utf-8"))
    try:
        text = data.removeprefix(mark).decode(encoding)
    except UnicodeDecodeError as error:
        kind = kind_of(data) or f"no text ({error})"
        raise PresetError(f"{where} is {kind}, so it is not JSON, expected a .vital preset") from None
    whole, zero, rest = text.partition("\0")
    remarks = [f"a byte order mark ({encoding})"] if mark else []
    remarks += [f"{len(zero + rest)} characters from a zero on"] if zero else []
    if remarks:
        warn(f"{where}: passed over {' and '.join(remarks)}")
    return whole


def _check_list(key: str, value: Any, where: str) -> None:
    if not isinstance(value, list) or len(value) > LISTS[key] or not all(isinstance(row, dict) for row in value):
        raise PresetError(f"{where} has damaged {key}: expected a list of at most {LISTS[key]} objects")
    for row in value:
        names = (row.get("source"), row.get("destination"))
        if key == "modulations" and not all(isinstance(name, str) for name in names):
            raise PresetError(f"{where} has damaged modulations: expected a source and a destination each")


def _check_sample(value: Any, where: str) -> None:
    if not isinstance(value, dict) or not {"length", "sample_rate", "samples"} <= value.keys():
        raise PresetError(f"{where} has a damaged sample: expected length, sample_rate and samples")
