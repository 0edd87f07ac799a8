"""Limits of a worker, and what a plug-in has started: it ends with the render, the worker or the program."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faulty_synth import CrashesWithDaemon, Faulty, FaultyLeaky

from synthmatch.errors import RenderError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.dexed.synth import Dexed

pytestmark = pytest.mark.linux
NOTE = Note(hold_seconds=0.1, render_seconds=0.2)
SYNTHS = pytest.mark.parametrize("synth", [Faulty(), FaultyLeaky()], ids=["same process", "forks"])


def doing(synth: Dexed, fault: str, told: Path) -> Preset:
    """A preset that does what its name says, and tells of it in a file."""
    return Preset(synth.id, synth.space.default, fault, {"told": str(told)})


def ended(told: Path, seconds: float = 3.0) -> bool:
    """Whether the process of that number ends in time."""
    stat = Path(f"/proc/{told.read_text()}/stat")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if stat.read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("fault", ["daemon", "stranger"])
def test_what_a_render_starts_ends_with_it(fault: str, tmp_path: Path) -> None:
    """Catches processes that pile up, one a render, because they left the group of the worker."""
    synth = FaultyLeaky()
    with RenderPool(synth, workers=1) as pool:
        results = pool.run([doing(synth, fault, tmp_path / str(i)) for i in range(3)], NOTE)
        assert not [str(result) for result in results if isinstance(result, RenderFailure)]
        assert [ended(told) for told in tmp_path.iterdir()] == [True] * 3


@pytest.mark.parametrize("fault", ["daemon", "stranger"])
def test_what_a_worker_starts_ends_with_it(fault: str, tmp_path: Path) -> None:
    """Catches processes that outlive the pool, where the engine renders without forks."""
    told = tmp_path / "told"
    with RenderPool(Faulty(), workers=1) as pool:
        pool.run([doing(Faulty(), fault, told)], NOTE)
        assert not ended(told, 0.2)
    assert ended(told)


def test_what_a_crash_at_loading_leaves_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an orphan that nobody knows any more, and a pool that waits for it because it holds the worker's pipe."""
    told = tmp_path / "told"
    monkeypatch.setenv("TOLD", str(told))
    synth = CrashesWithDaemon()
    with RenderPool(synth, workers=1) as pool, pytest.raises(RenderError, match=r"does not load.*SIGABRT"):
        pool.run([synth.preset(synth.space.default)], NOTE)
    assert ended(told)


@SYNTHS
def test_a_crash_is_noticed_though_a_daemon_holds_the_pipe(synth: Dexed, tmp_path: Path) -> None:
    """Catches a crash that is taken for a hang, after half a minute."""
    with RenderPool(synth, workers=1) as pool:
        (result,) = pool.run([doing(synth, "crash with daemon", tmp_path / "told")], NOTE)
    assert isinstance(result, RenderFailure)
    assert result.reason == "crash"
    assert result.detail.startswith("SIGSEGV")
    assert ended(tmp_path / "told")


@SYNTHS
def test_a_killed_program_leaves_nothing(synth: Dexed, tmp_path: Path) -> None:
    """Catches processes that a plug-in has started and that only the killed program would have ended."""
    told = tmp_path / "told"
    script = f"""
import os, signal
from faulty_synth import {type(synth).__name__} as Synth
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
synth = Synth()
pool = RenderPool(synth, 1)
told = {{"told": {str(told)!r}}}
pool.run([Preset(synth.id, synth.space.default, "daemon", told)], Note(render_seconds=0.1))
os.kill(os.getpid(), signal.SIGKILL)
"""
    search_path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = os.environ | {"PYTHONPATH": search_path, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert ended(told)


def test_a_crowd_is_ended(tmp_path: Path) -> None:
    """Catches a plug-in that fills the table of processes until its time is over."""
    synth = FaultyLeaky()
    began = time.monotonic()
    with RenderPool(synth, workers=1) as pool:
        (result,) = pool.run([doing(synth, "crowd", tmp_path / "told")], NOTE)
    assert isinstance(result, RenderFailure)
    assert (result.reason, result.detail) == ("crash", "it started more than 64 processes")
    assert ended(tmp_path / "told")
    assert time.monotonic() - began < 15


@SYNTHS
@pytest.mark.parametrize(("fault", "told"), [("eat memory", "MemoryError"), ("fill disk", "File too large")])
def test_memory_and_files_have_an_end(synth: Dexed, fault: str, told: str, tmp_path: Path) -> None:
    """Catches a plug-in that takes all memory or disk of the computer."""
    with RenderPool(synth, workers=1) as pool:
        failed, fine = pool.run([doing(synth, fault, tmp_path / "told"), synth.preset(synth.space.default)], NOTE)
    assert isinstance(failed, RenderFailure)
    assert told in failed.detail
    assert not isinstance(fine, RenderFailure)


def test_a_hang_costs_ten_seconds() -> None:
    """Catches a search of minutes that loses one of them to each preset that hangs, though renders take milliseconds."""
    synth = FaultyLeaky()
    fine = synth.preset(synth.space.default)
    with RenderPool(synth, workers=1) as pool:
        pool.run([fine] * 12, NOTE)
        began = time.monotonic()
        (result,) = pool.run([fine.with_name("hang")], NOTE)
    assert isinstance(result, RenderFailure)
    assert (result.reason, result.detail) == ("hang", "no render within 7 s")
    assert 9.5 < time.monotonic() - began < 20
