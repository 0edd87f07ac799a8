"""Where presets for a library come from: files and folders, children of presets, generators.

Children and generated presets are rows of an endless table: row i is a pure function of (seed, i), so the first N are
the same whatever N is.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.errors import InputError, PresetError
from synthmatch.library.children import child
from synthmatch.params import Preset
from synthmatch.presets import synthmatch_json as own
from synthmatch.reading import warn
from synthmatch.synths.base import Synth
from synthmatch.synths.preset_files import read_presets as read_file_presets

#: Debian's folders of presets made by people.
BANKS = {"dexed": Path("/usr/share/hexter"), "amsynth": Path("/usr/share/amsynth/banks")}
#: Synthesizers with a generator of presets, and its module.
_GENERATORS = {"vital": "synthmatch.library.generators.vital"}
#: Lines shown of a folder's files that could not be read.
_SHOWN = 10
#: Second word of a row's seed, so that children and generated presets of one seed share no random numbers.
_CHILDREN, _GENERATED = 0, 1


class ReadPresets(NamedTuple):
    """Presets of files, and one line for each file that could not be read."""

    presets: list[Preset]
    unreadable: list[str]


def read_presets(synth: Synth, paths: Sequence[Path]) -> ReadPresets:
    """Presets of native files, and of those in folders and their subfolders, in the order of their names.

    A file that cannot be read is fatal only where it is itself in `paths`: then `PresetError`. Raises `InputError` for
    a path that does not exist, and where a folder holds no file of the synthesizer or none that can be read: the reasons
    of the first few are warnings.
    """
    presets: list[Preset] = []
    unreadable: list[str] = []
    for path in paths:
        if path.is_file():
            presets += _read(synth, path)
            continue
        if not path.is_dir():
            raise InputError(f"{path} does not exist; give preset files or folders of them")
        suffixes = (*synth.suffixes, own.SUFFIX)
        files = sorted(f for f in path.rglob("*") if f.name.lower().endswith(suffixes) and f.is_file())
        if not files:
            raise InputError(f"{path} holds no preset of {synth.title}, expected {', '.join(suffixes)} files")
        found, refused = len(presets), len(unreadable)
        for file in files:
            try:
                presets += _read(synth, file)
            except PresetError as error:
                unreadable.append(str(error))
        if len(presets) == found:
            for line in few(unreadable[refused:]):
                warn(line)
            raise InputError(f"{path}: none of its {len(files)} files is a preset of {synth.title} that can be read")
    return ReadPresets(presets, unreadable)


def few(lines: Sequence[str]) -> list[str]:
    """The first of many lines, and how many there are more."""
    return [*lines[:_SHOWN], *([f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else [])]


def _read(synth: Synth, file: Path) -> list[Preset]:
    if not file.name.lower().endswith(own.SUFFIX):
        return synth.read(file)
    presets = read_file_presets(file)
    if other := {preset.synth for preset in presets} - {synth.id}:
        raise PresetError(f"{file} holds presets of {', '.join(sorted(other))}, expected {synth.id}; use --synth")
    return presets


def children_of(synth: Synth, parents: Sequence[Preset], seed: int) -> Iterator[Preset]:
    """Endless crossings and mutations of `parents`. Raises `InputError` where there are none."""
    if not parents:
        raise InputError("children need parents: give preset files or folders, or generated presets")
    return (child(synth.space, parents, np.random.default_rng([seed, _CHILDREN, row])) for row in count())


def generated(synth: Synth, seed: int) -> Iterator[Preset]:
    """Endless presets of the synthesizer's own generator. Raises `InputError` where it has none."""
    generate = generator_of(synth)
    if generate is None:
        raise InputError(
            f"{synth.id} has no generator of presets, only {', '.join(_GENERATORS)}; use children of presets"
        )
    return (generate(np.random.default_rng([seed, _GENERATED, row])) for row in count())


def generator_of(synth: Synth) -> Callable[[np.random.Generator], Preset] | None:
    """The synthesizer's generator, whose presets depend on the state of its argument alone, or None."""
    if synth.id not in _GENERATORS:
        return None
    generate: Callable[[np.random.Generator], Preset] = import_module(_GENERATORS[synth.id]).generate
    return generate


def random_presets(synth: Synth, rng: np.random.Generator, count: int) -> list[Preset]:
    """Presets around the synthesizer's default, from slightly changed to uniformly random."""
    space = synth.space
    start = space.to_unit(space.default)
    presets = [synth.preset(space.default, "default")]
    while len(presets) < count:
        changed = rng.random(len(space)) < len(presets) / count
        presets.append(synth.preset(space.to_native(np.where(changed, rng.random(len(space)), start))))
    return presets
