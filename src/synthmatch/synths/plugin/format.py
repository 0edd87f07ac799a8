"""The three formats of plug-ins: which one an id names, the preset file it has, and whose file that is."""

from pathlib import Path

from synthmatch.errors import PresetError
from synthmatch.presets.fxp import read_programs
from synthmatch.presets.vstpreset import read_vstpreset
from synthmatch.synths.base import FileFormat


def is_lv2(id: str) -> bool:
    """Whether an id is the URI of an LV2 plug-in; all others are paths."""
    return "://" in id or id.startswith("urn:")


def is_vst3(id: str) -> bool:
    """Whether an id is the path of a VST3 plug-in."""
    return not is_lv2(id) and Path(id).suffix.lower() == ".vst3"


def preset_format(id: str) -> FileFormat:
    """The preset file of the plug-in's format."""
    if is_lv2(id):
        return FileFormat(".ttl", "LV2 state in Turtle, as hosts save it")
    if is_vst3(id):
        return FileFormat(".vstpreset", "VST3 preset with the plug-in's own state")
    return FileFormat(".fxb", "VST2 bank with the plug-in's own state")


def owner(contents: bytes, id: str, where: str) -> str:
    """Whose preset file this is: the class-ID of a VST3, the four letters of a VST2 or, for an LV2, its URI.

    `id` tells the format to expect; `where` names the file in errors. Raises `PresetError` for another kind of file,
    and for the file of an LV2 other than `id`.
    """
    if is_lv2(id):
        if f"lv2:appliesTo <{id}>".encode() not in contents:
            raise PresetError(f"{where} is no preset of {id}: expected 'lv2:appliesTo <{id}>' in it")
        return id
    if is_vst3(id):
        return read_vstpreset(contents, where).class_id
    programs = read_programs(contents, where)
    if not programs:
        raise PresetError(f"{where} is a bank of no programs, expected at least one; export it again")
    return repr(programs[0].plugin_id)[2:-1]
