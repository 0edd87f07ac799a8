"""Temporary files that go with the program, and ends that somebody asks for."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synthmatch.systems.signals import uninterrupted

MAKES_FILES = """
import signal
import synthmatch.systems.signals
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored
synthmatch.systems.signals.unwind_on_signals()
signal.signal(signal.SIGINT, signal.default_int_handler)
from synthmatch.systems.scratch import new_folder
(new_folder() / "file").write_text("x")
"""
WAITS = MAKES_FILES + "print('made', flush=True)\nsignal.pause()\n"
#: the plug-in does not exist: DawDreamer takes a second to say so
PROBES = (
    MAKES_FILES + "print('made', flush=True)\nfrom synthmatch.synths.plugin.probe import probe\nprobe('/no.vst3')\n"
)
TRAINS = """
import torch
from synthmatch.training.compiler import keep_compiler_files
keep_compiler_files()
torch.optim.Adam(torch.nn.Linear(1, 1).parameters())
"""


def environment(folder: Path) -> dict[str, str]:
    """Temporary files in a folder, and the same modules as here."""
    return os.environ | {"TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def empty_within(folder: Path, seconds: float) -> bool:
    """Whether nothing is left there soon."""
    end = time.monotonic() + seconds
    while list(folder.iterdir()) and time.monotonic() < end:
        time.sleep(0.05)
    return not list(folder.iterdir())


@pytest.mark.parametrize("script", [MAKES_FILES, TRAINS])
def test_the_end_of_a_program_leaves_nothing(script: str, tmp_path: Path) -> None:
    """Catches a folder that stays after a program's own end, such as that of torch's compiler."""
    subprocess.run([sys.executable, "-c", script], env=environment(tmp_path), check=True, timeout=120)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("script", [WAITS, PROBES])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_killed_program_leaves_nothing(script: str, number: signal.Signals, tmp_path: Path) -> None:
    """Catches temporary files that outlive a program which was killed, hung up or interrupted, also while it looks at a plug-in."""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as started:
        assert started.stdout
        assert started.stdout.readline() == b"made\n"
        assert list(tmp_path.iterdir())
        time.sleep(0.5 if script == PROBES else 0)
        started.send_signal(number)
        started.wait(60)
    assert empty_within(tmp_path, 60)


@pytest.mark.linux
def test_what_a_killed_program_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """Catches a folder that stays for ever where all processes were killed, and one that is taken from a program that lives."""
    command = [sys.executable, "-c", WAITS]
    options = {"env": environment(tmp_path), "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **options) as killed, subprocess.Popen(command, **options) as lives:  # type: ignore[call-overload]
        for started in (killed, lives):
            assert started.stdout.readline() == b"made\n"
        beside = [
            int(process.name)
            for process in Path("/proc").glob("[0-9]*")
            if str(killed.pid) in (process / "stat").read_text().rpartition(")")[2].split()[1:2]
        ]
        for id in beside:
            os.kill(id, signal.SIGKILL)
        killed.kill()
        killed.wait(60)
        assert len(list(tmp_path.iterdir())) == 2
        subprocess.run([sys.executable, "-c", MAKES_FILES], env=environment(tmp_path), check=True, timeout=120)
        assert len(list(tmp_path.iterdir())) == 1
        lives.terminate()
    assert empty_within(tmp_path, 60)


def interrupted(times: int, done: list[str]) -> None:
    """Ctrl-C so often while something is written."""
    with uninterrupted():
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        done.append(f"whole after {times}")


def test_ctrl_c_waits_for_what_must_be_whole() -> None:
    """Catches results that Ctrl-C ends while they are written, and a second Ctrl-C that is not obeyed."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    done: list[str] = []
    try:
        interrupted(0, done)
        for times in (1, 2):
            with pytest.raises(KeyboardInterrupt):
                interrupted(times, done)
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["whole after 0", "whole after 1"]
