"""Dexed with faults injected by the preset's name, for the tests of the pool. The audio between the faults is real."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.audio import Audio
from synthmatch.errors import MissingSynthError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.synths.base import Engine
from synthmatch.synths.dexed import Dexed


class FaultyEngine:
    """Renders like Dexed, except for presets named after a fault. Each earlier render here is heard as an offset."""

    def __init__(self, leaks_state: bool) -> None:
        self.leaks_state = leaks_state
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


def fail(audio: Audio) -> float:
    """A measure with a bug."""
    return float(audio[99, 0])


def process_id(audio: Audio) -> int:
    """A measure that tells where it runs."""
    return os.getpid()


def loudness(audio: Audio) -> float:
    """A measure of the audio."""
    return float(np.abs(audio).mean())
