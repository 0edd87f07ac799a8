"""Which files in a folder are results of earlier matches: those that a ``match.json`` names, or, of a run that
was interrupted, those named like ours.

Everything else there is the user's.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from synthmatch.errors import InputError
from synthmatch.parsing import parse_json
from synthmatch.reading import read_file
from synthmatch.synths.base import Synth
from synthmatch.synths.preset_files import file_stem, main_format
from synthmatch.synths.registry import get_synth, synth_names

MATCH = "match.json"
#: A candidate of a thousand parameters takes 50 kB.
_MOST_BYTES = 50_000_000


class Earlier:
    """Results of earlier matches under a folder; `synths` are those of the match that is to begin."""

    def __init__(self, folder: Path, synths: Sequence[Synth]) -> None:
        self._folder = folder
        #: (stem, suffix) of the preset files of each synthesizer
        self._kinds = {
            (file_stem(synth.id), main_format(synth).suffix) for synth in [*map(get_synth, synth_names()), *synths]
        }

    def results(self, folder: Path) -> set[str]:
        """Names of the results of one target in its folder.

        Where ``match.json`` lists them, only those: others of such names are the user's.
        """
        there = _files(folder)
        if MATCH in there:
            return {MATCH, *(name for _, name in _listed(folder) if name in there)}
        ends = (f"{re.escape(stem)}({re.escape(suffix)}|(-[A-G]#?-?\\d)?.wav|.png)" for stem, suffix in self._kinds)
        named = re.compile(f"[1-9]\\d*-({'|'.join(ends)})")
        return {name for name in there if named.fullmatch(name)}

    def banks(self, targets: Sequence[Path]) -> set[str]:
        """Names of the banks of several targets: a number or a target's name is all that may follow a synthesizer's."""
        folders = [path.parent for path in self._folder.glob(f"*/{MATCH}")]
        kinds = self._kinds | {kind for folder in folders for kind, _ in _listed(folder) if kind}
        ends = "|".join(re.escape(path.name) for path in [*folders, *targets])
        named = re.compile(
            "|".join(f"best-{re.escape(stem)}(-(\\d+|{ends}))?{re.escape(suffix)}" for stem, suffix in kinds)
        )
        return {name for name in _files(self._folder) if named.fullmatch(name)}


def _files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _listed(folder: Path) -> Iterator[tuple[tuple[str, str] | None, str]]:
    """Names in a folder's ``match.json``, those of presets with the (stem, suffix) of their kind; none where it is damaged."""
    try:
        rows = parse_json(read_file(folder / MATCH, _MOST_BYTES, "results of a match", InputError))["candidates"]
        for row in rows:
            for kind in ("preset", "wav", "picture"):
                name = Path(row[kind]).name
                stem = f"{row['rank']}-{file_stem(row['synth'])}"
                if name.startswith(stem):
                    yield ((stem.partition("-")[2], name.removeprefix(stem)) if kind == "preset" else None), name
            for note in row.get("notes", []):
                name = Path(note["wav"]).name
                if name.startswith(f"{row['rank']}-{file_stem(row['synth'])}-"):
                    yield None, name
    except (InputError, ValueError, KeyError, TypeError, AttributeError):
        return
