"""Files from outside: checked, given a name of our own, and read by a child process under limits (`web.child`).

Names from a request are labels for messages, never paths.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.errors import AudioError, InputError, PresetError
from synthmatch.params import Preset
from synthmatch.presets import synthmatch_json as own
from synthmatch.synths.preset_files import parse_own
from synthmatch.synths.registry import get_synth
from synthmatch.systems.scratch import temporary_folder
from synthmatch.web import child

#: A child may start, read and answer within this.
_WALL_SECONDS = 60.0
#: How sound files begin. MP3 has no mark of its own: an ID3 tag or the eleven set bits of a frame.
_SOUND_STARTS = (b"RIFF", b"RIFX", b"RF64", b"fLaC", b"OggS", b"FORM", b"caf", b"ID3", b".snd", b"riff")
_MOST_PRESETS = 4_096
_LABEL_LENGTH = 80


class Upload(NamedTuple):
    """A file of a request: its contents, and the name that its sender gave it."""

    stream: BinaryIO
    name: str


class Presets(NamedTuple):
    """Presets by synthesizer, a line for each file that could not be read, and what others were read with."""

    by_synth: dict[str, list[Preset]]
    unreadable: list[str]
    remarks: list[str]


def label_of(name: str | None) -> str:
    """A sender's name for a file as it may be shown: the last part of a path, printable, not long."""
    last = (name or "").replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    return shown[-_LABEL_LENGTH:] or "sound"


def read_sound(upload: Upload, most_bytes: int) -> Audio:
    """Audio of an uploaded file, shape (channels, samples) at 44.1 kHz.

    Raises `AudioError` for what is empty, larger than `most_bytes`, no sound by its first bytes, or refused by
    `audio.load`.
    """
    label = label_of(upload.name)
    contents = upload.stream.read(most_bytes + 1)
    if not contents:
        raise AudioError(f"{label} is empty (0 bytes), expected an audio file; export it again")
    if len(contents) > most_bytes:
        raise AudioError(f"{label} is larger than {most_bytes / 1e6:.0f} MB; cut out the note to match")
    if not contents.startswith(_SOUND_STARTS) and not _is_mp3_frame(contents):
        raise AudioError(f"{label} is no sound that can be read; expected a WAV, FLAC, OGG, MP3 or AIFF file")
    with temporary_folder() as folder:
        path = folder / "sound"
        path.write_bytes(contents)
        answer = _ask("sound", {"path": str(path), "label": label}, label, AudioError)
    return np.ascontiguousarray(np.load(io.BytesIO(answer), allow_pickle=False), np.float32)


def _is_mp3_frame(contents: bytes) -> bool:
    return len(contents) > 1 and contents[0] == 0xFF and contents[1] & 0xE0 == 0xE0


def read_presets(uploads: Sequence[Upload], synths: Sequence[str], most_bytes: int) -> Presets:
    """Presets of uploaded native files, banks and our own JSON, for `synths`.

    Raises `PresetError` where there is none, or more than can be indexed.
    """
    suffixes = [suffix for id in synths for suffix in get_synth(id).suffixes] + [own.SUFFIX]
    with temporary_folder() as folder:
        files: list[tuple[str, str]] = []
        size = 0
        for number, upload in enumerate(uploads):
            label = label_of(upload.name)
            suffix = max((s for s in suffixes if label.lower().endswith(s)), key=len, default=None)
            if suffix is None:
                continue
            path = folder / f"{number:05}{suffix}"
            contents = upload.stream.read(most_bytes + 1 - size)
            size += len(contents)
            if size > most_bytes:
                raise PresetError(f"the files are larger than {most_bytes / 1e6:.0f} MB together; send fewer")
            path.write_bytes(contents)
            files.append((str(path), label))
        if not files:
            raise PresetError(f"no preset file is among them, expected {', '.join(dict.fromkeys(suffixes))}")
        request = {"files": files, "synths": list(synths)}
        answer = json.loads(_ask("presets", request, "the preset files", PresetError))
    found: dict[str, list[Preset]] = {}
    for text in answer["presets"]:
        for preset in parse_own(text.encode(), "the preset files"):
            found.setdefault(preset.synth, []).append(preset)
    count = sum(map(len, found.values()))
    if not count:
        raise PresetError(f"no preset could be read: {'; '.join(answer['unreadable'][:3])}")
    if count > _MOST_PRESETS:
        raise PresetError(f"there are {count} presets, expected at most {_MOST_PRESETS}; send a part of them")
    return Presets(found, answer["unreadable"], answer["remarks"])


def _ask(task: str, request: dict[str, Any], label: str, kind: type[InputError]) -> bytes:
    """The child's answer. Raises `kind` with its message, or where it was ended."""
    command = [sys.executable, "-P", "-m", child.__name__, task]
    # the same modules as here; a thread of numpy's reserves memory, which is limited
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_WALL_SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise kind(f"{label} took more than {_WALL_SECONDS:.0f} s to read; it may be damaged") from None
    if done.returncode == child.REFUSED:
        raise kind(done.stdout.decode("utf-8", "replace"))
    if done.returncode:
        raise kind(f"{label} could not be read within its limits of memory and time; it may be damaged")
    return done.stdout
