"""Preset files: which synthesizer a file is for, by its name and contents, reading it and writing it."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.errors import PresetError
from synthmatch.params import Preset
from synthmatch.presets import synthmatch_json as own
from synthmatch.presets.foreign import kind_of
from synthmatch.reading import file_size, read_file
from synthmatch.synths.base import FileFormat, Synth
from synthmatch.synths.registry import get_synth, synth_names, synth_of_file

#: Of a name that files are called by: file systems take 255 bytes, and two such names, a number and a suffix are joined.
_MOST_NAME_BYTES = 110

#: largest file that is looked at, a bank of Vital's
_MOST_BYTES = 1 << 28

#: Names that Windows keeps for devices, whatever follows a point (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE)


def read_presets(path: str | Path, synth: Synth | None = None) -> list[Preset]:
    """Presets of a native file or of synthmatch's own JSON, in the file's order.

    `synth` is needed where neither name nor contents tell (a plug-in's ``.fxp``). Raises `PresetError` for a file that is
    missing, damaged, or of no known kind.
    """
    path = Path(path)
    if file_size(path, "a preset file", PresetError) == 0:
        raise PresetError(f"{path} is empty (0 bytes), expected a preset file; save it again from its program")
    if path.suffix.lower() == own.SUFFIX:
        return parse_own(read_file(path, own.MOST_BYTES, "a preset file", PresetError), path)
    presets = (synth or synth_of(path)).read(path)
    if not presets:
        raise PresetError(f"{path} holds no preset, expected at least one; save it again from its program")
    return presets


def parse_own(contents: bytes, where: object) -> list[Preset]:
    """Presets of synthmatch's own JSON, of synthesizers that a file may name (`synth_of_file`).

    `where` names the file in messages. Raises `PresetError` for a damaged one, `InputError` for another synthesizer.
    """
    presets = []
    try:
        for row in own.rows(contents):
            synth = synth_of_file(row["synth"], where)
            presets.append(own.parse(row, synth.space))
            synth.check_extra(presets[-1].extra)
    except PresetError as error:
        raise PresetError(f"{where}: {error}") from None
    return presets


def write_presets(path: Path, presets: Sequence[Preset], *, force: bool = False) -> None:
    """Write presets of one synthesizer in the format that the file's name asks for, whole or not at all."""
    synth = get_synth(presets[0].synth)
    suffix = own.SUFFIX if path.suffix.lower() == own.SUFFIX else suffix_of(path, synth)
    write_whole(path, dump_presets(presets, suffix), force=force)


def dump_presets(presets: Sequence[Preset], suffix: str) -> bytes:
    """A file of presets of one synthesizer: one of its formats, or our own JSON."""
    synth = get_synth(presets[0].synth)
    if suffix == own.SUFFIX:
        return own.dump(presets, synth.space, synth.version())
    return synth.dump(presets, suffix)


def main_format(synth: Synth) -> FileFormat:
    """The file that presets of a synthesizer are written to: our own where it has none."""
    return synth.formats[0] if synth.formats else FileFormat(own.SUFFIX, "synthmatch's own JSON", capacity=0)


def banks(stem: str, presets: Sequence[Preset]) -> dict[str, bytes]:
    """Presets of one synthesizer in its first format, in as many files as that needs: their names and contents.

    One file is called `stem` and the format's suffix; of several, each has a number, or the name of its only preset.
    """
    form = main_format(get_synth(presets[0].synth))
    size = form.capacity or len(presets)
    names = distinct([safe_name(preset.name) for preset in presets])
    files = {}
    for start in range(0, len(presets), size):
        part = presets[start : start + size]
        ending = ""
        if len(presets) > size:
            ending = f"-{names[start]}" if size == 1 else f"-{start // size + 1}"
        files[f"{stem}{ending}{form.suffix}"] = dump_presets(part, form.suffix)
    return files


def safe_name(text: str) -> str:
    """A name that is safe as a file name everywhere, and short enough to have numbers and suffixes added.

    On Windows some names are devices, suffix or not.
    """
    short = re.sub(r"[^\w.+-]+", "_", text).encode()[:_MOST_NAME_BYTES]
    name = short.decode("utf-8", "ignore").strip("._") or "target"
    return _DEVICE.sub(r"\1_\2", name) if _DEVICE.fullmatch(name) else name


def file_stem(synth_id: str) -> str:
    """How the files of a synthesizer are called: its id, or the name of a plug-in's file."""
    return safe_name(Path(synth_id).stem)


def distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered where two are one file to a system that knows no case or composes accents."""
    taken: set[str] = set()
    told = []
    for name in names:
        free, number = name, 1
        while (key := unicodedata.normalize("NFC", free).casefold()) in taken:
            number += 1
            free = f"{name}-{number}"
        taken.add(key)
        told.append(free)
    return told


def suffix_of(path: Path, synth: Synth) -> str:
    """The suffix of a synthesizer's formats that a file name ends in. Raises `PresetError` where there is none."""
    suffixes = sorted((f.suffix for f in synth.formats), key=len, reverse=True)
    for suffix in suffixes:
        if path.name.lower().endswith(suffix.lower()):
            return suffix
    raise PresetError(f"{path.name} names no format of {synth.title}, expected {', '.join(suffixes)} or {own.SUFFIX}")


def synth_of(path: Path) -> Synth:
    """The registered synthesizer that a preset file is for: by its name, and by its contents where they say otherwise.

    Raises `PresetError` where it is of none, and for a file that cannot be read.
    """
    contents = read_file(path, _MOST_BYTES, "a preset file", PresetError)
    known = [get_synth(name) for name in synth_names()]
    named = next((synth for synth in known if path.name.lower().endswith(synth.suffixes)), None)
    if named and named.recognises(contents):
        return named
    found = next((synth for synth in known if synth.recognises(contents)), named)
    if found is None:
        suffixes = [suffix for synth in known for suffix in synth.suffixes]
        found_kind = f" but {kind}" if (kind := kind_of(contents)) else ""
        raise PresetError(
            f"{path} is no known preset file{found_kind}, expected {', '.join(suffixes)} or {own.SUFFIX};"
            " else give --synth"
        )
    return found
