"""The synthesizers that synthmatch knows, by name. A new adapter is one file, one table and one line here;
docs/adding-a-synthesizer.md has the eight steps to all that Dexed has.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from synthmatch.errors import InputError
from synthmatch.named_class import named_class
from synthmatch.synths.base import Synth
from synthmatch.text import utf8

#: name -> module and class; imported on first use so that listing names loads nothing
_SYNTHS = {
    "vital": ("synthmatch.synths.vital.synth", "Vital"),
    "dexed": ("synthmatch.synths.dexed.synth", "Dexed"),
    "amsynth": ("synthmatch.synths.amsynth.synth", "Amsynth"),
}

#: Synthesizers of other people's data, of which only the parameters are known. No list has them, for they render nothing.
_TABLES = {
    "serum": ("synthmatch.synths.table_only", "Serum"),
    "diva": ("synthmatch.synths.table_only", "Diva"),
    "tyrelln6": ("synthmatch.synths.table_only", "TyrellN6"),
}

#: a class by its module, which no path and no URI looks like
_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

#: How plug-in files are called: a name without a folder is one in the current folder.
_PLUGIN_SUFFIXES = (".so", ".vst3", ".dll", ".vst", ".dylib")

#: ids that the user or the program has asked for in this process
_given: set[str] = set()


def synth_names() -> tuple[str, ...]:
    """Names of the registered synthesizers."""
    return tuple(_SYNTHS)


def get_synth(id: str) -> Synth:
    """The synthesizer of a name, a plug-in by its path (VST2, VST3) or LV2 URI, or a `Synth` as ``module:Class``.

    The last is for other packages; the class's `id` is this text, so that render workers find it too. An id that a file
    names goes to `synth_of_file`: a plug-in is loaded, and a module imported, only where the user asks for it. Raises
    `InputError` for an id that is none of these.
    """
    synth = _made(id)
    _given.add(id)
    return synth


def synth_of_file(id: Any, where: object) -> Synth:
    """The synthesizer that a file names, and nothing is loaded for it: a registered one, or one that is already in use.

    It is in use where `get_synth` was called with the same id in this process, as for ``--synth``. `where` names the
    file in messages. Raises `InputError`.
    """
    if isinstance(id, str) and (id in _SYNTHS or id in _TABLES or id in _given):
        return get_synth(id)
    shown = str(id)[:160]
    raise InputError(f"{where} is for the synthesizer {shown}, which a file alone may not load; give --synth {shown}")


@cache
def _made(id: str) -> Synth:
    if utf8(id) != id:
        raise InputError(f"synth is {id!r}, whose path is not UTF-8, as files that name it are; rename its folder")
    if known := _SYNTHS.get(id) or _TABLES.get(id):
        module, name = known
        make: Callable[[], Synth] = getattr(import_module(module), name)
        return make()
    if "/" in id or "\\" in id or id.lower().endswith(_PLUGIN_SUFFIXES):
        from synthmatch.synths.plugin.synth import Plugin  # noqa: PLC0415 - only a plug-in needs the host

        return Plugin(id)
    if _CLASS.fullmatch(id):
        return _own_class(id)
    raise InputError(
        f"synth is {id!r}, expected one of {', '.join(_SYNTHS)}, or the path of a VST2/VST3 file or an LV2 URI"
    )


def _own_class(id: str) -> Synth:
    try:
        found = named_class(id)
    except (ImportError, AttributeError) as error:
        raise InputError(f"synth is {id!r}, expected module:Class that can be imported; {error}") from None
    if not (isinstance(found, type) and issubclass(found, Synth) and getattr(found, "id", "") == id):
        raise InputError(f"synth is {id!r}, expected module:Class of a Synth whose id is this text")
    return found()
