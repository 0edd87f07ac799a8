"""Agreement of metrics with people, on a study that is made up of tones."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from synthmatch.benchmark.listeners import agreement, metric_agreement, read_studies
from synthmatch.cli.app import app
from synthmatch.errors import InputError
from synthmatch.metrics import lsd

PITCHES = (60, 62, 65, 71)


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """A study in which people go by pitch alone."""
    folder = tmp_path / "studies/Pitch2000"
    folder.mkdir(parents=True)
    seconds = np.arange(22_050) / 44_100
    for number, pitch in enumerate(PITCHES):
        hz = 440 * 2 ** ((pitch - 69) / 12)
        soundfile.write(folder / f"{number:02}.flac", 0.3 * np.sin(2 * np.pi * hz * seconds), 44_100)
    ratings = np.abs(np.subtract.outer(PITCHES, PITCHES))
    np.savetxt(folder / "dissimilarity.txt", ratings)
    return folder.parent


def test_a_distance_that_is_the_ratings_agrees_wholly(studies: Path) -> None:
    """Catches anchors that are compared with themselves, pairs counted in the wrong direction, and ratings of another order."""
    (study,) = read_studies(studies)
    assert study.name == "Pitch2000"
    place = {sound.tobytes(): pitch for sound, pitch in zip(study.sounds, PITCHES, strict=True)}
    by_pitch = agreement(study, lambda target, other: abs(place[target.tobytes()] - place[other.tobytes()]))
    assert list(by_pitch) == pytest.approx([1.0, 1.0])
    upside_down = agreement(study, lambda target, other: -abs(place[target.tobytes()] - place[other.tobytes()]))
    assert list(upside_down) == pytest.approx([0.0, -1.0])


def test_higher_is_better_for_every_metric(studies: Path) -> None:
    """Catches a likeness that is taken for a distance."""
    found = read_studies(studies)
    assert metric_agreement(found, "lsd") == agreement(found[0], lsd)
    assert metric_agreement(found, "sot").triplets > 0.9
    assert metric_agreement(found, "loudness_distance").triplets > 0.7


def test_the_command_prints_a_line_a_metric(studies: Path) -> None:
    """Catches a metric that is left out, and an unknown one that ends in a traceback."""
    shown = CliRunner().invoke(app, ["agreement", str(studies), "--metric", "lsd", "--metric", "sot"])
    assert shown.exit_code == 0
    lines = [line.split() for line in shown.stdout.splitlines() if "triplets" in line]
    assert [line[0] for line in lines] == ["lsd", "sot"]
    assert lines[1][2] == f"{metric_agreement(read_studies(studies), 'sot').triplets:.3f}"
    refused = CliRunner().invoke(app, ["agreement", str(studies), "--metric", "loudness"])
    assert isinstance(refused.exception, InputError)


@pytest.mark.parametrize(
    ("ratings", "line"),
    [("0 1\n1 0\n", "has the shape"), ("0 a\n", "is no matrix"), ("0 1 2 3\n" * 4, "is not symmetric")],
)
def test_damaged_ratings_are_one_line(studies: Path, ratings: str, line: str) -> None:
    """Catches a traceback, and numbers that are made of a cut matrix."""
    (studies / "Pitch2000/dissimilarity.txt").write_text(ratings)
    with pytest.raises(InputError, match=line):
        read_studies(studies)
    with pytest.raises(InputError, match="has no study"):
        read_studies(studies / "Pitch2000")
