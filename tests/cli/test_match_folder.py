"""The folder of a match: what is there is found before the search, replaced whole, and left to its user."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import synthmatch
from synthmatch.cli.earlier import Earlier
from synthmatch.cli.output import Writer
from synthmatch.errors import OutputError
from synthmatch.synths.preset_files import read_presets
from synthmatch.synths.registry import get_synth
from synthmatch.systems.folder_lock import locked_folder

EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"
BELL, BASS = EXAMPLES / "bell.flac", EXAMPLES / "bass.flac"
#: a search that would outlast the test, which a refusal may not wait for
LONG = ("--synth", "dexed", "--renders", 1_000_000)
SHORT = ("--synth", "dexed", "--renders", 0, "-q")


def started(*arguments: object) -> "subprocess.Popen[str]":
    """``synthmatch match``, with Ctrl-C as a terminal gives it."""
    call = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    call += "; from synthmatch.cli.app import main; main()"
    command = [sys.executable, "-c", call, "match", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def match(*arguments: object, code: int = 0) -> str:
    """What it printed on both streams."""
    process = started(*arguments)
    out, complaints = process.communicate(timeout=100)
    assert process.returncode == code, complaints
    assert "Traceback" not in complaints
    return out + complaints


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def test_what_an_earlier_run_left_is_found_before_the_search(tmp_path: Path) -> None:
    """Catches files of an interrupted run that are found when the results of minutes cannot be written."""
    (tmp_path / "bell").mkdir()
    (tmp_path / "bell" / "3-vital.png").write_bytes(b"old")
    printed = match(BELL, *LONG, "-o", tmp_path, code=2)
    assert "bell has 3-vital.png and perhaps others of a run that was interrupted" in printed
    assert (tmp_path / "bell" / "3-vital.png").read_bytes() == b"old"


def refusal(folder: Path, *targets: str, force: bool = False) -> str:
    """What a match of Dexed says before its search."""
    with pytest.raises(OutputError) as caught:
        Writer(folder, targets, [get_synth("dexed")], force=force)
    return str(caught.value)


def test_other_things_in_the_way_are_found_before_the_search(tmp_path: Path) -> None:
    """Catches a file in the place of a target's folder, a second target of one name, and a bank that is there already."""
    (tmp_path / "file").write_bytes(b"")
    assert "is a file" in refusal(tmp_path, "file", force=True)
    (tmp_path / "bell-2").mkdir()
    (tmp_path / "bell-2" / "match.json").write_bytes(b"{}")
    assert "bell-2 has results" in refusal(tmp_path, "bell", "bell")
    (tmp_path / "best-dexed-2.syx").write_bytes(b"old")
    assert "has best-dexed-2.syx and perhaps others" in refusal(tmp_path, "bass", "flute")
    Writer(tmp_path, ["bell", "flute"], [get_synth("dexed")], force=True)
    Writer(tmp_path, ["bass"], [get_synth("dexed")], force=False)
    assert len(list(tmp_path.iterdir())) == 3


def test_force_leaves_nothing_stale_and_nothing_of_the_users(tmp_path: Path) -> None:
    """Catches ranks and banks of an earlier run that stay, and a file of the user's that is removed for its name."""
    match(BELL, BELL, *SHORT, "-n", 3, "-o", tmp_path)
    assert [preset.name for preset in read_presets(tmp_path / "best-dexed.syx")][:2] == ["bell", "bell-2"]
    own = ["bell/notes.txt", "bell/9-dexed.wav", "best-friend.wav", "best-dexed-mine.syx", "match.json"]
    for name in own:
        (tmp_path / name).write_bytes(b"the user's")
    match(BELL, *SHORT, "-n", 1, "--force", "-o", tmp_path)
    written = {f"bell/{name}" for name in ("1-dexed.syx", "1-dexed.wav", "1-dexed.png", "match.json")}
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {name for name in found if not name.startswith("bell-2/")} == written | set(own)
    assert all((tmp_path / name).read_bytes() == b"the user's" for name in own)
    assert len(json.loads((tmp_path / "bell/match.json").read_bytes())["candidates"]) == 1


