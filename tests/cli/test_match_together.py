"""``match --together``: several notes of an instrument in, presets that play all of them out."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import synthmatch
from synthmatch.errors import InputError
from synthmatch.note import SAMPLE_RATE_HZ, Note

TIME = np.arange(round(0.5 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def match(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The program as a user starts it."""
    command = [sys.executable, "-m", "synthmatch", "match", *map(str, arguments), "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def notes(tmp_path: Path) -> list[Path]:
    """Two notes of an instrument: the higher one is duller."""
    files = []
    for pitch in (50, 66):
        files.append(tmp_path / f"reed {Note(pitch).name}.wav")
        waves = [np.sin(2 * np.pi * Note(pitch).hz * h * TIME) / h ** (pitch / 40) for h in range(1, 10)]
        soundfile.write(files[-1], 0.1 * np.sum(waves, axis=0) * np.clip((0.4 - TIME) / 0.02, 0, 1), SAMPLE_RATE_HZ)
    return files


def test_each_note_is_scored_and_heard(notes: list[Path], tmp_path: Path) -> None:
    """Catches a note that is not rendered, renders that are not counted, a sound of each note left out or left behind, and a
    preset that is drawn from one note where it can be drawn from all.
    """
    out = tmp_path / "out"
    request = (
        *notes,
        "--together",
        "--synth",
        "vital",
        "--from",
        "drawn",
        "--renders",
        3,
        "-n",
        1,
        "-o",
        out,
        "--json",
    )
    (told,) = json.loads(match(*request).stdout)["targets"]
    assert told["target"] == "reed"
    assert told["renders"] == {"vital": 2}
    (best,) = told["candidates"]
    assert [note["name"] for note in best["notes"]] == ["D3", "F#4"]
    distances = [note["distance"] for note in best["notes"]]
    assert best["distance"] == pytest.approx((np.mean(distances) + max(distances)) / 2)
    # one note's preset is 50 % close to both
    assert best["closeness"] > 75
    for note in best["notes"]:
        assert np.abs(soundfile.read(note["wav"])[0]).max() > 0.01
    there = {path.name for path in (out / "reed").iterdir()}
    assert {"1-vital.vital", "1-vital-D3.wav", "1-vital-F#4.wav"} <= there
    alone = (notes[0].rename(tmp_path / "reed.wav"), "--synth", "dexed", "--renders", 0, "-n", 1, "-o", out, "--force")
    match(*alone)
    assert not [path for path in (out / "reed").iterdir() if "vital" in path.name]


def test_any_synthesizer_is_searched_for_all_notes(notes: list[Path]) -> None:
    """Catches a search that sees one note only, and an answer that says so of one."""
    found = synthmatch.match(notes, together=True, synths=["dexed"], renders=20, candidates=1, workers=1)
    assert found.renders == {"dexed": 20}
    assert [one.target.note.name for one in found.best.notes] == ["D3", "F#4"]
    assert found.best.closeness <= np.mean([one.closeness for one in found.best.notes])
    assert found.best.in_domain_percentile is None


def test_what_cannot_be_together_is_refused(notes: list[Path], tmp_path: Path) -> None:
    """Catches a traceback, a long wait, and several recordings taken as one array."""
    (line,) = match(*notes, "--together", "--note", "C3", "-o", tmp_path / "o", code=2).stderr.splitlines()
    assert line.startswith("synthmatch: --note is of one recording and --together of several")
    assert not (tmp_path / "o").exists()
    with pytest.raises(InputError, match="together=True"):
        synthmatch.match(notes)
