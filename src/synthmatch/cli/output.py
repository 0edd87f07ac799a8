"""What ``synthmatch match`` leaves in its folder, and how nothing there is overwritten unasked.

::

    DIR/<target>/1-dexed.syx  1-dexed.wav  1-dexed.png  2-vital.vital  ...  match.json
                 1-dexed-C3.wav  1-dexed-C4.wav  ...                        (several notes together)
    DIR/best-dexed.syx  DIR/best-amsynth.bank  DIR/best-vital-<target>.vital      (several targets)
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from synthmatch.audio import wav_bytes
from synthmatch.cli.earlier import MATCH, Earlier
from synthmatch.cli.printing import json_text
from synthmatch.errors import OutputError
from synthmatch.exchange import exchange_files, mend_folder
from synthmatch.result import Match, Matches, NoteMatch
from synthmatch.synths.base import Synth
from synthmatch.synths.preset_files import banks, distinct, dump_presets, file_stem, main_format, safe_name
from synthmatch.synths.registry import get_synth

#: As long as a file's name in a target's folder gets, and that of the temporary file before it.
_LONGEST = "x" * 200


class Writer:
    """Writes the matches of a run under one folder, which the program has claimed.

    `targets` are their names in order. Raises `OutputError` before any search for what could not be written after it:
    results that exist, be it of a run that was interrupted, and a file in the place of a folder.
    """

    def __init__(self, folder: Path, targets: Sequence[str], synths: Sequence[Synth], *, force: bool) -> None:
        self._folder = folder
        self._force = force
        self._several = len(targets) > 1
        self._best: list[tuple[str, Match]] = []
        #: a folder a target; those of one name have a number
        self._folders = iter(_folders(folder, targets))
        self._earlier = Earlier(folder, synths)
        kept = "and is kept; use --force to replace them, or another -o"
        folders = _folders(folder, targets)
        for own in folders:
            _check_length(own)
            if own.exists() and not own.is_dir():
                raise OutputError(f"{own} is a file, expected a folder or nothing there; use another -o")
            mend_folder(own)
            if not force and (files := self._earlier.results(own)):
                what = "results" if MATCH in files else f"{min(files)} and perhaps others of a run that was interrupted"
                raise OutputError(f"{own} has {what} {kept}")
        mend_folder(folder)
        if self._several and not force and (files := self._earlier.banks(folders)):
            raise OutputError(f"{folder} has {min(files)} and perhaps others of an earlier run {kept}")
        self._stale_banks = self._earlier.banks(folders) if any(map(self._earlier.results, folders)) else set()

    def write(self, found: Matches) -> dict[str, Any]:
        """Write the candidates of one target, all or none; gives what ``--json`` prints of it."""
        folder, target = next(self._folders), found.target
        files = [_files(rank, candidate) for rank, candidate in enumerate(found, 1)]
        result = {
            "target": target.name,
            "folder": str(folder),
            "note": {
                "pitch": target.note.pitch,
                "name": target.note.name,
                "velocity": target.note.velocity,
                "hold_seconds": target.note.hold_seconds,
                "render_seconds": target.note.render_seconds,
                "pitch_confidence": target.pitch_confidence,
            },
            "remarks": list(target.remarks),
            "renders": found.renders,
            "complete": found.complete,
            "out_of_reach": list(found.out_of_reach),
            "failed": dict(found.failed),
            "candidates": [
                {
                    "rank": rank,
                    "synth": candidate.synth,
                    "name": candidate.preset.name,
                    "origin": candidate.origin,
                    "closeness": candidate.closeness,
                    "word": candidate.word,
                    "distance": candidate.distance,
                    "level_error_db": candidate.level_error_db,
                    "scores": candidate.scores,
                    "floor": candidate.floor,
                    "in_domain_percentile": candidate.in_domain_percentile,
                    **{kind: str(folder / name) for kind, name in files[rank - 1].items()},
                    **_notes(folder, rank, candidate),
                    "parameters": candidate.parameters(),
                }
                for rank, candidate in enumerate(found, 1)
            ],
        }

        def contents() -> Iterator[tuple[str, bytes]]:
            for rank, (candidate, names) in enumerate(zip(found, files, strict=True)):
                suffix = main_format(get_synth(candidate.synth)).suffix
                yield names["preset"], dump_presets([candidate.preset], suffix)
                yield names["wav"], wav_bytes(candidate.audio)
                yield names["picture"], found.picture(rank)
                for one in candidate.notes:
                    yield _note_file(rank + 1, candidate, one), wav_bytes(one.audio)
            yield MATCH, (json_text(result) + "\n").encode()

        exchange_files(folder, contents(), self._earlier.results(folder))
        # a bank of earlier results holds presets that are replaced now
        for name in self._stale_banks if not self._several else ():
            (self._folder / name).unlink(missing_ok=True)
        best: dict[str, Match] = {}
        for candidate in found:
            best.setdefault(candidate.synth, candidate)
        number = folder.name.removeprefix(safe_name(target.name))
        self._best += [(target.name + number, candidate) for candidate in best.values()]
        return result

    def write_banks(self) -> list[Path]:
        """One bank a synthesizer with the best preset of every target; several where one does not hold them all.

        Of a single target there is none.
        """
        if not self._several:
            return []
        files: dict[str, bytes] = {}
        for id in dict.fromkeys(candidate.synth for _, candidate in self._best):
            presets = [m.preset.with_name(name) for name, m in self._best if m.synth == id]
            files |= banks(f"best-{file_stem(id)}", presets)
        return exchange_files(self._folder, files.items(), self._stale_banks)


def _check_length(folder: Path) -> None:
    """Raises `OutputError` where a file in a folder would have too long a path."""
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            (folder / _LONGEST).stat()
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror}; choose another folder with -o") from error


def _files(rank: int, candidate: Match) -> dict[str, str]:
    """Names of a candidate's files by what they are."""
    synth = get_synth(candidate.synth)
    stem = f"{rank}-{file_stem(synth.id)}"
    return {"preset": f"{stem}{main_format(synth).suffix}", "wav": f"{stem}.wav", "picture": f"{stem}.png"}


def _note_file(rank: int, candidate: Match, one: NoteMatch) -> str:
    return f"{rank}-{file_stem(candidate.synth)}-{one.target.note.name}.wav"


def _notes(folder: Path, rank: int, candidate: Match) -> dict[str, Any]:
    """What ``match.json`` says of each note, where a target has several."""
    rows = [
        {
            "pitch": one.target.note.pitch,
            "name": one.target.note.name,
            "closeness": one.closeness,
            "distance": one.distance,
            "wav": str(folder / _note_file(rank, candidate, one)),
        }
        for one in candidate.notes
    ]
    return {"notes": rows} if rows else {}


def _folders(folder: Path, targets: Sequence[str]) -> list[Path]:
    """A folder a target, with a number where an earlier target has its name."""
    return [folder / name for name in distinct([safe_name(target) for target in targets])]
