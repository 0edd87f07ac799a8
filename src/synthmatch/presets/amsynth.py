"""amsynth's text: a bank of presets, and the single preset that it exports and keeps as its VST2 chunk.

A bank is ``amSynth``, then for each preset ``<preset> <name> NAME`` and lines ``<parameter> KEY VALUE`` with native
values, and ``EOF`` at the end. A single preset is ``amSynth1.0preset`` and one such block, with lines
``<property> KEY VALUE`` after it. Source: src/Preset.cpp and src/PresetController.cpp of amsynth 1.13. Which keys and
values are legal is the synthesizer's concern (`synthmatch.synths.amsynth.synth`); here they are text and numbers.

amsynth refuses a file by its first line only: it needs no ``EOF``, passes over lines that it does not know and takes
the last of two values. So do we, and say it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from synthmatch.errors import PresetError
from synthmatch.presets.foreign import kind_of
from synthmatch.reading import warn

BANK_HEADER = "amSynth"
PRESET_HEADER = "amSynth1.0preset"

#: amsynth reads a bank into an array of this many presets
BANK_PRESETS = 128

#: amsynth loses a preset without a name, and takes this one for an empty place in a bank
_NO_NAMES = ("", "unused")

#: what amsynth reads as a number, from the start of a text on; it takes any other text for 0
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?")
#: remarks in a warning
_SHOWN = 3
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class TextPreset:
    """One preset: name, native values by key as text, and properties (such as a tuning file) by key."""

    name: str
    values: dict[str, str]
    properties: dict[str, str] = field(default_factory=dict)


def parse(contents: bytes, where: str) -> list[TextPreset]:
    """Presets of a bank or a single-preset text. `where` names the file in messages.

    What is wrong and passed over is said in one warning. Raises `PresetError` for another kind of file and one without
    a preset.
    """
    lines = _text(contents.removeprefix(_BYTE_ORDER_MARK)).replace("\r\n", "\n").split("\n")
    header = lines[0].rstrip()
    if header not in (BANK_HEADER, PRESET_HEADER):
        kind = kind_of(contents)
        found = f"it is {kind}" if kind and "text" not in kind else f"its first line is {header[:20]!r}"
        raise PresetError(f"{where} is no amsynth file: {found}, expected {BANK_HEADER!r}")
    bank = header == BANK_HEADER
    remarks = ["a byte order mark is passed over"] if contents.startswith(_BYTE_ORDER_MARK) else []
    if bank and "EOF" in lines:
        lines = lines[: lines.index("EOF")]
    elif bank:
        remarks.append("the line EOF is missing, it may be cut short")
        if unended := lines.pop().rstrip("\0 "):
            remarks.append(f"the last line {unended[:40]!r} has no end and is passed over")
    elif lines[-1].rstrip("\0"):
        remarks.append(f"the last line {lines[-1][:40]!r} has no end, its number may be cut")
    presets: list[TextPreset] = []
    for number, line in enumerate(lines[1:], 2):
        if fault := _take(line.rstrip("\0"), presets):
            remarks.append(f"line {number} {fault}")
    if not presets:
        raise PresetError(f"{where} holds no preset: expected a line '<preset> <name> ...' after {header}")
    room = BANK_PRESETS if bank else 1
    if len(presets) > room:
        remarks.append(f"it holds {len(presets)} presets, of which amsynth reads {room}")
    if remarks:
        warn(f"{where}: {few(remarks)}")
    return presets[:room]


def few(remarks: Sequence[str]) -> str:
    """The first remarks as one line, and how many there are more."""
    more = f"; and {len(remarks) - _SHOWN} more" if len(remarks) > _SHOWN else ""
    return "; ".join(remarks[:_SHOWN]) + more


def _text(contents: bytes) -> str:
    """Text of a file: amsynth itself knows no encoding, and old systems had Latin-1."""
    try:
        return contents.decode("utf-8")
    except UnicodeDecodeError:
        return contents.decode("latin-1")


def _take(line: str, presets: list[TextPreset]) -> str:
    """Add what one line says to the presets read so far. Returns what is wrong with it, or nothing."""
    tag, _, rest = line.partition(" ")
    key, _, value = rest.partition(" ")
    if tag == "<preset>" and key == "<name>":
        presets.append(TextPreset(plain_name(value), {}))
    elif tag == "<property>" and presets:
        presets[-1].properties[key] = value
    elif tag == "<parameter>" and value and not presets:
        return f"sets {key} before the first preset, which is passed over"
    elif tag == "<parameter>" and value:
        # "unused" is what amsynth writes for a control that it gave up
        return "" if key == "unused" else _set(presets[-1].values, key, value.strip())
    elif line.strip():
        return f"is passed over: {line[:40]!r}"
    return ""


def _set(values: dict[str, str], key: str, value: str) -> str:
    """Set one value of a preset. Returns what is wrong with it, or nothing."""
    found = _NUMBER.match(value)
    again = key in values
    values[key] = found.group() if found else "0"
    if again:
        return f"sets {key} a second time, the last stands"
    return "" if values[key] == value else f"sets {key} to {value[:20]!r}, which amsynth takes for {values[key]}"


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
