"""What a metric is: a name, a unit, a direction and a pure function. No metric computes anything here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher", "neither"]
Takes = Literal["audio", "reference", "presets"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of docs/metrics.md.

    `better` is ``neither`` for a description that ranks nothing. `takes` says what `function` is called with:

    * ``audio``: (reference, estimated), two audio arrays;
    * ``reference``: (reference), one audio array;
    * ``presets``: (reference, estimated, space, used), native values of two presets of one space.

    `unit` is empty for a plain number.
    """

    name: str
    unit: str
    better: Better
    function: Callable[..., float]
    takes: Takes = "audio"
