"""``synthmatch library``: build, search and info with real files."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from synthmatch.cli.library import library_app
from synthmatch.errors import InputError, OutputError, SynthmatchError
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.render.pool import render
from synthmatch.synths.dexed.synth import Dexed

DEXED = Dexed()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank of voices, of which one is twice there, and a damaged file."""
    folder = tmp_path_factory.mktemp("banks")
    space, rng = DEXED.space, np.random.default_rng(2)
    voices = []
    for number in range(8):
        values = {"algorithm": float(rng.integers(32)), "op2_output_level": 90.0, "op2_coarse": float(number)}
        values |= {"op4_output_level": float(rng.integers(60, 99)), "op3_output_level": 95.0, "op1_rate_2": 30.0}
        voices.append(Preset("dexed", space.from_named(values), f"voice {number}"))
    (folder / "voices.dx7").write_bytes(DEXED.dump([*voices, voices[0]], ".dx7"))
    (folder / "cut.syx").write_bytes(b"\xf0\x43")
    soundfile.write(folder / "target.wav", render(DEXED, voices[3], Note()).T, SAMPLE_RATE_HZ, subtype="FLOAT")
    return folder


def run(*arguments: object) -> str:
    """Standard output of a command that succeeds."""
    app = typer.Typer()
    app.add_typer(library_app, name="library")
    result = CliRunner().invoke(app, ["library", *map(str, arguments)])
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.fixture(scope="module")
def library(folder: Path) -> Path:
    """A library of the folder and children."""
    path = folder / "out" / "mine.npz"
    said = run("build", folder, "--synth", "dexed", "-o", path, "--children", 6, "--pitches", "C3,C4", "--workers", 2)
    assert "at 2 pitches" in said
    assert "1 unreadable" in said
    return path


def test_build_counts_what_it_made(library: Path) -> None:
    """Catches pitches, counts or the seed lost on the way into the file."""
    said = run("info", library)
    assert "dexed" in said
    assert "C3, C4" in said
    assert "9 presets of files, 0 generated, 6 children, seed 0" in said


def test_search_names_the_preset_of_the_target(
    folder: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches the library given passed over, and a table whose rows are not in order."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    arguments = ["search", folder / "target.wav", "--synth", "dexed", "--library", library, "-n", 3, "--note", "C4"]
    lines = run(*arguments).splitlines()
    assert len(lines) == 4
    assert lines[1].endswith("voice 3")
    found = json.loads(run(*arguments, "--json"))
    assert found["note"] == "C4"
    assert found["nearest"][0]["name"] == "voice 3"
    assert found["nearest"][0]["native"]["op2_coarse"] == 3.0
    distances = [row["distance"] for row in found["nearest"]]
    assert distances == sorted(distances)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["build", "{folder}", "--synth", "moog", "-o", "{new}"], InputError, "synth is 'moog'"),
        (["build", "{folder}", "--synth", "dexed", "-o", "{new}", "--pitches", "C4,X"], InputError, "note is 'X'"),
        (["build", "--synth", "dexed", "-o", "{new}"], InputError, "nothing to build"),
        (["build", "--synth", "dexed", "-o", "{new}", "--children", "2"], InputError, "parents"),
        (["build", "--synth", "dexed", "-o", "{new}", "--generate", "2"], InputError, "no generator"),
        (["build", "{folder}/cut.syx", "--synth", "dexed", "-o", "{new}"], InputError, "cut.syx"),
        (["build", "{folder}", "--synth", "dexed", "-o", "{library}"], OutputError, "--force"),
        (["search", "{folder}/none.wav", "--synth", "dexed", "--library", "{library}"], InputError, "none.wav"),
        (["search", "{folder}/target.wav", "--synth", "vital", "--library", "{library}"], InputError, "for dexed"),
        (["info", "{folder}/voices.dx7"], InputError, "damaged"),
    ],
)
def test_refusals(
    folder: Path, library: Path, tmp_path: Path, arguments: list[str], error: type[SynthmatchError], words: str
) -> None:
    """Catches a traceback, or a file left behind, where one clear line is promised."""
    new = tmp_path / "new.npz"
    filled = [text.format(folder=folder, new=new, library=library) for text in arguments]
    with pytest.raises(error, match=words) as caught:
        run(*filled)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
