"""Presets made by people that rows are taken from: files and folders that are named, or Debian's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from synthmatch.errors import InputError
from synthmatch.library.sources import BANKS, ReadPresets, generator_of, read_presets
from synthmatch.presets import synthmatch_json as own
from synthmatch.synths.base import Synth


def read_banks(
    synths: Sequence[Synth], paths: Sequence[Path], *, allow_random: bool = False
) -> Mapping[str, ReadPresets]:
    """The bank of each synthesizer, by its id: its files among `paths` and in the folders of them.

    A synthesizer without a file there has Debian's bank where that is installed, else none: then its generator makes the
    presets or, with `allow_random`, they are bred from random ones. Raises `InputError` for a path that does not exist or
    holds no preset of any of the synthesizers, and for a synthesizer that has nothing to breed from but random presets,
    `PresetError` for a file that cannot be read.
    """
    banks = {}
    unused = set(paths)
    for synth in synths:
        named = [path for path in paths if _holds(path, synth)]
        unused -= set(named)
        debian = [BANKS[synth.id]] if synth.id in BANKS and _holds(BANKS[synth.id], synth) else []
        if not (named or debian or allow_random or generator_of(synth)):
            missing = f"; {BANKS[synth.id]} is not installed" if synth.id in BANKS else ""
            raise InputError(
                f"{synth.id} has no presets by people to breed from{missing}: give some with --bank, or --allow-random"
            )
        banks[synth.id] = read_presets(synth, named or debian)
    for path in sorted(unused):
        if not path.exists():
            raise InputError(f"--bank {path} does not exist; give preset files or folders of them")
        raise InputError(f"--bank {path} holds no preset of {', '.join(synth.id for synth in synths)}")
    return banks


def _holds(path: Path, synth: Synth) -> bool:
    """Whether a path is a preset file of the synthesizer by its name, or a folder with one."""
    files = path.rglob("*") if path.is_dir() else [path] if path.is_file() else []
    return any(file.name.lower().endswith((*synth.suffixes, own.SUFFIX)) and file.is_file() for file in files)
