"""amsynth's text: a bank of presets, and the single preset that it exports and keeps as its VST2 chunk.

A bank is ``amSynth``, then for each preset ``<preset> <name> NAME`` and lines ``<parameter> KEY VALUE`` with native
values, and ``EOF`` at the end. A single preset is ``amSynth1.0preset`` and one such block, with lines
``<property> KEY VALUE`` after it. Source: src/Preset.cpp and src/PresetController.cpp of amsynth 1.13. Which keys and
values are legal is the synthesizer's concern (`synthmatch.synths.amsynth`); here they are text and numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from synthmatch.errors import PresetError

BANK_HEADER = "amSynth"
PRESET_HEADER = "amSynth1.0preset"

#: amsynth reads a bank into an array of this many presets
BANK_PRESETS = 128

#: amsynth loses a preset without a name, and takes this one for an empty place in a bank
_NO_NAMES = ("", "unused")


@dataclass(frozen=True, slots=True)
class TextPreset:
    """One preset: name, native values by key as text, and properties (such as a tuning file) by key."""

    name: str
    values: dict[str, str]
    properties: dict[str, str] = field(default_factory=dict)


def parse(contents: bytes, where: str) -> list[TextPreset]:
    """Presets of a bank or a single-preset text. `where` names the file in errors.

    Raises `PresetError` for another kind of file, one cut in the middle, or a line that is none of amsynth's.
    """
    lines = contents.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    header = lines[0]
    if header not in (BANK_HEADER, PRESET_HEADER):
        raise PresetError(f"{where} is no amsynth file: its first line is {header[:20]!r}, expected {BANK_HEADER!r}")
    bank = header == BANK_HEADER
    if bank:
        if "EOF" not in lines:
            raise PresetError(f"{where} is cut short: an amsynth bank ends with a line EOF; save it again in amsynth")
        lines = lines[: lines.index("EOF")]
    elif not contents.rstrip(b"\0").endswith(b"\n"):
        raise PresetError(f"{where} is cut short: its last line has no end; export the preset again")
    presets: list[TextPreset] = []
    for number, line in enumerate(lines[1:], 2):
        _take(line.rstrip("\0"), presets, f"{where}, line {number}")
    if not presets:
        raise PresetError(f"{where} holds no preset: expected a line '<preset> <name> ...' after {header}")
    if len(presets) > (BANK_PRESETS if bank else 1):
        raise PresetError(f"{where} holds {len(presets)} presets, expected at most {BANK_PRESETS if bank else 1}")
    return presets


def _take(line: str, presets: list[TextPreset], where: str) -> None:
    """Add what one line says to the presets read so far."""
    tag, _, rest = line.partition(" ")
    key, _, value = rest.partition(" ")
    if tag == "<preset>" and key == "<name>":
        presets.append(TextPreset(plain_name(value), {}))
    elif tag == "<property>" and presets:
        presets[-1].properties[key] = value
    elif tag == "<parameter>" and presets and value:
        if key in presets[-1].values:
            raise PresetError(f"{where} sets {key} a second time in one preset; expected each key once")
        if key != "unused":  # what amsynth writes for a control that it gave up
            presets[-1].values[key] = _number(value.strip(), key, where)
    elif line.strip():
        raise PresetError(f"{where} is {line[:40]!r}, expected '<parameter> KEY VALUE' or '<preset> <name> NAME'")


def _number(text: str, key: str, where: str) -> str:
    try:
        if math.isfinite(float(text)):
            return text
    except ValueError:
        pass
    raise PresetError(f"{where} sets {key} to {text[:20]!r}, expected a number")


def bank_text(presets: Sequence[TextPreset]) -> bytes:
    """A bank file with these presets, at most `BANK_PRESETS`; a bank has no properties."""
    if not 1 <= len(presets) <= BANK_PRESETS:
        raise PresetError(f"got {len(presets)} presets, an amsynth bank holds 1 to {BANK_PRESETS}; write several banks")
    return "\n".join([BANK_HEADER, *(_block(p) for p in presets), "EOF", ""]).encode()


def preset_text(preset: TextPreset) -> bytes:
    """The single preset that amsynth imports, which is also its VST2 chunk."""
    properties = [" ".join(f"<property> {key} {value}".split()) for key, value in preset.properties.items()]
    return "\n".join([PRESET_HEADER, _block(preset), *properties, ""]).encode()


def _block(preset: TextPreset) -> str:
    parameters = [f"<parameter> {key} {value}" for key, value in preset.values.items()]
    return "\n".join([f"<preset> <name> {plain_name(preset.name)}", *parameters])


def plain_name(name: str) -> str:
    """The name as amsynth can read it back: one line, single spaces, no tag, not empty."""
    name = "".join(letter if letter.isprintable() else " " for letter in name)
    name = " ".join(name.replace("<parameter>", "parameter").split())
    return "Untitled" if name in _NO_NAMES else name
