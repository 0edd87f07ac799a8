"""Nothing is left behind: no process, no file, whatever ends the program."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

#: a script without a __main__ guard that starts a pool, prints its temporary folder, then does what the test wants
SCRIPT = """
import itertools, os, signal, sys, threading
from faulty_synth import Faulty, FaultyLeaky
from synthmatch.note import Note
from synthmatch.render.pool import RenderPool

# a background job starts with Ctrl-C ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
synth = {synth}()
pool = RenderPool(synth, 2, timeout_seconds={timeout})
fine = synth.preset(synth.space.default)
print(len(pool.run([fine] * 3, Note(render_seconds=0.1))), flush=True)
{rest}
"""
HANG = "pool.run([fine.with_name('hang')] * 4, Note())"
INTERRUPT = f"""
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    {HANG}
except KeyboardInterrupt:
    print(len(pool.run([fine] * 5, Note(render_seconds=0.1))))
"""
KILL = f"threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGKILL)).start(); {HANG}"


def group(marker: str) -> list[int]:
    """Processes with this text in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if marker.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue  # it has ended, or is another user's
    return found


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it holds before the time is over."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


@pytest.mark.parametrize(
    ("synth", "rest", "code", "printed"),
    [
        ("FaultyLeaky", "pool.close()", 0, "3\n"),
        ("Faulty", "", 0, "3\n"),
        ("FaultyLeaky", "next(pool.stream(itertools.repeat(fine), Note())); sys.exit(3)", 3, "3\n"),
        ("Faulty", INTERRUPT, 0, "3\n5\n"),
        ("FaultyLeaky", INTERRUPT, 0, "3\n5\n"),
        ("Faulty", KILL, -signal.SIGKILL, "3\n"),
        ("FaultyLeaky", KILL, -signal.SIGKILL, "3\n"),
    ],
)
def test_no_process_and_no_file_is_left(synth: str, rest: str, code: int, printed: str, tmp_path: Path) -> None:
    """Catches workers, hung forks and temporary files that outlive the program, and chatter in its output."""
    # a hung worker without a fork notices the end of the program by its time-out only
    timeout = 1.0 if code < 0 else 60.0
    here = str(Path(__file__).parent)
    search_path = os.pathsep.join([here, *filter(None, sys.path)])
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": search_path}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(synth=synth, rest=rest, timeout=timeout)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, printed, "")
    assert within(3.0, lambda: not group(str(tmp_path)))
    # only its alarm ends a hung worker without a fork once the program is dead, and that removes no file
    without_fork = synth == "Faulty" or "SYNTHMATCH_PORTABLE" in os.environ
    assert (without_fork, code) == (True, -signal.SIGKILL) or not list(tmp_path.iterdir())
