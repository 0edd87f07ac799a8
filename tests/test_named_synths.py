"""An id in a file loads no plug-in and imports no module, whichever file it is in; the user's own id does."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from synthmatch.cli.app import app
from synthmatch.dataset.folder import DatasetFolder
from synthmatch.dataset.spec import DatasetSpec, Origin
from synthmatch.errors import InputError
from synthmatch.models import registry as models
from synthmatch.models.base import ModelConfig
from synthmatch.models.weights import build_model, save_model
from synthmatch.synths import registry
from synthmatch.synths.registry import get_synth, synth_of_file
from whole_files import kinds

BELL = Path(__file__).parents[1] / "src/synthmatch/data/examples/bell.flac"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module and a library, each of which leaves the file ``ran`` when it is loaded; nothing is given yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(registry, "_given", set())
    monkeypatch.setattr(models, "_given", set())
    (tmp_path / "trap.py").write_text("from pathlib import Path\nPath('ran').touch()\n")
    ran = json.dumps(str(tmp_path / "ran"))
    source = (
        f'#include <stdio.h>\n__attribute__((constructor)) static void run(void) {{ fclose(fopen({ran}, "w")); }}\n'
    )
    (tmp_path / "trap.c").write_text(source)
    subprocess.run(["g++", "-shared", "-fPIC", "trap.c", "-o", "trap.so"], check=True)
    return tmp_path


def own_json(place: Path, id: str) -> list[list[str]]:
    """A preset in JSON."""
    row = {"format": "synthmatch preset 1", "synth": id, "table": "0", "name": "x", "native": {}, "extra": {}}
    (place / "x.json").write_text(json.dumps(row))
    return [["render", "x.json", "-o", "x.wav"], ["match", str(BELL), "--synth", "dexed", "--start", "x.json"]]


def library(place: Path, id: str) -> list[list[str]]:
    """A library."""
    (place / "kinds").mkdir()
    whole = kinds(place / "kinds")["library x.npz"].path
    _change(whole, place / "x.npz", "header", lambda header: header | {"synth": id})
    shutil.rmtree(place / "kinds")
    match = ["match", str(BELL), "--synth", "dexed", "--library", "x.npz"]
    return [
        ["library", "info", "x.npz"],
        match,
        ["library", "search", str(BELL), "--synth", "dexed", "--library", "x.npz"],
    ]


def surrogate(place: Path, id: str) -> list[list[str]]:
    """A surrogate."""
    (place / "kinds").mkdir()
    whole = kinds(place / "kinds")["surrogate x.npz"].path
    _change(whole, place / "x.npz", "about", lambda about: about | {"tables": {id: "0"}})
    shutil.rmtree(place / "kinds")
    return [["match", str(BELL), "--surrogate", "x.npz"]]


def model(place: Path, id: str) -> list[list[str]]:
    """A trained model, for a synthesizer of this id."""
    save_model(place / "run", build_model("regression", ("dexed",), ModelConfig()), {})
    config = json.loads((place / "run/config.json").read_text())
    (place / "run/config.json").write_text(json.dumps(config | {"tables": {id: "0"}}))
    return [["match", str(BELL), "--model", "run"], ["sample", "run", "-o", "out"]]


def model_class(place: Path, id: str) -> list[list[str]]:
    """A trained model of a class of this name."""
    save_model(place / "run", build_model("regression", ("dexed",), ModelConfig()), {})
    config = json.loads((place / "run/config.json").read_text())
    (place / "run/config.json").write_text(json.dumps(config | {"model": id}))
    return [["match", str(BELL), "--model", "run"]]


def data_set(place: Path, id: str) -> list[list[str]]:
    """A data set."""
    DatasetFolder(place / "data", DatasetSpec((id,), 2, (60,)), {id: Origin("0", "1", "", "1")}).claim()
    return [["train", "regression", "--data", "data", "-o", "run"]]


def _change(whole: Path, changed: Path, name: str, change: Callable[[dict[str, object]], dict[str, object]]) -> None:
    with np.load(whole) as stored:
        arrays = {key: stored[key] for key in stored.files}
    arrays[name] = np.frombuffer(json.dumps(change(json.loads(arrays[name].tobytes()))).encode(), np.uint8)
    np.savez(changed, **arrays)


@pytest.mark.parametrize("id", ["trap:Trap", "./trap.so", "{place}/trap.so"])
@pytest.mark.parametrize("make", [own_json, library, surrogate, model, model_class, data_set])
def test_a_file_loads_nothing(make: Callable[[Path, str], list[list[str]]], id: str, place: Path) -> None:
    """Catches a download that runs code of its maker's choice when it is looked at."""
    id = id.replace("{place}", str(place))
    commands = make(place, id)
    assert commands
    for command in commands:
        result = CliRunner().invoke(app, command)
        assert isinstance(result.exception, InputError), (command, result.output, result.exception)
        assert id in str(result.exception)
        assert f"give --{'model' if make is model_class else 'synth'} {id}" in str(result.exception)
        assert not (place / "ran").exists(), command


def test_what_the_user_names_is_loaded(place: Path) -> None:
    """Catches traps that would not go off, and a user who cannot use a file of his own plug-in or class."""
    assert get_synth("./trap.so").missing()
    assert (place / "ran").exists()
    (place / "ran").unlink()
    with pytest.raises(InputError):
        get_synth("trap:Trap")
    assert (place / "ran").exists()
    assert synth_of_file("./trap.so", "x") is get_synth("./trap.so")
    strange_ids: list[object] = [None, [], {}, 1, "", "vital ", "../trap.so"]
    for strange in strange_ids:
        with pytest.raises(InputError, match="which a file alone may not load"):
            synth_of_file(strange, "x")
