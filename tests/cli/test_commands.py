"""The command line end to end, with the real synthesizers: what it writes, and every refusal."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import synthmatch
from synthmatch.note import Note
from synthmatch.presets import sysex
from synthmatch.render.pool import render
from synthmatch.synths.preset_files import read_presets
from synthmatch.synths.registry import get_synth, synth_names

EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"
BELL = EXAMPLES / "bell.flac"
BASS = EXAMPLES / "bass.flac"


def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The program as a user starts it."""
    command = [sys.executable, "-m", "synthmatch", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


def refused(*arguments: object) -> str:
    """The one line of a refusal, which exits with 2 and prints no traceback."""
    done = run(*arguments, code=2)
    line = done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert line.startswith("synthmatch: "), done.stderr
    assert done.stderr.count("synthmatch: ") == 1
    return line


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """One bell on all synthesizers, twelve renders each."""
    folder = tmp_path_factory.mktemp("match")
    done = run("match", BELL, "--renders", 12, "--candidates", 2, "-o", folder, "--json")
    return folder, json.loads(done.stdout)


def test_match_writes_what_was_heard(matched: tuple[Path, dict[str, Any]]) -> None:
    """Catches a preset file that does not sound like the WAV beside it: it is loaded and played again."""
    _, result = matched
    target = result["targets"][0]
    found = synthmatch.load_target(BELL)
    assert {c["synth"] for c in target["candidates"]} == {"vital", "dexed", "amsynth"}
    assert [c["rank"] for c in target["candidates"]] == list(range(1, len(target["candidates"]) + 1))
    for candidate in target["candidates"]:
        preset = read_presets(Path(candidate["preset"]))[0]
        audio = render(get_synth(candidate["synth"]), preset, found.note)
        wav, rate = soundfile.read(candidate["wav"], dtype="float32", always_2d=True)
        peak = max(1.0, float(np.abs(audio).max()))
        assert rate == 44_100
        assert np.abs(wav.T - audio / peak).max() < 1e-3
        assert Path(candidate["picture"]).read_bytes()[:4] == b"\x89PNG"
        assert candidate["scores"]["lsd"] > 0
        assert candidate["floor"]["lsd"] >= 0
        assert 0 <= candidate["in_domain_percentile"] <= 1
        assert 0 <= candidate["closeness"] <= 100
    assert set(target["out_of_reach"]) <= {"vital", "dexed", "amsynth"}


def test_the_velocity_is_100_a_number_or_that_of_the_sound(tmp_path: Path) -> None:
    """Catches an option that does not reach the note that presets are played with."""
    quiet = wav(tmp_path / "quiet.wav", 0.1 * TONE)
    request = ("match", quiet, "--synth", "dexed", "--renders", 0, "-n", 1, "--force", "-o", tmp_path / "o", "--json")
    for given, velocity in (((), 100), (("--velocity", "7"), 7), (("--velocity", "sound"), 47)):
        assert json.loads(run(*request, *given).stdout)["targets"][0]["note"]["velocity"] == velocity


def test_candidates_are_ranked(matched: tuple[Path, dict[str, Any]]) -> None:
    """Catches a ranking by synthesizer instead of by sound, and one that forgets the level."""
    candidates = matched[1]["targets"][0]["candidates"]
    ranks = [c["distance"] + 0.02 * max(0.0, abs(c["level_error_db"]) - 0.3) for c in candidates]
    assert ranks == sorted(ranks)
    assert all(abs(abs(c["level_error_db"]) - c["scores"]["loudness_error"]) < 1e-6 for c in candidates)


def test_the_table_says_how_close_and_how_sure_a_match_is(tmp_path: Path) -> None:
    """Catches a table with another figure than the file's, a distance in it, and a match that is compared with nothing."""
    request = ("match", BELL, "--synth", "dexed", "--renders", 20, "-n", 1)
    heads, row, sure = run(*request, "-o", tmp_path / "a").stdout.splitlines()[2:5]
    assert heads.split() == ["synth", "preset", "from", "closeness", "file"]
    found = json.loads((tmp_path / "a/bell/match.json").read_text())["candidates"][0]
    assert row.split()[-5:] == ["drawn", f"{found['closeness']:.0f}", "%", found["word"], "1-dexed.syx"]
    assert found["origin"] == "drawn"
    nearer = f"matched nearer than {round(100 * found['in_domain_percentile'])} of 100 of Dexed (DX7)'s own sounds"
    far = "out of reach of Dexed (DX7): 95 of 100 of its own sounds are matched nearer than this one was"
    assert sure.strip() == (far if found["in_domain_percentile"] <= 0.05 else nearer)


def test_results_are_not_overwritten(matched: tuple[Path, dict[str, Any]]) -> None:
    """Catches results lost to a second run; it is refused before the search."""
    folder, _ = matched
    assert "use --force" in refused("match", BELL, "--renders", 0, "-o", folder)


def test_the_same_seed_gives_the_same_presets(tmp_path: Path) -> None:
    """Catches a result that depends on time or on the number of workers."""
    results = []
    for name, workers in (("a", 1), ("b", 2)):
        run("match", BELL, "--synth", "dexed", "--renders", 30, "--workers", workers, "-o", tmp_path / name, "-q")
        results.append((tmp_path / name / "bell" / "1-dexed.syx").read_bytes())
    assert results[0] == results[1]


def test_many_targets_give_a_bank(tmp_path: Path) -> None:
    """Catches a bank that lacks a target, or names presets after the library instead of the target."""
    done = run("match", BELL, BASS, "--synth", "dexed", "--renders", 0, "-n", 1, "-o", tmp_path, "--json")
    bank = Path(json.loads(done.stdout)["banks"][0])
    names = [preset.name for preset in read_presets(bank)[:2]]
    assert names == ["bell", "bass"]


def test_render_plays_a_voice_of_a_bank(tmp_path: Path) -> None:
    """Catches a command that plays the first preset whatever was asked."""
    bank = Path("/usr/share/hexter/dx7_roms.dx7")
    out = tmp_path / "out.wav"
    run("render", bank, "-n", 11, "--note", "A2", "--hold", 0.5, "--seconds", 1, "-o", out)
    audio, _ = soundfile.read(out, dtype="float32", always_2d=True)
    expected = render(get_synth("dexed"), read_presets(bank)[10], Note(45, 100, 0.5, 1.0))
    scale = max(1.0, float(np.abs(expected).max()))
    assert np.abs(audio.T - expected / scale).max() < 1e-3


def test_synths_lists_all() -> None:
    """Catches a synthesizer that is registered and not shown, or has no version."""
    rows = json.loads(run("synths", "--json").stdout)
    assert {row["synth"]: row["parameters"] for row in rows} == {
        name: len(get_synth(name).space) for name in synth_names()
    }
    assert [row["synth"] for row in rows if not row["installed"] or not row["version"]] == []
    assert "Dexed" in run("synths").stdout or "dexed" in run("synths").stdout


def wav(path: Path, samples: np.ndarray, rate: int = 44_100) -> Path:
    """A WAV file of samples."""
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


TONE = np.sin(np.arange(44_100) / 20).astype(np.float32)


def test_recordings_that_cannot_be_matched(tmp_path: Path) -> None:
    """Catches a traceback, a hang or a nonsense match; each refusal names the file."""
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("this is no sound")
    whole = wav(tmp_path / "whole.wav", TONE).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    wav(tmp_path / "silent.wav", np.zeros(44_100, np.float32))
    wav(tmp_path / "nan.wav", np.where(np.arange(44_100) == 99, np.nan, TONE))
    wav(tmp_path / "long.wav", np.zeros(8_000 * 70, np.float32) + 0.1, 8_000)
    for name in ("missing", "empty", "text", "cut", "silent", "nan", "long"):
        line = refused("match", tmp_path / f"{name}.wav", "-o", tmp_path / "out")
        assert f"{name}.wav" in line, line
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


def test_a_plugin_that_is_not_there_or_an_effect_is_refused_by_every_command(tmp_path: Path) -> None:
    """Catches a traceback of the commands that ask a plug-in for its parameters or files first."""
    delay = "http://drobilla.net/plugins/mda/Delay"
    assert "there is no plug-in ./no.vst3" in refused("synths", "./no.vst3")
    build = ("library", "build", "/usr/share/hexter", "-o", tmp_path / "x.npz", "--synth")
    assert "there is no plug-in ./no.vst3" in refused(*build, "./no.vst3")
    assert "there is no plug-in ./no.vst3" in refused("dataset", "generate", tmp_path / "d", "--synth", "./no.vst3")
    assert "Delay is an effect" in refused("match", BELL, "--synth", delay, "-o", tmp_path / "o")
    assert not list(tmp_path.iterdir())


def test_arguments_that_cannot_be_used(tmp_path: Path) -> None:
    """Catches a wrong argument that is ignored, or found out after the search."""
    assert "expected one of vital, dexed, amsynth" in refused("match", BELL, "--synth", "dx8", "-o", tmp_path / "o")
    assert "note is 'H9'" in refused("match", BELL, "--note", "H9", "-o", tmp_path / "o")
    for wrong, shown in (("loud", "'loud'"), ("0", "0"), ("128", "128"), ("64.5", "'64.5'")):
        line = refused("match", BELL, "--velocity", wrong, "-o", tmp_path / "o")
        assert f"velocity is {shown}, expected a whole number 1..127, or sound" in line
    assert "candidates 0" in refused("match", BELL, "--candidates", 0, "--synth", "dexed", "-o", tmp_path / "o")
    assert "does not exist" in refused("match", BELL, "--library", tmp_path / "no.npz", "-o", tmp_path / "o")
    (tmp_path / "file").write_bytes(b"")
    assert "cannot write" in refused("match", BELL, "--synth", "dexed", "-o", tmp_path / "file" / "o")


def test_presets_that_cannot_be_played(tmp_path: Path) -> None:
    """Catches a damaged or foreign preset file that plays something, and output that is half-written."""
    voice = np.zeros(155, np.uint8)
    bank = sysex.dump_bank([voice])
    cases = {
        "checksum.syx": (bank[:50] + bytes([bank[50] ^ 1]) + bank[51:], "checksum"),
        "odd.syx": (b"\x01" * 130, "130 bytes"),
        "cut.syx": (bank[:3000], "3000 bytes"),
        "no.json": (b'{"a": 1}', "no"),
        "half.json": (b'{"format": ', "not JSON"),
        "no.vital": (b"{}", "no.vital"),
        "other.bank": (b"another\nsynthesizer\n", "other.bank is no amsynth file"),
        "what.xyz": (b"abc", "no known preset file"),
    }
    for name, (contents, words) in cases.items():
        (tmp_path / name).write_bytes(contents)
        line = refused("render", tmp_path / name, "-o", tmp_path / "out.wav")
        assert words in line, line
    assert "does not exist" in refused("render", tmp_path / "gone.syx", "-o", tmp_path / "out.wav")
    good = Path("/usr/share/hexter/tx7_roms.dx7")
    assert "holds 64" in refused("render", good, "-n", 65, "-o", tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()
    shutil.copy(BELL, tmp_path / "out.wav")
    assert "exists and is kept" in refused("render", good, "-o", tmp_path / "out.wav")
    assert (tmp_path / "out.wav").read_bytes() == BELL.read_bytes()


def test_a_full_disk_leaves_nothing_half_written() -> None:
    """Catches half a file under its final name: /dev/full refuses every write."""
    line = refused("render", "/usr/share/hexter/tx7_roms.dx7", "-o", "/dev/full/out.wav")
    assert "cannot write" in line


def test_match_keeps_what_is_locked(tmp_path: Path) -> None:
    """Catches a lock that is not passed on, or that holds another preset's values than the first of --start."""
    bank = Path("/usr/share/hexter/dx7_roms.dx7")
    run("match", BELL, "--synth", "dexed", "--renders", 30, "--start", bank, "--lock", "op1", "-o", tmp_path, "-q")
    first = read_presets(bank)[0]
    space = get_synth("dexed").space
    held = sorted(space.index[name] for name in space.named_by(["op1"]))
    best = read_presets(tmp_path / "bell" / "1-dexed.syx")[0]
    assert held
    assert (best.native[held] == first.native[held]).all()
    assert "locked is 'op9'" in refused("match", BELL, "--synth", "dexed", "--lock", "op9", "-o", tmp_path / "o")
    assert "gone.syx" in refused("match", BELL, "--start", tmp_path / "gone.syx", "-o", tmp_path / "o")
