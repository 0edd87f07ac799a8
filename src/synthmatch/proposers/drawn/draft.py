"""A Vital preset in the making: its settings, LFOs and connections."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from synthmatch.analysis.swing import Swing
from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace, Preset
from synthmatch.synths.vital.own import lfo_shape


class Draft:
    """What is put together of a preset. LFOs are numbered from 1, as they come.

    Connections that a search cannot move have slots from `first_beside` on.
    """

    def __init__(self, space: ParamSpace, first_beside: int) -> None:
        self.settings = dict[str, float]()
        self.lfos = dict[str, Any]()
        self._space = space
        self._slots, self._first_beside = 0, first_beside
        self._connections = dict[str, Any]()

    def choice(self, name: str, text: str) -> int:
        """The value of a control that has names."""
        return self._space[name].choices.index(text)

    def course(self, name: str, points: Float64[F64, "points 2"], seconds: float, again_s: float | None = None) -> str:
        """Add an LFO of that shape, which runs once, or in a loop from its end to `again_s`; gives it as a source."""
        return self._add(
            lfo_shape(points, name),
            seconds,
            "Envelope" if again_s is None else "Loop Point",
            (again_s or 0.0) / seconds,
        )

    def swing(self, name: str, swing: Swing, envelope: int, moved: Sequence[str], amount: float) -> None:
        """Let Vital's own sine move controls up and down by an amount, which that envelope fades in."""
        shape = lfo_shape(np.array([[0.0, 1.0], [0.5, 0.0], [1.0, 1.0]]), name) | {"smooth": True}
        # it goes up through its middle at the delay's end
        source = self._add(shape, 1 / swing.rate_hz, "Trigger", (0.75 - swing.rate_hz * swing.delay_s) % 1.0)
        self.settings |= {
            f"env_{envelope}_delay": max(swing.delay_s, 0.0) ** 0.25,
            f"env_{envelope}_attack": swing.grows_s**0.25,
            f"env_{envelope}_attack_power": 0.0,
            f"env_{envelope}_sustain": 1.0,
        }
        for control in moved:
            slot = self.connect(source, control, 0.0, bipolar=True)
            self.connect(f"env_{envelope}", f"modulation_{slot}_amount", amount / 2)

    def _add(self, shape: dict[str, Any], seconds: float, kind: str, phase: float) -> str:
        number = str(len(self.lfos) + 1)
        source = f"lfo_{number}"
        self.lfos[number] = shape
        self.settings |= {
            f"{source}_sync": self.choice("lfo_1_sync", "Seconds"),
            f"{source}_sync_type": self.choice("lfo_1_sync_type", kind),
            f"{source}_phase": phase,
            f"{source}_frequency": -np.log2(seconds),
            f"{source}_smooth_mode": 0,
            f"{source}_smooth_time": self._space["lfo_1_smooth_time"].low,
        }
        return source

    def connect(self, source: str, moved: str, amount: float, *, bipolar: bool = False) -> int:
        """Let a source move a control, `bipolar` both ways, in a slot that a search moves if it can; gives the slot's number."""
        slot = self._slots + 1
        values = {"source": source, "destination": moved}
        known = (self._space[f"modulation_{slot}_{name}"].choices for name in values)
        if not all(text in choices for text, choices in zip(values.values(), known, strict=True)):
            return self.beside(source, moved, amount, bipolar=bipolar)
        self._slots = slot
        self.settings |= {
            f"modulation_{slot}_{name}": self.choice(f"modulation_{slot}_{name}", text) for name, text in values.items()
        }
        return self._reaches(slot, amount, bipolar=bipolar)

    def beside(
        self, source: str, moved: str, amount: float, *, bipolar: bool = False, curve: dict[str, Any] | None = None
    ) -> int:
        """The same in a slot that no search moves, along a `curve` that Vital calls line mapping."""
        slot = self._first_beside + len(self._connections)
        self._connections[str(slot)] = {"source": source, "destination": moved}
        if curve:
            self._connections[str(slot)]["line_mapping"] = curve
        return self._reaches(slot, amount, bipolar=bipolar)

    def _reaches(self, slot: int, amount: float, *, bipolar: bool) -> int:
        self.settings |= {f"modulation_{slot}_amount": amount, f"modulation_{slot}_bipolar": float(bipolar)}
        return slot

    def preset(self, extra: dict[str, Any]) -> Preset:
        """The preset, with other parts of its own."""
        further = {name: value for name, value in self.settings.items() if name not in self._space.index}
        known = {name: value for name, value in self.settings.items() if name in self._space.index}
        parts = extra | {
            "settings": extra["settings"] | further,
            "modulations": extra["modulations"] | self._connections,
            "lfos": self.lfos,
        }
        return Preset(self._space.synth, self._space.from_named(known), "", parts)
