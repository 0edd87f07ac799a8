"""What reads files from outside, in a process of its own under limits: ``python -m synthmatch.web.child TASK``.

A damaged or hostile file can make a decoder crash, loop or ask for all memory. Here that ends this process, not the
server. The request is JSON on stdin. Results are bytes on stdout, made of numbers and text only, so that nothing that
comes back can run code: an ``.npy`` for a sound, JSON for presets. Exit code 3 says that stdout is a message for the
user.
"""

import io
import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.audio import load
from synthmatch.errors import InputWarning, PresetError, SynthmatchError
from synthmatch.params import Preset
from synthmatch.presets import synthmatch_json as own
from synthmatch.reading import read_file
from synthmatch.synths.preset_files import read_presets, synth_of
from synthmatch.synths.registry import get_synth
from synthmatch.systems.processes import contain

MEMORY_BYTES = 3 << 30
FILE_BYTES = 1 << 20
CPU_SECONDS = 30
#: Exit code of a refusal.
REFUSED = 3


def sound(request: dict[str, Any]) -> bytes:
    """The audio of the file ``path``, shape (channels, samples), as ``.npy``."""
    buffer = io.BytesIO()
    np.save(buffer, load(request["path"]), allow_pickle=False)
    return buffer.getvalue()


def presets(request: dict[str, Any]) -> bytes:
    """The presets of files: ``files`` are [path, label], ``synths`` the synthesizers that may be found.

    JSON: ``presets``, a list of `presets.own` files, one a synthesizer; ``unreadable``, one line a file; ``remarks``,
    what was read with a loss or repair.
    """
    found: dict[str, list[Preset]] = {}
    unreadable: list[str] = []
    remarks: list[str] = []
    for path, label in request["files"]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                for preset in _read(Path(path), request["synths"]):
                    name = Path(label).stem if preset.name in ("", Path(path).stem) else preset.name
                    found.setdefault(preset.synth, []).append(preset.with_name(name))
            except (SynthmatchError, OSError) as error:
                unreadable.append(_labelled(str(error), path, label))
        said = [str(warning.message) for warning in caught if issubclass(warning.category, InputWarning)]
        remarks += [_labelled(line, path, label) for line in said]
    dumped = [own.dump(some, get_synth(id).space, "").decode() for id, some in found.items()]
    return json.dumps({"presets": dumped, "unreadable": unreadable, "remarks": remarks}).encode()


def _labelled(message: str, path: str, label: str) -> str:
    """A message with the sender's name of a file in place of ours."""
    return message.replace(path, label).replace(Path(path).name, label)


def _read(path: Path, synths: list[str]) -> list[Preset]:
    if path.suffix == own.SUFFIX:
        # the file names its synthesizer, which must be one of ours before anything is imported by that name
        named = {row["synth"] for row in own.rows(read_file(path, own.MOST_BYTES, "a preset file", PresetError))}
        if strange := named - set(synths):
            raise PresetError(f"{path} is for {', '.join(map(repr, strange))}, expected {', '.join(synths)}")
        for id in named:
            get_synth(id)  # a plug-in that the page offers
        return read_presets(path)
    synth = synth_of(path)
    if synth.id not in synths:
        raise PresetError(f"{path} is for {synth.title}, which this page does not offer")
    return read_presets(path, synth)


TASKS: dict[str, Callable[[dict[str, Any]], bytes]] = {"sound": sound, "presets": presets}


def main(task: str) -> int:
    """Do one task; gives the exit code."""
    request = json.loads(sys.stdin.buffer.read())
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a plug-in prints is not a result
    contain(MEMORY_BYTES, FILE_BYTES, CPU_SECONDS)
    try:
        result, code = TASKS[task](request), 0
    except SynthmatchError as error:
        result, code = (
            str(error).replace(str(request.get("path", "\0")), str(request.get("label", ""))).encode(),
            REFUSED,
        )
    with results:
        results.write(result)
    return code


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stderr.flush()
    # without the destructors of a binding that read an old preset
    os._exit(code)
