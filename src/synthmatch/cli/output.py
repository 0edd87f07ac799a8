"""What ``synthmatch match`` leaves in its folder, and how nothing there is overwritten unasked.

::

    DIR/<target>/1-dexed.syx  1-dexed.wav  1-dexed.png  2-vital.vital  ...  match.json
    DIR/best-dexed.syx  DIR/best-amsynth.bank  DIR/best-vital-<target>.vital      (several targets)
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from synthmatch.audio import save_wav
from synthmatch.errors import OutputError, RenderError
from synthmatch.files import write_whole
from synthmatch.matches import Match, Matches
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.files import distinct, main_format, safe_name, write_banks
from synthmatch.synths.registry import get_synth


class Writer:
    """Writes the matches of a run under one folder."""

    def __init__(self, folder: Path, *, force: bool) -> None:
        self._folder = folder
        self._force = force
        self._best: list[tuple[str, Match]] = []
        self._names: dict[str, str] = {}

    def check(self, names: Sequence[str]) -> None:
        """Refuse before any search what could not be written after it.

        Raises `OutputError` for a folder that cannot be made or written, or results that exist.
        """
        for name in names:
            folder = self._folder / safe_name(name)
            if (folder / "match.json").exists() and not self._force:
                raise OutputError(f"{folder} has results and is kept; use --force to replace them, or another -o")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe = self._folder / ".synthmatch-probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise OutputError(
                f"cannot write to {self._folder}: {error.strerror}; choose another folder with -o"
            ) from error

    def write(self, found: Matches) -> dict[str, Any]:
        """Write the candidates of one target; gives what ``--json`` prints of it."""
        folder = self._free(self._folder / safe_name(found.target.name))
        target = found.target
        rows = []
        best: dict[str, Match] = {}
        for rank, candidate in enumerate(found, 1):
            best.setdefault(candidate.synth, candidate)
            synth = get_synth(candidate.synth)
            stem = f"{rank}-{safe_name(Path(synth.id).stem)}"
            files = {
                "preset": folder / f"{stem}{main_format(synth).suffix}",
                "wav": folder / f"{stem}.wav",
                "picture": folder / f"{stem}.png",
            }
            candidate.save(files["preset"], force=self._force)
            candidate.save(files["wav"], force=self._force)
            found.save_picture(rank - 1, files["picture"], force=self._force)
            rows.append(
                {
                    "rank": rank,
                    "synth": candidate.synth,
                    "name": candidate.preset.name,
                    "score": candidate.score,
                    "scores": candidate.scores,
                    "floor": candidate.floor,
                    "nearer_than": candidate.nearer_than,
                    **{kind: str(path) for kind, path in files.items()},
                    "parameters": candidate.parameters(),
                }
            )
        self._best += [(target.name, candidate) for candidate in best.values()]
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
            "candidates": rows,
        }
        write_whole(folder / "match.json", (json.dumps(result, indent=1) + "\n").encode(), force=self._force)
        return result

    def write_banks(self) -> list[Path]:
        """One bank a synthesizer with the best preset of every target; several where one does not hold them all."""
        paths = []
        for id in dict.fromkeys(candidate.synth for _, candidate in self._best):
            presets = [m.preset.with_name(name) for name, m in self._best if m.synth == id]
            paths += write_banks(self._folder / f"best-{safe_name(Path(id).stem)}", presets, force=self._force)
        return paths

    def _free(self, folder: Path) -> Path:
        """The folder, or one with a number where two targets of a run share a name."""
        name, number = folder.name, 1
        while str(folder).casefold() in self._names:
            number += 1
            folder = folder.with_name(f"{name}-{number}")
        self._names[str(folder).casefold()] = name
        return folder


def write_sounds(folder: Path, presets: Sequence[Preset], note: Note, *, force: bool) -> None:
    """Play presets of one synthesizer, and write them as a bank and a WAV each; a line says where, on stdout.

    Raises `OutputError` before anything is rendered where a file exists, `RenderError` where a preset does not render.
    """
    synth = get_synth(presets[0].synth)
    stem = folder / safe_name(Path(synth.id).stem)
    names = distinct([safe_name(preset.name) for preset in presets])
    sounds = [stem.with_name(f"{stem.name}-{name}.wav") for name in names]
    if not force and any(path.exists() for path in sounds):
        raise OutputError(
            f"{folder} has sounds of {synth.title} and is kept; use --force to replace them, or another -o"
        )
    with RenderPool(synth) as pool:
        for path, audio in zip(sounds, pool.run(presets, note), strict=True):
            if isinstance(audio, RenderFailure):
                raise RenderError(str(audio))
            save_wav(path, audio, force=force)
    banks = write_banks(stem, presets, force=force)
    typer.echo(f"{', '.join(str(path) for path in banks)}: {len(presets)} presets of {synth.title}, a WAV each")
