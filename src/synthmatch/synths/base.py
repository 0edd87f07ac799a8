"""What a synthesizer is to the rest of the package: a space, an engine that renders, and native files.

A `Synth` is light: it loads nothing until asked and can be sent to a worker by its `id`. An `Engine` holds the real
synthesizer and lives in a render worker only.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Audio, Bool, Bools, Float64
from synthmatch.note import Note
from synthmatch.params.preset import Preset
from synthmatch.params.space import ParamSpace


class Engine(Protocol):
    """A loaded synthesizer inside a worker process."""

    #: True where voice state leaks from one render to the next. Then every render runs in a fork of a worker that has
    #: loaded the engine and never rendered; where there is no fork, see `fresh_repeats`.
    leaks_state: bool
    #: True where fresh engines in one process play the same bits, so that the library itself keeps no state. Matters where
    #: state leaks and there is no fork: otherwise each render needs a process of its own.
    fresh_repeats: bool

    def render(self, preset: Preset, note: Note) -> Audio:
        """Play `note` with `preset`. Shape: (channels, note.samples) float32 at 44.1 kHz."""
        ...


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A native preset file: its suffix, what it is, and how many presets it holds (0: any number)."""

    suffix: str
    title: str
    capacity: int = 1


class Synth(ABC):
    """One synthesizer: the only door to it."""

    #: how a user names it, and how a worker finds it: ``dexed``, or the path or URI of a plug-in
    id: str
    #: as its makers write it
    title: str
    #: native files, the one that `match` writes first
    formats: tuple[FileFormat, ...]
    #: suffixes of further files that are read, and not written
    also_read: tuple[str, ...] = ()
    #: letters of a preset's name that native files keep
    name_length: int = 64
    #: channels of a render
    channels: int = 2
    #: its analytic model, ``module:Class`` of a `synthmatch.analytic.model.AnalyticModel`; ``""`` where there is none
    analytic: str = ""
    #: the systems that have it
    runs_on: str = "Linux, Windows, macOS"

    @property
    @abstractmethod
    def space(self) -> ParamSpace:
        """Its parameters; loads no renderer."""

    @abstractmethod
    def missing(self) -> str | None:
        """None where it can render, else one line: what is missing and how to get it."""

    @abstractmethod
    def version(self) -> str:
        """Version of the synthesizer and its binding, such as ``vita 0.1.0``; ``""`` where missing."""

    @abstractmethod
    def engine(self) -> Engine:
        """Load the real synthesizer. Called in a render worker only.

        Raises `MissingSynthError` where `missing` says so.
        """

    @abstractmethod
    def read(self, path: Path) -> list[Preset]:
        """Presets of a native file, in the file's order.

        Raises `PresetError` for a damaged file or one of another synthesizer.
        """

    @abstractmethod
    def dump(self, presets: Sequence[Preset], suffix: str) -> bytes:
        """Contents of a native file with these presets.

        Raises `PresetError` where the format cannot hold them.
        """

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of the files that are read, in small letters."""
        return tuple(suffix.lower() for suffix in (*(form.suffix for form in self.formats), *self.also_read))

    def recognises(self, contents: bytes) -> bool:
        """Whether a file is certainly of this synthesizer, whatever its name."""
        return False

    def active_parameters(self, native: Float64[F64, "presets parameters"]) -> Bool[Bools, "presets parameters"]:
        """Which parameters of presets, (N, P), are active; all others can be changed at once without a change of the sound.

        Shape: (N, P).
        """
        return np.ones(native.shape, np.bool_)

    def with_gain(self, preset: Preset, gain_db: float) -> Preset:
        """The preset with its level parameters moved, so that its sound is louder by about `gain_db`, and as it was otherwise.

        A parameter goes as far as it can, and the render says what came of it. The same preset where nothing is known to
        be its level.
        """
        return preset

    def check_extra(self, extra: Mapping[str, Any]) -> None:  # noqa: B027 - one without extra has nothing to refuse
        """Refuse what a file says to be the extra of a preset (`Preset.extra`) and is none of this synthesizer's.

        Raises `PresetError`.
        """

    def preset(self, native: npt.ArrayLike, name: str = "") -> Preset:
        """A preset of this synthesizer from native values, shape (P,)."""
        return Preset(self.id, self.space.snap(native), name)
