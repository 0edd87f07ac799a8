"""Rendered neighbourhoods as files: made in chunks that resume, read back whole.

``DIR/dexed/neighbourhoods-00000.npz``: presets as knob positions, notes, sketches. Any number of workers gives the same numbers,
where the synthesizer itself does.
"""

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from synthmatch.arrays import F16, F32, I64, Float16, Float32, Int64
from synthmatch.atomic_files import write_whole
from synthmatch.dataset.folder import folder_name
from synthmatch.errors import InputError
from synthmatch.features.sketch import MELS, sketch
from synthmatch.library.library import Library
from synthmatch.params import Preset
from synthmatch.parsing import has_shape, need, parse_arrays, parse_json
from synthmatch.reading import read_file
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.render.progress import RenderProgress, Tally
from synthmatch.surrogate.training.neighbourhoods import MEMBERS, Neighbourhood, NeighbourhoodSource
from synthmatch.synths.registry import get_synth

_FORMAT = "synthmatch neighbourhoods 1"
#: Neighbourhoods of a file: what a killed run loses at most.
CHUNK = 64
#: Of a file; 64 neighbourhoods have 4 MB.
_MOST_BYTES = 100_000_000


class Neighbourhoods(NamedTuple):
    """N neighbourhoods of one synthesizer.

    `unit`: knob positions, (N, MEMBERS, P) float32. `pitch` and `hold_seconds`: (N,). `sketch`: (N, MEMBERS, segments,
    MELS) float16, in dBFS.
    """

    unit: Float32[F32, "neighbourhoods members parameters"]
    pitch: Int64[I64, " neighbourhoods"]
    hold_seconds: Float32[F32, " neighbourhoods"]
    sketch: Float16[F16, "neighbourhoods members segments mels"]


def render_neighbourhoods(
    library: Library,
    pool: RenderPool,
    folder: Path,
    count: int,
    seed: int,
    progress: Callable[[RenderProgress], None] | None = None,
) -> int:
    """Render `count` neighbourhoods near a library's presets, rounded up to whole files; finished files stay.

    Gives how many there are: a neighbourhood with a preset that fails to render is left out. Raises `InputError` where the
    folder holds neighbourhoods of another seed, library or parameter table, `OutputError` where it cannot be written.
    """
    source = NeighbourhoodSource(library, seed)
    files = -(-count // CHUNK)
    tally = Tally(files * CHUNK * MEMBERS, progress)
    made = 0
    for file in range(files):
        path = folder / folder_name(library.synth) / f"neighbourhoods-{file:05}.npz"
        neighbourhoods = [source.neighbourhood(number) for number in range(file * CHUNK, (file + 1) * CHUNK)]
        about = {**_about(library.synth), "version": pool.synth.version(), "rows": _digest(neighbourhoods)}
        if path.exists():
            found, there = _read(path)
            if found != about:
                raise InputError(f"{path} is of other neighbourhoods ({found}, expected {about}); give another folder")
            made += len(there.pitch)
            tally.add(CHUNK * MEMBERS, rendered=False)
            continue
        made += _render(neighbourhoods, about, pool, path, tally)
    return made


def read_neighbourhoods(folders: Sequence[Path], synth: str) -> Neighbourhoods:
    """All neighbourhoods of a synthesizer in folders, in their order.

    Raises `InputError` where there are none, and for a damaged file or one of another parameter table.
    """
    paths = [path for folder in folders for path in sorted((folder / folder_name(synth)).glob("neighbourhoods-*.npz"))]
    if not paths:
        named = ", ".join(map(str, folders))
        raise InputError(f"{named} holds no neighbourhoods of {synth}; make some with: synthmatch surrogate render")
    parts = []
    for path in paths:
        about, neighbourhoods = _read(path)
        for key, ours in _about(synth).items():
            if about.get(key) != ours:
                raise InputError(f"{path} has {key} {about.get(key)!r}, this version has {ours!r}; render it again")
        parts.append(neighbourhoods)
    return Neighbourhoods(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _render(
    neighbourhoods: list[Neighbourhood], about: dict[str, Any], pool: RenderPool, path: Path, tally: Tally
) -> int:
    presets = [Preset(pool.synth.id, native) for neighbourhood in neighbourhoods for native in neighbourhood.native]
    notes = [neighbourhood.note for neighbourhood in neighbourhoods for _ in neighbourhood.native]
    rendered: list[Any] = [None] * len(presets)
    for place, result in pool.stream(presets, notes, sketch):
        rendered[place] = result
        tally.add(1, rendered=True)
    of_neighbourhood = [rendered[first : first + MEMBERS] for first in range(0, len(rendered), MEMBERS)]
    kept = [
        (neighbourhood, sounds)
        for neighbourhood, sounds in zip(neighbourhoods, of_neighbourhood, strict=True)
        if not any(isinstance(sound, RenderFailure) for sound in sounds)
    ]
    native = np.array([neighbourhood.native for neighbourhood, _ in kept]).reshape(
        len(kept), MEMBERS, len(pool.synth.space)
    )
    buffer = io.BytesIO()
    np.savez(
        buffer,
        about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        unit=pool.synth.space.to_unit(native).astype(np.float32),
        pitch=np.array([neighbourhood.note.pitch for neighbourhood, _ in kept], np.int64),
        hold_seconds=np.array([neighbourhood.note.hold_seconds for neighbourhood, _ in kept], np.float32),
        sketch=np.array([sounds for _, sounds in kept], np.float16).reshape(len(kept), MEMBERS, -1, MELS),
    )
    write_whole(path, buffer.getvalue())
    return len(kept)


def _about(synth: str) -> dict[str, Any]:
    return {"format": _FORMAT, "synth": synth, "table": get_synth(synth).space.hash, "mels": MELS, "members": MEMBERS}


def _digest(neighbourhoods: list[Neighbourhood]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for neighbourhood in neighbourhoods:
        digest.update(neighbourhood.native.tobytes() + repr(neighbourhood.note).encode())
    return digest.hexdigest()


def _read(path: Path) -> tuple[dict[str, Any], Neighbourhoods]:
    try:
        stored = parse_arrays(read_file(path, _MOST_BYTES, "rendered neighbourhoods"), _MOST_BYTES)
        if not has_shape(stored.get("about"), "u1", None) or not has_shape(
            stored.get("unit"), "f4", None, MEMBERS, None
        ):
            raise ValueError("it lacks what it is about, or presets")
        about = need(parse_json(stored["about"].tobytes()), dict, "about")
        count = len(stored["unit"])
        for name, kind, shape in (
            ("pitch", "i8", (count,)),
            ("hold_seconds", "f4", (count,)),
            ("sketch", "f2", (count, MEMBERS, None if count else 0, MELS)),
        ):
            if not has_shape(stored.get(name), kind, *shape):
                raise ValueError(f"its {name} are missing or not of shape {shape}")
        return about, Neighbourhoods(*(stored[name] for name in Neighbourhoods._fields))
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); delete it and render it again") from None