def test_names_of_results_are_known(tmp_path: Path) -> None:
    """Catches a rank, a number or a synthesizer in a name that is not ours, and trust in a list that names other folders."""
    earlier = Earlier(tmp_path, [get_synth("dexed")])
    strange = ["0-dexed.syx", "1-piano.wav", "1-dexed.txt", "x1-dexed.syx", "1-dexed.syx.bak", "1-vital.syx", "1-dexed"]
    for name in [*strange, "2-amsynth.bank"]:
        (tmp_path / name).write_bytes(b"")
    assert earlier.results(tmp_path) == {"2-amsynth.bank"}
    rows = [{"rank": 1, "synth": "dexed", "preset": "../1-piano.wav", "wav": "/x/1-dexed.txt", "picture": "1-dexed"}]
    for damaged in (b"[[", b'{"candidates": 3}', b'{"candidates": [{"rank": 1}]}', b"[" * 100_000):
        (tmp_path / "match.json").write_bytes(damaged)
        assert earlier.results(tmp_path) == {"match.json"}
    (tmp_path / "match.json").write_text(json.dumps({"candidates": rows}))
    assert earlier.results(tmp_path) == {"match.json", "1-dexed.txt", "1-dexed"}


def test_a_second_match_waits_for_the_first(tmp_path: Path) -> None:
    """Catches two programs that write one folder, and results that the second finds only after its search."""
    with locked_folder(tmp_path, lambda: None):
        second = started(BELL, *LONG, "-o", tmp_path)
        assert second.stderr
        line = second.stderr.readline()
        assert line.startswith(f"another synthmatch writes to {tmp_path}"), line
        (tmp_path / "bell").mkdir()
        (tmp_path / "bell" / "match.json").write_bytes(b"{}")
    _, complaints = second.communicate(timeout=60)
    assert second.returncode == 2
    assert "has results" in complaints


def test_a_killed_match_holds_no_folder(tmp_path: Path) -> None:
    """Catches a lock file that a killed program leaves, for which everybody waits for ever."""
    holder = started(BELL, *LONG, "-q", "-o", tmp_path)
    waited: list[bool] = []

    def held() -> bool:
        if not waited:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(time, "sleep", lambda _: holder.kill())
                with locked_folder(tmp_path, lambda: waited.append(True)):
                    pass
        return bool(waited)

    until(held)
    assert holder.wait(20) == -signal.SIGKILL
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "code", "kept", "told"),
    [
        (signal.SIGINT, 0, True, "interrupted: the best so far is kept\n"),
        (signal.SIGTERM, 143, {"1-dexed.syx"}, ""),
    ],
)
def test_an_end_while_it_searches(number: signal.Signals, code: int, kept: object, told: str, tmp_path: Path) -> None:
    """Catches Ctrl-C that loses what was found, and a kill that leaves half of it or takes the old results along."""
    (tmp_path / "bell").mkdir()
    (tmp_path / "bell" / "1-dexed.syx").write_bytes(b"old")
    process = started(BELL, *LONG, "--force", "-q", "-o", tmp_path, "--workers", 1)
    until(lambda: _renders(process.pid) > 0)
    time.sleep(3.0)
    process.send_signal(number)
    _, complaints = process.communicate(timeout=60)
    names = {path.name for path in (tmp_path / "bell").iterdir()}
    assert (process.returncode, names if code else names >= {"match.json", "1-dexed.wav", "1-dexed.png"}) == (
        code,
        kept,
    )
    assert complaints == told
    assert [path.name for path in tmp_path.iterdir()] == ["bell"]
    assert ((tmp_path / "bell" / "1-dexed.syx").read_bytes() == b"old") == bool(code)


def _renders(program: int) -> int:
    """Render workers of a program."""
    workers = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                workers += parent == program and b"render.worker" in (folder / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended
    return workers
