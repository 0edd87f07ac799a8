"""Several recordings of one instrument, each of another note: found in files, a folder or an SFZ instrument.

The note of a recording is what the instrument says, else what its file's name says (``piano C#3 mf.wav``), else what the file states
(`smpl`) or its sound has.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from synthmatch.errors import AudioError, InputError
from synthmatch.note import parse_pitch
from synthmatch.reading import file_size
from synthmatch.target.sfz import read_sfz
from synthmatch.target.target import UNKNOWN_NOTE, Target, load_target
from synthmatch.target.velocity import Velocity
from synthmatch.text import visible

#: Recordings that are matched: a Vital preset plays as many.
MOST_NOTES = 3
#: Recordings that are looked into for their notes.
_MOST_FILES = 256
_SOUNDS = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64"})
#: A note in a file's name: the last one that stands alone. Flats and sharps are letters too, as in Bb3 and Fs3.
_NAMED = re.compile(r"(?<![A-Za-z])([A-Ga-g])([#bs]?)(-1|\d)(?!\d)")


def middle_of(notes: Sequence[Target]) -> Target:
    """The note that stands for all, of some from low to high."""
    return notes[len(notes) // 2]


def load_together(
    sources: Iterable[str | Path | Target],
    *,
    velocity: Velocity | None = None,
    hold_seconds: float | None = None,
    whole: bool = False,
) -> list[Target]:
    """Recordings of one instrument as targets, from low to high: two, or three. The middle one has the instrument's name.

    `sources`: recordings, folders of them, SFZ instruments, or targets. Of more than three notes the lowest, the highest and
    the one nearest to the middle between them are taken, and a remark says so. `velocity`, `hold_seconds` and `whole` are
    those of `load_target`.

    Raises `AudioError` for a recording that cannot be used; `InputError` for fewer than two, for one whose note is not found, and for
    two of one note.
    """
    files: list[_File] = []
    targets: list[Target] = []
    names: list[str] = []
    for source in sources:
        if isinstance(source, Target):
            targets.append(source)
            continue
        if not isinstance(source, str | Path):
            raise InputError(
                f"got {type(source).__name__} to match together, expected files, folders or targets; give an array to load_target"
            )
        path = Path(source)
        found = _recordings(path)
        if found:
            names.append(visible(path.stem if path.is_file() else path.resolve().name))
        files += found or [_File(path, named=_named(path))]
    _check_count(len(files) + len(targets))
    count = len(files) + len(targets)
    said = sorted({pitch for file in files if (pitch := file.said) is not None})
    if not targets and len(said) == len(files):
        # the others need not be read
        files = [file for file in files if file.said in _chosen(said)]

    def load(file: _File, pitch: int | None) -> Target:
        return load_target(file.path, note=pitch, velocity=velocity, hold_seconds=hold_seconds, whole=whole)

    loaded = [load(file, file.stated) for file in files]
    octaves = _octaves(files, loaded)
    for place, (file, target) in enumerate(zip(files, loaded, strict=True)):
        if file.named is not None and target.note.pitch != file.named + 12 * octaves:
            loaded[place] = load(file, file.named + 12 * octaves)
        elif UNKNOWN_NOTE in target.remarks:
            raise InputError(
                f"no note is found for {file.path}: its sound has no clear pitch; put the note into its name, as in C3"
            )
    remarks = []
    if octaves:
        remarks.append(f"names are {-octaves:+} octaves beside the sounds, which count: C3 is taken as C{3 + octaves}")
    return _together([*targets, *loaded], names if files else None, count, remarks)


class _File(NamedTuple):
    """A recording; the note that its instrument states, and the one that its name says."""

    path: Path
    stated: int | None = None
    named: int | None = None

    @property
    def said(self) -> int | None:
        return self.named if self.stated is None else self.stated


def _octaves(files: Sequence[_File], targets: Sequence[Target]) -> int:
    """How many octaves the sounds are above what their names say: makers disagree whether middle C is C3 or C4."""
    above = [
        target.note.pitch - file.named
        for file, target in zip(files, targets, strict=True)
        if file.named is not None and target.pitched
    ]
    agreeing = [semitones // 12 for semitones in above if semitones % 12 == 0]
    # an octave that is found wrong in one sound is not the maker's way to count
    return agreeing[0] if agreeing and len(set(agreeing)) == 1 and len(agreeing) == len(files) else 0


def _recordings(path: Path) -> list[_File]:
    """What a folder or an instrument has; nothing for a recording itself."""
    if path.is_dir():
        # a hidden file is none of the instrument's: macOS leaves a ._C3.wav beside C3.wav
        seen = (file for file in path.iterdir() if not file.name.startswith("."))
        there = sorted(file for file in seen if file.suffix.lower() in _SOUNDS and file.is_file())
        if not there:
            raise InputError(
                f"{path} has no recordings in it, expected some of one instrument; name the folder they are in"
            )
        return [_File(file, named=_named(file)) for file in there]
    if path.suffix.lower() == ".sfz":
        return [_File(*said) for said in read_sfz(path)]
    file_size(path, "a recording, a folder of them or an SFZ instrument", AudioError)
    return []


def _check_count(count: int) -> None:
    if not 2 <= count <= _MOST_FILES:
        raise InputError(
            f"got {count} recording{'s' * (count != 1)} to match together, expected 2 to {_MOST_FILES} of one instrument, each of"
            " another note"
        )


def _named(path: Path) -> int | None:
    """The note that a file's name says, None where it says none."""
    found = _NAMED.findall(path.stem)
    try:
        return parse_pitch("".join(found[-1]).replace("s", "#")) if found else None
    except InputError:  # A9 and Cb-1 are no keys
        return None


def _chosen(pitches: Sequence[int]) -> list[int]:
    """The lowest, the highest, and the one nearest to the middle between them; all where they are no more than three."""
    if len(pitches) <= MOST_NOTES:
        return list(pitches)
    middle = (pitches[0] + pitches[-1]) / 2
    return [pitches[0], min(pitches[1:-1], key=lambda pitch: abs(pitch - middle)), pitches[-1]]


def _together(
    targets: Sequence[Target], names: Sequence[str] | None, count: int, remarks: Sequence[str]
) -> list[Target]:
    """See `load_together`. `names` of folders and instruments, None for mere targets; `count` of all recordings; first remarks."""
    ordered = sorted(targets, key=lambda target: target.note.pitch)
    for lower, higher in pairwise(ordered):
        if lower.note.pitch == higher.note.pitch:
            raise InputError(
                f"{lower.name} and {higher.name} are the same note, {lower.note.name}; give one recording a note"
            )
    chosen = _chosen([target.note.pitch for target in ordered])
    ordered = [target for target in ordered if target.note.pitch in chosen]
    middle = len(ordered) // 2
    own = ordered[middle]
    notes = [target.note.name for target in ordered]
    if count > len(ordered):
        remarks = [
            f"{count} notes: {notes[0]}, {notes[1]} and {notes[2]} are matched, as a preset holds three",
            *remarks,
        ]
    if names is None:
        ordered[middle] = replace(own, remarks=(*remarks, *own.remarks))
        return ordered
    remarks = [*remarks, *(f"{target.note.name}: {remark}" for target in ordered for remark in target.remarks)]
    shared = {_NAMED.sub("", target.name).strip(" -_.") for target in ordered}
    name = names[0] if names else shared.pop() if len(shared) == 1 else ""
    ordered[middle] = replace(own, name=name or f"{notes[0]} to {notes[-1]}", remarks=tuple(remarks))
    return ordered
