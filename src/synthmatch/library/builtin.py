"""Libraries that are there without being named: those in the package, and the user's own in their data folder."""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from synthmatch.errors import InputError
from synthmatch.library.library import Library
from synthmatch.systems.folders import data_folder


@cache
def builtin_library(synth_id: str) -> Library | None:
    """The library in the package for a synthesizer, or None where there is none."""
    if not synth_id.isidentifier():
        return None  # a plug-in's path, URI or class
    with resources.as_file(resources.files("synthmatch") / "data" / "library" / f"{synth_id}.npz") as path:
        return Library.load(path) if path.is_file() else None


def user_folder() -> Path:
    """Folder of the user's libraries, in their data folder: on Linux ``~/.local/share/synthmatch/library``."""
    return data_folder() / "library"


def libraries_for(synth_id: str, extra_paths: Sequence[Path] = ()) -> list[Library]:
    """Every library of a synthesizer: the files named, the package's, and those in the user's folder.

    Files in the user's folder that are of another synthesizer are passed over. Raises `InputError` for a file that is
    named and is of another synthesizer, and for any that is damaged or of another parameter table.
    """
    named = [Library.load(path) for path in extra_paths]
    for library, path in zip(named, extra_paths, strict=True):
        if library.synth != synth_id:
            raise InputError(f"library {path} is for {library.synth}, expected one for {synth_id}; build another")
    builtin = builtin_library(synth_id)
    files = sorted(user_folder().glob("*.npz"))
    own = [Library.load(path) for path in files if Library.synth_of(path) == synth_id]
    return [*named, *([builtin] if builtin else []), *own]
