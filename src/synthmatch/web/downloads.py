"""What is taken home: a preset for its synthesizer, a sound, a bank of presets, everything as a zip."""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from synthmatch.errors import InputError
from synthmatch.synths.base import Synth
from synthmatch.synths.preset_files import dump_presets, file_stem, main_format, safe_name
from synthmatch.synths.registry import get_synth
from synthmatch.wavetables import wavetable
from synthmatch.web import views
from synthmatch.web.entities import Candidate, TargetEntry
from synthmatch.web.server_state import ServerState


class Download(NamedTuple):
    """A file: its name, type and contents."""

    name: str
    media_type: str
    contents: bytes

    @property
    def headers(self) -> dict[str, str]:
        """What makes a browser save it under its name; a program that knows ASCII only gets dashes for other letters."""
        plain = "".join(letter if letter.isascii() else "-" for letter in self.name)
        return {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name)}"}


def preset(of: Candidate, suffix: str | None) -> Download:
    """A candidate's file for its synthesizer, by default the first format. Raises `InputError` for another suffix."""
    synth = get_synth(of.preset.synth)
    known = views.suffixes(synth)
    chosen = suffix or known[0]
    if chosen not in known:
        raise InputError(f"file is {chosen[:20]!r}, {synth.title} has {', '.join(known)}")
    return Download(f"{_stem(of)}{chosen}", "application/octet-stream", dump_presets([of.preset], chosen))


def wav(of: Candidate) -> Download:
    """A candidate's sound."""
    return Download(f"{_stem(of)}.wav", "audio/wav", of.recording.wav())


def wavetable_of(entry: TargetEntry) -> Download:
    """A target's wavetable (`wavetables.wavetable`)."""
    return Download(f"{safe_name(entry.target.name)}-wavetable.wav", "audio/wav", wavetable(entry.whole()).wav())


def bank(candidates: Sequence[Candidate]) -> Download:
    """Candidates of one synthesizer as one file in its first format; a zip where that holds a single preset.

    Raises `InputError` for candidates of several synthesizers.
    """
    synth = get_synth(candidates[0].preset.synth)
    if any(c.preset.synth != synth.id for c in candidates):
        raise InputError("a bank holds presets of one synthesizer; choose those of one, or a zip of all")
    form = main_format(synth)
    if form.capacity == 1 and len(candidates) > 1:
        return Download(f"{_short(synth)}.zip", "application/zip", _zip(_numbered(candidates, presets_only=True)))
    contents = dump_presets([c.preset for c in candidates], form.suffix)
    return Download(f"{_short(synth)}{form.suffix}", "application/octet-stream", contents)


def everything(candidates: Sequence[Candidate], server: ServerState) -> Download:
    """A zip of presets and sounds, the target, and ``match.json`` with the scores and values."""
    entry = server.targets.get(candidates[0].target_id)
    files = _numbered(candidates, presets_only=False)
    files["target.wav"] = entry.recording.wav()
    rows = []
    for name, of in zip(files, candidates, strict=False):
        rows.append({"file": name, **views.detail(of).model_dump()})
    about = {"target": views.target(candidates[0].target_id, entry).model_dump(), "candidates": rows}
    files["match.json"] = (json.dumps(about, indent=1) + "\n").encode()
    return Download(f"{safe_name(entry.target.name)}.zip", "application/zip", _zip(files))


def _numbered(candidates: Sequence[Candidate], *, presets_only: bool) -> dict[str, bytes]:
    """Files by name, the presets first."""
    presets: dict[str, bytes] = {}
    sounds: dict[str, bytes] = {}
    for rank, of in enumerate(candidates, 1):
        file = preset(of, None)
        presets[f"{rank}-{file.name}"] = file.contents
        sounds[f"{rank}-{_stem(of)}.wav"] = b"" if presets_only else of.recording.wav()
    return presets if presets_only else presets | sounds


def _stem(of: Candidate) -> str:
    return f"{_short(get_synth(of.preset.synth))}-{safe_name(of.preset.name)}"


def _short(synth: Synth) -> str:
    return file_stem(synth.id)


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return buffer.getvalue()
