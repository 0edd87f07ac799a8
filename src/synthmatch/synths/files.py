"""Preset files by their name: which synthesizer a file is for, reading it and writing it."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from synthmatch.errors import PresetError
from synthmatch.files import write_whole
from synthmatch.params import Preset
from synthmatch.presets import own
from synthmatch.synths.base import FileFormat, Synth
from synthmatch.synths.registry import get_synth, synth_names

#: Names that Windows keeps for devices, whatever follows a point (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE)


def read_presets(path: Path, synth: Synth | None = None) -> list[Preset]:
    """Presets of a native file or of synthmatch's own JSON, in the file's order.

    `synth` is needed where the name does not tell (a plug-in's ``.fxp``). Raises `PresetError` for a file that is
    missing, damaged, or of no known kind.
    """
    if path.is_dir():
        raise PresetError(f"{path} is a folder, expected a preset file; name one of its files")
    if not path.exists():
        raise PresetError(f"{path} does not exist, expected a preset file; check the name")
    if path.suffix.lower() == own.SUFFIX:
        try:
            return [own.parse(row, get_synth(row["synth"]).space) for row in own.rows(path.read_bytes())]
        except PresetError as error:
            raise PresetError(f"{path}: {error}") from None
    presets = (synth or synth_of(path)).read(path)
    if not presets:
        raise PresetError(f"{path} holds no preset, expected at least one; save it again from its program")
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


def write_banks(stem: Path, presets: Sequence[Preset], *, force: bool = False) -> list[Path]:
    """Write presets of one synthesizer in its first format, in as many files as that needs; gives their paths.

    One file is called `stem` and the format's suffix; of several, each has a number, or the name of its only preset.
    """
    form = main_format(get_synth(presets[0].synth))
    size = form.capacity or len(presets)
    names = distinct([safe_name(preset.name) for preset in presets])
    paths = []
    for start in range(0, len(presets), size):
        part = presets[start : start + size]
        ending = ""
        if len(presets) > size:
            ending = f"-{names[start]}" if size == 1 else f"-{start // size + 1}"
        paths.append(stem.with_name(f"{stem.name}{ending}{form.suffix}"))
        write_presets(paths[-1], part, force=force)
    return paths


def safe_name(text: str) -> str:
    """A name that is safe as a file name everywhere, also on Windows, where some names are devices, suffix or not."""
    name = re.sub(r"[^\w.+-]+", "_", text).strip("._") or "target"
    return _DEVICE.sub(r"\1_\2", name) if _DEVICE.fullmatch(name) else name


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
    """The registered synthesizer whose native files have this suffix. Raises `PresetError` where there is none."""
    known = []
    for name in synth_names():
        synth = get_synth(name)
        suffixes = [f.suffix for f in synth.formats]
        if any(path.name.lower().endswith(suffix.lower()) for suffix in suffixes):
            return synth
        known += suffixes
    raise PresetError(f"{path} is no known preset file, expected {', '.join(known)} or {own.SUFFIX}; else give --synth")
