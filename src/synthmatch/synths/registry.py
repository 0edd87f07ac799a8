"""The synthesizers that synthmatch knows, by name. A new one is one file and one line here."""

from collections.abc import Callable
from functools import cache
from importlib import import_module

from synthmatch.errors import InputError
from synthmatch.synths.base import Synth

#: name -> module and class; imported on first use so that listing names loads nothing
_SYNTHS = {
    "vital": ("synthmatch.synths.vital", "Vital"),
    "dexed": ("synthmatch.synths.dexed", "Dexed"),
    "amsynth": ("synthmatch.synths.amsynth", "Amsynth"),
}


def synth_names() -> tuple[str, ...]:
    """Names of the registered synthesizers."""
    return tuple(_SYNTHS)


@cache
def get_synth(id: str) -> Synth:
    """The synthesizer of a name, or a plug-in by its path (VST2, VST3) or LV2 URI.

    Raises `InputError` for a name that is none of these.
    """
    if id in _SYNTHS:
        module, name = _SYNTHS[id]
        make: Callable[[], Synth] = getattr(import_module(module), name)
        return make()
    if "/" in id or "\\" in id or "://" in id:
        from synthmatch.synths.plugin import Plugin  # noqa: PLC0415 - only a plug-in needs the host

        return Plugin(id)
    raise InputError(
        f"synth is {id!r}, expected one of {', '.join(_SYNTHS)}, or the path of a VST2/VST3 file or an LV2 URI"
    )
