"""Synthesizers of which only the parameters are known: those of other people's data, which no adapter here can render.

Serum, Diva and TyrellN6 as the data of Faronbi, Roman, Bello (ICASSP 2023) have them: how many classes each parameter has,
and its group, in the plug-in's order, from their code (dafaronbi/Multi-Task-Automatic-Synthesizer-Programming,
`data/one_hot.py` and `data/parameter_label.py`). Names are not published, so parameters have numbers.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from synthmatch.errors import MissingSynthError, PresetError
from synthmatch.params.parameter import Parameter
from synthmatch.params.preset import Preset
from synthmatch.params.space import ParamSpace
from synthmatch.synths.base import Engine, FileFormat, Synth


class TableOnly(Synth):
    """A synthesizer to train and score models of, not to render."""

    formats: tuple[FileFormat, ...] = ()

    @cached_property
    def space(self) -> ParamSpace:
        """Its parameters by number; continuous ones from 0 to 1."""
        text = files("synthmatch.data").joinpath("icassp2023_synths.json").read_text(encoding="utf-8")
        told: dict[str, Any] = json.loads(text)[self.id]
        groups = [group for group, count in told["groups"] for _ in range(count)]
        return ParamSpace(
            self.id,
            [
                _parameter(i, classes, group)
                for i, (classes, group) in enumerate(zip(told["classes"], groups, strict=True))
            ],
        )

    def missing(self) -> str:
        """It never renders."""
        return f"{self.title} is known by its parameters alone, to train and score models with; give the plug-in's path"

    def version(self) -> str:
        """None is known."""
        return ""

    def engine(self) -> Engine:
        """Raises `MissingSynthError`."""
        raise MissingSynthError(self.missing())

    def read(self, path: Path) -> list[Preset]:
        """Raises `PresetError`."""
        raise PresetError(f"{path} cannot be read: {self.missing()}")

    def dump(self, presets: Sequence[Preset], suffix: str) -> bytes:
        """Raises `PresetError`."""
        raise PresetError(f"no {suffix} can be written: {self.missing()}")


class Serum(TableOnly):
    """Xfer Records Serum, 315 parameters."""

    id, title = "serum", "Serum"


class Diva(TableOnly):
    """u-he Diva, 281 parameters."""

    id, title = "diva", "Diva"


class TyrellN6(TableOnly):
    """u-he TyrellN6, 92 parameters."""

    id, title = "tyrelln6", "TyrellN6"


def _parameter(number: int, classes: int, group: Any) -> Parameter:
    """One with two or more classes is categorical."""
    name, label = f"parameter_{number}", f"Parameter {number}"
    if classes < 2:
        return Parameter(name, label, group, "continuous", 0.0, 1.0, 0.5)
    return Parameter(
        name, label, group, "categorical", 0, classes - 1, 0, choices=tuple(f"Class {i}" for i in range(classes))
    )
