"""How long a render may take before it counts as hung.

The longest time is the pool's time-out. Once renders have been timed it is shorter: a multiple of the slowest of them, so
that a hang costs 10 s, both attempts together, and so that a slow or busy machine, whose renders were slow too, gets
more. No search depends on it: an honest render would have to be 20 times slower than any before it, twice.
"""

#: Renders timed before anything follows from them: on several cores, some from each worker.
_ENOUGH = 8

#: Allowed slowness against the slowest render so far: an order of magnitude for a preset that is unlike those before it,
#: twice over for a processor that another program takes meanwhile. Loading and imports are timed by themselves.
_TIMES = 20.0

#: No attempt is given less: the first is for a hang of the preset, the second for a machine that stood still meanwhile.
_LEAST_SECONDS = (3.0, 7.0)


class Patience:
    """The limits of one pool. `most_seconds` is its time-out."""

    def __init__(self, most_seconds: float) -> None:
        self._most_seconds = most_seconds
        self.forget()

    def forget(self) -> None:
        """Begin again: another measure takes another time."""
        self._count, self._slowest = 0, 0.0

    def timed(self, seconds: float, audio_seconds: float) -> None:
        """Count a render that went well: its time with its measure, and how long its audio is."""
        self._count += 1
        self._slowest = max(self._slowest, seconds / audio_seconds)

    def limit_seconds(self, audio_seconds: float, attempt: int) -> float:
        """For a render of so much audio; `attempt` is 0 or 1."""
        if self._count < _ENOUGH:
            return self._most_seconds
        return min(self._most_seconds, max(_LEAST_SECONDS[attempt], _TIMES * self._slowest * audio_seconds))
