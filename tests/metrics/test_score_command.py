"""``synthmatch score``: what it prints and what it refuses. Files are made here, in a temporary folder."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from metric_signals import RATE_HZ, Audio, tone
from typer.testing import CliRunner

from synthmatch.cli.app import app, main
from synthmatch.metrics import METRICS

runner = CliRunner()


def wav(path: Path, audio: Audio, rate_hz: int = RATE_HZ) -> str:
    """Write a 32-bit float WAV; its name."""
    soundfile.write(path, audio.T, rate_hz, subtype="FLOAT")
    return str(path)


def scores_of(*arguments: str) -> dict[str, float]:
    """Scores printed with ``--json``."""
    result = runner.invoke(app, ["score", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    scores: dict[str, float] = json.loads(result.stdout)["scores"]
    return scores


def test_prints_every_audio_metric(tmp_path: Path) -> None:
    """Catches a metric of the registry that the command leaves out, and a lost unit or direction."""
    reference, estimated = wav(tmp_path / "a.wav", tone()), wav(tmp_path / "b.wav", 0.5 * tone())
    result = runner.invoke(app, ["score", reference, estimated])
    assert result.exit_code == 0
    lines = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == [name for name, m in METRICS.items() if m.takes != "presets"]
    rest = {name: f"{float(value):.1f} {note}" for name, value, note in lines}
    assert rest["spectral_convergence"] == "0.5 lower is better"
    assert rest["rms_cosine"] == "1.0 higher is better"
    assert rest["mss"] == "0.0 dB  lower is better"


def test_identity(tmp_path: Path) -> None:
    """Catches a side loaded differently from the other."""
    scores = scores_of(*[wav(tmp_path / "a.wav", tone())] * 2)
    assert scores.pop("harmonic_percentage") > 80
    assert scores == {name: 1.0 if name == "rms_cosine" else 0.0 for name in scores}


def test_mono_and_stereo_compare(tmp_path: Path) -> None:
    """Catches a channel count that is refused or summed."""
    scores = scores_of(wav(tmp_path / "a.wav", tone()), wav(tmp_path / "b.wav", np.stack([tone(), tone()])))
    assert scores["lsd"] == 0


@pytest.mark.parametrize("rate_hz", [22_050, 48_000, 96_000])
def test_other_rates_are_resampled(tmp_path: Path, rate_hz: int) -> None:
    """Catches samples of another rate taken as 44.1 kHz, which turns 48 kHz into a pitch error."""
    time = np.arange(rate_hz) / rate_hz
    same = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    reference = wav(tmp_path / "a.wav", (0.3 * np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100)).astype(np.float32))
    scores = scores_of(reference, wav(tmp_path / "b.wav", same, rate_hz))
    assert scores["spectral_convergence"] < 5e-4  # measured: at most 8e-5
    assert scores["lsd"] < 0.03  # measured: at most 0.015


@pytest.mark.parametrize("bad", ["missing", "empty", "nan", "text", "folder"])
@pytest.mark.parametrize("side", [0, 1])
def test_unusable_files_are_refused_in_one_line(
    tmp_path: Path, bad: str, side: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a traceback, a second line, or an exit code that scripts take for success."""
    path = tmp_path / "bad.wav"
    if bad == "empty":
        path.touch()
    elif bad == "nan":
        wav(path, np.full(RATE_HZ, np.nan, np.float32))
    elif bad == "text":
        path.write_text("no audio at all " * 100)
    elif bad == "folder":
        path.mkdir()
    arguments = [wav(tmp_path / "good.wav", tone())]
    arguments.insert(side, str(path))
    monkeypatch.setattr("sys.argv", ["synthmatch", "score", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "bad.wav" in printed.err
