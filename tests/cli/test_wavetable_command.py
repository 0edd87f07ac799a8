"""``synthmatch wavetable``: the file it writes, and what it refuses."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

import synthmatch

BELL = Path(synthmatch.__file__).parent / "data/examples/bell.flac"


def run(*arguments: object, folder: Path, code: int = 0) -> str:
    """What the program prints, as a user starts it in a folder."""
    command = [sys.executable, "-m", "synthmatch", "wavetable", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout


def test_a_sound_becomes_a_table(tmp_path: Path) -> None:
    """Catches a name, a note or a number of frames that is not the one asked for, and a file that another replaces unasked."""
    printed = run(BELL, folder=tmp_path)
    assert printed.splitlines()[0] == "bell-wavetable.wav: 256 frames of 2,048 samples, C4, 0.28 s of the sound"
    assert soundfile.info(tmp_path / "bell-wavetable.wav").frames == 256 * 2048
    kept = run(BELL, "--frames", 8, folder=tmp_path, code=2)
    assert kept == "synthmatch: bell-wavetable.wav exists and is kept; use --force to replace it, or another -o\n"
    assert soundfile.info(tmp_path / "bell-wavetable.wav").frames == 256 * 2048
    printed = run(BELL, "--frames", 8, "--note", "C5", "--force", "-o", "bell-wavetable.wav", folder=tmp_path)
    assert "8 frames of 2,048 samples, C5" in printed
    assert soundfile.info(tmp_path / "bell-wavetable.wav").frames == 8 * 2048
    assert [path.name for path in tmp_path.iterdir()] == ["bell-wavetable.wav"]


def test_what_cannot_become_a_table(tmp_path: Path) -> None:
    """Catches a traceback, a table of nothing, and a file under a name that no synthesizer looks for."""
    soundfile.write(tmp_path / "silent.wav", np.zeros(44_100), 44_100)
    for arguments, words in (
        (("silent.wav",), "silent.wav is silent"),
        (("gone.wav",), "gone.wav"),
        ((BELL, "--frames", 257), "got 257 frames, expected 2 to 256"),
        ((BELL, "--note", "H9"), "note is 'H9'"),
        ((BELL, "-o", "x.flac"), "--output is x.flac, expected the name of a .wav file"),
        ((BELL, "-o", "silent.wav/x.wav"), "cannot write"),
    ):
        (line,) = run(*arguments, folder=tmp_path, code=2).splitlines()
        assert words in line
    assert [path.name for path in tmp_path.iterdir()] == ["silent.wav"]
