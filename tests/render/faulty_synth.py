"""Dexed with faults injected by the preset's name, for the tests of the pool. The audio between the faults is real."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.audio import Audio
from synthmatch.errors import MissingSynthError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.synths.base import Engine
from synthmatch.synths.dexed.synth import Dexed


def daemon(told: Path) -> None:
    """A process of its own session without a parent, which holds this one's pipes; its number goes to a file."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    os.setsid()
    process = os.fork()
    if process:
        # whole or not at all: it may be killed while it writes
        new = told.with_name(f"{told.name}-{process}")
        new.write_text(str(process))
        new.replace(told)
        os._exit(0)
    time.sleep(1e3)


def stranger(told: Path) -> None:
    """Another program in a session of its own, without this one's environment."""
    command = [sys.executable, "-c", "import time; time.sleep(1e3)"]
    told.write_text(str(subprocess.Popen(command, env={}, start_new_session=True).pid))


def crowd(told: Path) -> None:
    """A hundred daemons, and no end."""
    for _ in range(100):
        daemon(told)
    time.sleep(1e3)


def eat_memory(told: Path) -> None:
    """More than a worker may have, touched or not."""
    np.empty(5 << 30, np.uint8)


def fill_disk(told: Path) -> None:
    """A file that is larger than a worker may write."""
    with told.open("wb") as file:
        file.truncate(2 << 30)


def daemon_then_crash(told: Path) -> None:
    """It holds the pipe of a fork that has crashed."""
    daemon(told)
    os.kill(os.getpid(), signal.SIGSEGV)


STRAYS = {
    "crash with daemon": daemon_then_crash,
    "daemon": daemon,
    "stranger": stranger,
    "crowd": crowd,
    "eat memory": eat_memory,
    "fill disk": fill_disk,
}


class FaultyEngine:
    """Renders like Dexed, except for presets named after a fault. Each earlier render here is heard as an offset."""

    def __init__(self, leaks_state: bool, fresh_repeats: bool = False) -> None:
        self.leaks_state = leaks_state
        self.fresh_repeats = fresh_repeats
        self._dexed = Dexed().engine()
        self._earlier = 0

    def render(self, preset: Preset, note: Note) -> Audio:
        fault = preset.name
        once: Any = preset.extra.get("once")
        if once:
            if Path(once).exists():
                fault = ""
            Path(once).touch()
        os.write(1, b"plug-in chatter on stdout\n")
        os.write(2, f"last words of {fault}\n".encode())
        if fault == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if fault == "hang":
            time.sleep(1e3)
        if fault in STRAYS:
            STRAYS[fault](Path(preset.extra["told"]))
        if fault == "error":
            raise ValueError("two\nlines")
        audio = self._dexed.render(preset, note)
        if fault == "nan":
            audio[0, 5] = np.nan
        if self.leaks_state:
            audio += self._earlier
            self._earlier += 1
        return audio


class Faulty(Dexed):
    id = "faulty_synth:Faulty"

    def engine(self) -> Engine:
        return FaultyEngine(leaks_state=False)


class FaultyLeaky(Dexed):
    id = "faulty_synth:FaultyLeaky"

    def engine(self) -> Engine:
        return FaultyEngine(leaks_state=True)


class FaultyByValueEngine(FaultyEngine):
    """NaN where a parameter is above its default; with `pair`, only where two are."""

    def __init__(self, pair: bool) -> None:
        super().__init__(leaks_state=False)
        self._names = ("op3_fine", "feedback") if pair else ("op3_fine",)

    def render(self, preset: Preset, note: Note) -> Audio:
        audio = super().render(preset, note)
        space = Dexed().space
        if all(preset.native[space.index[name]] > 0 for name in self._names):
            audio[0, 5] = np.nan
        return audio


class FaultyByValue(Dexed):
    id = "faulty_synth:FaultyByValue"

    def engine(self) -> Engine:
        return FaultyByValueEngine(pair=False)


class FaultyByPair(Dexed):
    id = "faulty_synth:FaultyByPair"

    def engine(self) -> Engine:
        return FaultyByValueEngine(pair=True)


class Missing(Dexed):
    """Found by the program, but not by its worker."""

    id = "faulty_synth:Missing"

    def engine(self) -> Engine:
        raise MissingSynthError("the plug-in is gone: install it again")


class CrashesAtLoad(Dexed):
    id = "faulty_synth:CrashesAtLoad"

    def engine(self) -> Engine:
        os.write(2, b"cannot open display\n")
        os.abort()


class CrashesWithDaemon(Dexed):
    id = "faulty_synth:CrashesWithDaemon"

    def engine(self) -> Engine:
        daemon(Path(os.environ["TOLD"]))
        os.abort()


class FaultyFresh(Dexed):
    """Its state is in the engine alone."""

    id = "faulty_synth:FaultyFresh"

    def engine(self) -> Engine:
        return FaultyEngine(leaks_state=True, fresh_repeats=True)


def fail(audio: Audio) -> float:
    """A measure with a bug."""
    return float(audio[99, 0])


def process_id(audio: Audio) -> int:
    """A measure that tells where it runs."""
    return os.getpid()


def loudness(audio: Audio) -> float:
    """A measure of the audio."""
    return float(np.abs(audio).mean())
