"""synthmatch: turn a sound into a preset for your synthesizer.

The public API is loaded on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthmatch.errors import SynthmatchError as SynthmatchError
    from synthmatch.library.library import Library as Library
    from synthmatch.matching import match as match
    from synthmatch.models.registry import load_estimator as load_estimator
    from synthmatch.note import Note as Note
    from synthmatch.params import ParamSpace as ParamSpace
    from synthmatch.params import Preset as Preset
    from synthmatch.render.pool import RenderPool as RenderPool
    from synthmatch.result import Match as Match
    from synthmatch.result import Matches as Matches
    from synthmatch.result import NoteMatch as NoteMatch
    from synthmatch.synths.preset_files import read_presets as read_presets
    from synthmatch.synths.preset_files import write_presets as write_presets
    from synthmatch.synths.registry import get_synth as get_synth
    from synthmatch.synths.registry import synth_names as synth_names
    from synthmatch.target import Target as Target
    from synthmatch.target import load_target as load_target
    from synthmatch.target import load_together as load_together
    from synthmatch.wavetables import Wavetable as Wavetable
    from synthmatch.wavetables import wavetable as wavetable

__version__ = "0.1.0"

_HOMES = {
    "Library": "synthmatch.library.library",
    "Match": "synthmatch.result",
    "Matches": "synthmatch.result",
    "Note": "synthmatch.note",
    "NoteMatch": "synthmatch.result",
    "ParamSpace": "synthmatch.params",
    "Preset": "synthmatch.params",
    "RenderPool": "synthmatch.render.pool",
    "SynthmatchError": "synthmatch.errors",
    "Target": "synthmatch.target",
    "Wavetable": "synthmatch.wavetables",
    "get_synth": "synthmatch.synths.registry",
    "load_estimator": "synthmatch.models.registry",
    "load_target": "synthmatch.target",
    "load_together": "synthmatch.target",
    "match": "synthmatch.matching",
    "read_presets": "synthmatch.synths.preset_files",
    "synth_names": "synthmatch.synths.registry",
    "wavetable": "synthmatch.wavetables",
    "write_presets": "synthmatch.synths.preset_files",
}

__all__ = [
    "Library",
    "Match",
    "Matches",
    "Note",
    "NoteMatch",
    "ParamSpace",
    "Preset",
    "RenderPool",
    "SynthmatchError",
    "Target",
    "Wavetable",
    "__version__",
    "get_synth",
    "load_estimator",
    "load_target",
    "load_together",
    "match",
    "read_presets",
    "synth_names",
    "wavetable",
    "write_presets",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'synthmatch' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
