"""``match --from``: what the search begins with."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

import synthmatch
from synthmatch.proposers.registry import PROPOSERS
from synthmatch.synths.preset_files import read_presets

BELL = Path(synthmatch.__file__).parent / "data/examples/bell.flac"


def match(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The program as a user starts it."""
    command = [sys.executable, "-m", "synthmatch", "match", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_presets_of_libraries_alone(tmp_path: Path) -> None:
    """Catches a drawn preset, or a child of one, among the results of somebody who wants tables of the bank only."""
    request = (BELL, "--synth", "vital", "--renders", 24, "-n", 3)
    for name, more, origins in (("all", (), {"drawn"}), ("library", ("--from", "library"), {"library"})):
        told = json.loads(match(*request, *more, "-o", tmp_path / name, "--json").stdout)["targets"][0]["candidates"]
        assert origins <= {candidate["origin"] for candidate in told}, name
        for candidate in told:
            (preset,) = read_presets(Path(candidate["preset"]))
            drawn = "Drawn from the target" in json.dumps(preset.extra.get("header", {}))
            assert drawn == (candidate["origin"] == "drawn")
    assert {candidate["origin"] for candidate in told} == {"library"}


def test_random_presets_are_told_where_nothing_else_is_left(tmp_path: Path) -> None:
    """Catches a choice without a preset for a synthesizer that ends the search, or is passed over without a word."""
    held = tmp_path / "held.wav"
    soundfile.write(held, 0.3 * np.sin(2 * np.pi * 220 * np.arange(44_100) / 44_100), 44_100)
    done = match(held, "--synth", "dexed", "--renders", 0, "-n", 1, "--from", "drawn", "-o", tmp_path / "o")
    assert "nothing for Dexed (DX7) comes from drawn; random presets take its place" in done.stderr.splitlines()
    assert " random " in done.stdout


def test_a_wrong_name_is_refused(tmp_path: Path) -> None:
    """Catches a name that is passed over, or found out after the search."""
    for given, words in (("library,banks", "is 'banks', expected"), ("yours", "no presets of yours"), ("", "is ''")):
        (line,) = match(BELL, "--from", given, "-o", tmp_path / "o", code=2).stderr.splitlines()
        assert words in line
    assert not (tmp_path / "o").exists()


def test_the_help_names_every_source() -> None:
    """Catches a proposer that nobody can ask for."""
    told = match("--help").stdout
    assert [name for name in PROPOSERS if name not in told] == []
