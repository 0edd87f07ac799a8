"""How sure a match is, and which targets are out of a synthesizer's reach.

The yardstick is the synthesizer's own held-out presets: targets that it can make exactly. How close the search comes to
those, with as many renders, was measured (`benchmark.in_domain`) and is shipped as data (docs/results/reach.md).
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np

#: What is stored, in per cent (`calibration.closeness`).
METRIC = "closeness"
#: The closeness of a synthesizer's own matches is stored at these shares of them.
SHARES = np.linspace(0.0, 1.0, 21)
#: A target is out of reach where 95 in 100 of the synthesizer's own are matched nearer.
_LEAST_SHARE = 0.05


@cache
def _measured() -> dict[str, dict[int, list[float]]]:
    """Closeness in per cent at `SHARES`, by synthesizer and renders."""
    text = (resources.files("synthmatch") / "data/reach.json").read_text(encoding="utf-8")
    return {
        synth: {int(renders): found[METRIC] for renders, found in marks.items()}
        for synth, marks in json.loads(text).items()
    }


def in_domain_percentile(synth: str, closeness: float, renders: int) -> float | None:
    """Share (0..1) of a synthesizer's own presets to which its search comes no closer than `closeness`, in per cent, with `renders`.

    None for a synthesizer that was not measured, such as a plug-in of the user's.
    """
    marks = _measured().get(synth)
    if marks is None:
        return None
    # the next smaller budget that was measured: own presets are matched less nearly there, so that too little is called
    # out of reach, not too much
    most = max(mark for mark in marks if mark <= max(renders, min(marks)))
    return float(np.interp(closeness, marks[most], SHARES))


def is_out_of_reach(shares: Sequence[float | None]) -> bool:
    """Whether a target is, by `in_domain_percentile` of all candidates of one synthesizer; never without a measured one."""
    known = [share for share in shares if share is not None]
    return bool(known) and max(known) <= _LEAST_SHARE


def in_domain_text(title: str, share: float) -> str:
    """What a share of `in_domain_percentile` means, for a synthesizer's title."""
    return f"matched nearer than {round(100 * share)} of 100 of {title}'s own sounds"


def out_of_reach_text(title: str) -> str:
    """The line that says so, for a synthesizer's title."""
    percent = round(100 * (1 - _LEAST_SHARE))
    return f"out of reach of {title}: {percent} of 100 of its own sounds are matched nearer than this one was"
