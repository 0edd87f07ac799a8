"""A short-lived process that loads a plug-in and tells about it: ``python -m synthmatch.synths.plugin.probe FILE``.

A plug-in may crash the process that loads it, and DawDreamer must be imported before numba, so nothing but this and the
render workers load one. FILE is JSON, the question; the answer replaces it.
"""

import base64
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from synthmatch.errors import MissingSynthError, PresetError, SynthmatchError
from synthmatch.synths.plugin.dpf import mend_first_parameter
from synthmatch.synths.plugin.host import HostedPlugin, HostParameter
from synthmatch.systems import no_display
from synthmatch.systems.processes import alarm, contain, end, exit_text, start
from synthmatch.systems.scratch import temporary_folder

#: Some plug-ins scan folders of samples when they load.
_LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Probe:
    """What a plug-in says of itself: output channels, parameters with their values, and the state that a host saves.

    The state is empty where the plug-in gives none. `takes_notes` is False for an effect.
    """

    channels: int
    parameters: tuple[HostParameter, ...]
    state: bytes
    takes_notes: bool


def probe(source: str, state: bytes = b"", values: Sequence[tuple[int, float]] = ()) -> Probe:
    """Load a plug-in in a process of its own, restore a state, move parameters (index, host units), and look.

    Raises `MissingSynthError` where it does not load, crashes or hangs, `PresetError` where it refuses the state.
    """
    question = {"source": source, "state": base64.b64encode(state).decode(), "values": list(values)}
    with temporary_folder() as folder:
        path = folder / "probe.json"
        temporary = folder / "temporary"
        temporary.mkdir()
        path.write_text(json.dumps(question), encoding="utf-8")
        search_path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        environment = os.environ | {"PYTHONPATH": search_path} | no_display()
        command = [sys.executable, "-P", "-m", __name__, str(path)]
        nothing = subprocess.DEVNULL
        process = start(command, temporary, environment, stdin=nothing, stdout=nothing, stderr=nothing)
        try:
            code = process.wait(_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise MissingSynthError(
                f"{source} does not load within {_LIMIT_SECONDS} s; try it in another host"
            ) from None
        finally:
            end(process, temporary)
            process.wait()
        answer = json.loads(path.read_text(encoding="utf-8"))
    if "error" in answer:
        raise {"PresetError": PresetError}.get(answer["kind"], MissingSynthError)(answer["error"])
    if "parameters" not in answer:
        raise MissingSynthError(
            f"{source} ends the process that loads it ({exit_text(code)}); it cannot be used here, "
            "try another format of the same plug-in"
        )
    parameters = tuple(HostParameter(**{**row, "choices": tuple(row["choices"])}) for row in answer["parameters"])
    return Probe(answer["channels"], parameters, base64.b64decode(answer["state"]), answer["takes_notes"])


def _answer(path: Path) -> None:
    question = json.loads(path.read_text(encoding="utf-8"))
    # who asked kills what hangs, unless it has died
    alarm(_LIMIT_SECONDS + 1)
    try:
        plugin = HostedPlugin(question["source"])
        if question["state"]:
            plugin.load_state(base64.b64decode(question["state"]))
        with contextlib.suppress(PresetError):  # without a state it can still be played
            mend_first_parameter(plugin)
        plugin.set_values([index for index, _ in question["values"]], [value for _, value in question["values"]])
        parameters = [dataclasses.asdict(parameter) for parameter in plugin.parameters()]
        plugin.settle()
        answer = {"channels": plugin.channels, "parameters": parameters, "state": ""}
        with contextlib.suppress(PresetError):
            answer["state"] = base64.b64encode(plugin.state()).decode()
        answer["takes_notes"] = plugin.takes_notes()
    except SynthmatchError as error:
        answer = {"kind": type(error).__name__, "error": str(error)}
    path.write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    contain()
    _answer(Path(sys.argv[1]))
    # plug-ins may crash while they are taken down; the answer is written
    sys.stdout.flush()
    os._exit(0)
