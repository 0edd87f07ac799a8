"""What an instrument in SFZ says of its recordings: which file has which note. Source: sfzformat.com (opcodes of SFZ 1 and 2).

A region has the opcodes of its group, master and global header where it gives none of its own. Keys are MIDI numbers or names, c4
is 60, moved by what a control header says. Files that it includes are read in their places.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from synthmatch.errors import InputError
from synthmatch.note import parse_pitch
from synthmatch.reading import read_file, warn

_MOST_BYTES = 4_000_000
#: Headers, each inside the one before.
_NESTED = ("global", "master", "group", "region")
#: The velocity whose recordings are taken where an instrument has layers.
_VELOCITY = 100
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_DEFINE = re.compile(r"^#define[ \t]+(\$\w{1,63})[ \t]+(\S{1,100})(?!\S)", re.MULTILINE)
_INCLUDE = re.compile(r'^[ \t]{0,99}#include[ \t]{1,99}"([^"\n]{1,1000})"', re.MULTILINE)
#: Files that an instrument may include; no instrument that we know has a hundred.
_MOST_FILES = 1000
_DEFINED = re.compile(r"\$\w{1,63}")
#: Spaces that no name has; patterns would try each of them with each.
_WIDE = re.compile(r"\s{100,}")
#: A header, or an opcode whose value goes on to the next of either, or to the line's end: file names have spaces.
_TOKENS = re.compile(r"<(\w+)>|(?<![\w$])([\w$]+)=([^\n<]*?)(?=\s+[\w$]+=|\s*<|\s*$)", re.MULTILINE)


def read_sfz(path: Path) -> list[tuple[Path, int | None]]:
    """Recordings and their notes, None where the file leaves the note to the recording; one of a note, in the file's order.

    Raises `InputError` for a file that cannot be read, that names no recording, or one that is not there.
    """
    text = _with_included(path)
    found: dict[int | Path, tuple[Path, int | None]] = {}
    for region in _regions(text):
        named = region.get("sample", "")
        if not named or named.startswith("*") or not _sounds(region):
            continue
        recording = path.parent / (region.get("default_path", "") + named).replace("\\", "/")
        pitch = _pitch(region, path)
        found.setdefault(recording if pitch is None else pitch, (recording, pitch))
    if not found:
        raise InputError(f"{path} names no recording, expected regions with sample=; give the recordings themselves")
    for recording, _ in found.values():
        if not _there(recording):
            raise InputError(
                f"{path} names {recording}, which does not exist; put the recordings where it expects them"
            )
    return list(found.values())


def _with_included(path: Path) -> str:
    """The text without comments, and with the texts of files that it includes; those are named from the instrument's own folder.

    A file that cannot be read is a warning, for it may have no recording. Raises `InputError` where the texts have too many bytes.
    """
    left = [_MOST_FILES, _MOST_BYTES]

    def read(file: Path, inside: tuple[Path, ...]) -> str:
        text = _COMMENTS.sub(" ", read_file(file, _MOST_BYTES, "an SFZ instrument").decode("utf-8", "replace"))
        left[0] -= 1
        left[1] -= len(text)
        if min(left) < 0:
            raise InputError(
                f"{path} includes more than {_MOST_FILES} files or {_MOST_BYTES / 1e6:g} MB; give the recordings"
            )

        def included(found: re.Match[str]) -> str:
            other = path.parent / found[1].replace("\\", "/")
            if other in inside:
                warn(f"{file} includes {other}, in which it is itself; it is left out")
            elif not _there(other):
                warn(f"{file} includes {other}, which does not exist; its recordings are left out")
            else:
                return read(other, (*inside, other))
            return ""

        return _INCLUDE.sub(included, text)

    return read(path, (path,))


def _regions(text: str) -> Iterator[Mapping[str, str]]:
    """The opcodes of each region, with those that it inherits."""
    text = _expanded("\n".join(_WIDE.sub(" ", line.strip()) for line in text.splitlines() if line.strip()))
    levels: dict[str, dict[str, str]] = {}
    control: dict[str, str] = {}
    here: dict[str, str] = {}
    for header, opcode, value in _TOKENS.findall(text):
        if not header:
            here[opcode.lower()] = value.strip()
            continue
        if "region" in levels:
            yield _inherited(control, levels)
        here = {}
        if header == "control":
            control = here
            levels.pop("region", None)
        elif header in _NESTED:
            for inner in _NESTED[_NESTED.index(header) :]:
                levels.pop(inner, None)
            levels[header] = here
        else:
            levels.pop("region", None)
    if "region" in levels:
        yield _inherited(control, levels)


def _expanded(text: str) -> str:
    """With the values of what is defined above them: the longest name that fits, as $KEY2 is not $KEY."""
    values: dict[str, str] = {}

    def value(found: re.Match[str]) -> str:
        word = found[0]
        ends = (end for end in range(len(word), 1, -1) if word[:end] in values)
        return next((values[word[:end]] + word[end:] for end in ends), word)

    first, *rest = _DEFINE.split(text)
    pieces = [first]
    for name, said, piece in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        values[name] = said
        pieces.append(_DEFINED.sub(value, piece))
    return "".join(pieces)


def _there(recording: Path) -> bool:
    try:
        return recording.is_file()
    except OSError:  # a name that is too long
        return False


def _inherited(control: Mapping[str, str], levels: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    opcodes = dict(control)
    for header in _NESTED:
        # a key that is given nearer says more than a range that is inherited
        own = levels.get(header, {})
        if "key" in own:
            opcodes.pop("pitch_keycenter", None)
        opcodes |= own
    return opcodes


def _sounds(region: Mapping[str, str]) -> bool:
    """Whether a region is what a key of `_VELOCITY` plays first, and not a release."""
    try:
        low, high = int(region.get("lovel", 0)), int(region.get("hivel", 127))
        first = int(region.get("seq_position", 1)) == 1 and float(region.get("lorand", 0)) == 0
    except ValueError:
        return True
    # with a key of -1 no key plays it, but a pedal
    keyed = "-1" not in (region.get("key"), region.get("hikey"))
    return keyed and low <= _VELOCITY <= high and first and region.get("trigger", "attack") in ("attack", "first")


def _pitch(region: Mapping[str, str], path: Path) -> int | None:
    """The note of a region's recording: where it plays as it is, else its key, else the middle of its keys."""
    moved = _whole(region, "note_offset", path) + 12 * _whole(region, "octave_offset", path)
    for opcode in ("pitch_keycenter", "key"):
        if region.get(opcode, "sample") != "sample":
            return _on_keyboard(_key(region[opcode], opcode, path) + moved, path)
    if {"lokey", "hikey"} <= region.keys():
        middle = (_key(region["lokey"], "lokey", path) + _key(region["hikey"], "hikey", path)) // 2
        return _on_keyboard(middle + moved, path)
    return None


def _whole(region: Mapping[str, str], opcode: str, path: Path) -> int:
    """By how much a control header moves keys; 0 where it says nothing."""
    text = region.get(opcode, "0")
    if not re.fullmatch(r"[+-]?\d{1,3}", text):
        raise InputError(f"{path} has {opcode}={text[:40]}, expected a whole number")
    return int(text)


def _on_keyboard(key: int, path: Path) -> int:
    if not 0 <= key <= 127:
        raise InputError(f"{path} has a recording at key {key} after its offsets, expected 0..127")
    return key


def _key(text: str, opcode: str, path: Path) -> int:
    try:
        return parse_pitch(text)
    except InputError:
        raise InputError(f"{path} has {opcode}={text}, expected a MIDI number 0..127 or a name such as c4") from None
