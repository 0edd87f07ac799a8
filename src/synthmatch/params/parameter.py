"""One knob of a synthesizer: name, group, kind, native range, unit and display text.

Three forms of a value, never mixed:

* native: what the synthesizer's own file or interface takes (float64);
* unit: the knob's position in [0, 1];
* encoded: what a model sees (`ParamSpace.encode`): continuous one number, categorical one-hot.
"""

from dataclasses import dataclass
from typing import Literal

Group = Literal["oscillator", "envelope", "filter", "lfo", "modulation", "effect", "level", "pitch"]
Kind = Literal["continuous", "categorical"]
Scale = Literal["linear", "quadratic", "cubic", "quartic", "square_root", "exponential"]

KINDS: tuple[Kind, ...] = ("continuous", "categorical")
GROUPS: tuple[Group, ...] = ("oscillator", "envelope", "filter", "lfo", "modulation", "effect", "level", "pitch")

_DISPLAY = {
    "linear": lambda x: x,
    "quadratic": lambda x: x * x,
    "cubic": lambda x: x * x * x,
    "quartic": lambda x: x * x * x * x,
    "square_root": lambda x: max(x, 0.0) ** 0.5,
    "exponential": lambda x: 2.0**x,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A knob.

    `low` and `high` bound the native value. A categorical takes the integers low..high, one a class, and `choices`
    names them. A continuous parameter with `step` > 0 takes only ``low + k * step`` (a DX7 level of 0..99 has step 1);
    with step 0 it takes any value. What a panel shows is ``scale(native) * multiply + offset`` and the `unit`.
    """

    name: str
    label: str
    group: Group
    kind: Kind
    low: float
    high: float
    default: float
    step: float = 0.0
    unit: str = ""
    choices: tuple[str, ...] = ()
    scale: Scale = "linear"
    multiply: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        for number in ("low", "high", "default", "step", "multiply", "offset"):
            # one spelling of each number (no int, no -0.0), so that equal tables have equal hashes
            object.__setattr__(self, number, float(getattr(self, number)) + 0.0)
        assert self.group in GROUPS, f"{self.name}: unknown group {self.group}"
        assert self.kind in KINDS, f"{self.name}: unknown kind {self.kind}"
        assert self.scale in _DISPLAY, f"{self.name}: unknown scale {self.scale}"
        assert self.low <= self.default <= self.high, (
            f"{self.name}: default {self.default} outside {self.low, self.high}"
        )
        if self.kind == "categorical":
            assert self.low.is_integer(), f"{self.name}: classes start at {self.low}, expected an integer"
            assert len(self.choices) == self.high - self.low + 1, f"{self.name}: {len(self.choices)} choices"
        else:
            assert self.high > self.low, f"{self.name}: empty range"
            assert self.step >= 0, f"{self.name}: step {self.step} is negative"
        if self.step:
            moves = (self.high - self.low) / self.step
            assert abs(moves - round(moves)) < 1e-6, f"{self.name}: {moves} steps of {self.step} in its range"

    @property
    def classes(self) -> int:
        """Number of classes of a categorical parameter; 0 for a continuous one."""
        return len(self.choices) if self.kind == "categorical" else 0

    @property
    def steps(self) -> int:
        """Number of steps from `low` to `high`: classes - 1, or 0 where any value is taken."""
        if self.kind == "categorical":
            return self.classes - 1
        return round((self.high - self.low) / self.step) if self.step else 0

    @property
    def width(self) -> int:
        """Length of its encoded form."""
        return self.classes or 1

    def text(self, native: float) -> str:
        """What a panel would show: the choice's name, or the number in display units."""
        if self.choices:
            return self.choices[round(native - self.low)]
        shown = _DISPLAY[self.scale](native) * self.multiply + self.offset
        return f"{shown:.4g} {self.unit}".rstrip()
