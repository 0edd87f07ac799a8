"""How long people wait, as renders: a seed then gives the same presets on every machine, a slower one takes longer.

Each effort takes about as many seconds of two cores on every synthesizer (`SECONDS`). The renders of that time were
measured once (docs/results/speed.md) and are fixed here.
"""

import math

from synthmatch.errors import InputError
from synthmatch.search.objective import Budget

QUICK, NORMAL, THOROUGH = "quick", "normal", "thorough"
#: Seconds that a search of one synthesizer takes, about, by effort.
SECONDS = {QUICK: 2.0, NORMAL: 10.0, THOROUGH: 60.0}
#: Renders in those seconds, with the workers loaded (bench/seconds.py).
_RENDERS = {
    "dexed": (600, 3000, 18_000),
    "amsynth": (80, 400, 2400),
    "vital": (22, 110, 660),
}
#: More than any time allows.
UNBOUNDED = 1_000_000
#: Of a plug-in, whose speed nobody knows.
_OTHERS = (50, 250, 1500)


def renders_of(synth: str, effort: str) -> int:
    """Renders that an effort takes with a synthesizer, by its id."""
    return _RENDERS.get(synth, _OTHERS)[list(SECONDS).index(effort)]


def budget_of(
    synth: str, *, effort: str | None = None, renders: int | None = None, seconds: float | None = None
) -> Budget:
    """When a synthesizer's search stops: after the effort, by default normal, or in its place after renders, seconds or either.

    Raises `InputError` for an effort that is none, and for one beside renders or seconds.
    """
    if effort not in (None, *SECONDS):
        raise InputError(f"effort is {effort!r}, expected {', '.join(SECONDS)}")
    if effort and (renders, seconds) != (None, None):
        raise InputError(f"got the effort {effort} and renders or seconds too, expected one of them")
    if seconds is None or math.isinf(seconds):
        return Budget(renders_of(synth, effort or NORMAL) if renders is None else renders)
    planned = max(1, round(renders_of(synth, NORMAL) * seconds / SECONDS[NORMAL]))
    return Budget(UNBOUNDED if renders is None else renders, seconds, planned)
