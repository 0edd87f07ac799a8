"""What to say where nothing rendered: how often it failed in which way, an example, and which parameter does it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import Indices, Int
from synthmatch.library.sources import random_presets
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool

#: Letters shown of a plug-in's last line.
_MOST_LETTERS = 80
#: Presets that are tried for one that renders, from the default to random ones; a matter of time, not tuned.
_OTHERS = 16


def failures_text(pool: RenderPool, note: Note, failures: Sequence[RenderFailure], held: Preset) -> str:
    """One line. `held` has the values at which locks would hold parameters: where it renders, a lock mends a failure."""
    title = pool.synth.title
    if not failures:
        return f"no preset rendered on {title}"
    by_preset = {failure.preset.key(): failure for failure in failures}
    counts = Counter(failure.what for failure in by_preset.values())
    example = next(f for f in by_preset.values() if f.what == counts.most_common(1)[0][0])
    told = ", ".join(f"{count} {what}" for what, count in counts.most_common())
    text = f"no preset rendered on {title}: of {len(by_preset)} presets {told} ({example.detail[:_MOST_LETTERS]})"
    if example.reason == "hang":
        return text  # each further one would cost the whole time-out
    others = [held, *random_presets(pool.synth, np.random.default_rng(0), _OTHERS)]
    fine = next((p for p, failed in zip(others, _fail(pool, note, others), strict=True) if not failed), None)
    number = failing_parameter(pool, note, example.preset, fine) if fine else None
    if fine is None or number is None:
        return text
    parameter = pool.synth.space.parameters[number]
    bad, good = (parameter.text(preset.native[number]) for preset in (example.preset, fine))
    mend = f": try --lock {parameter.name}" if fine is held else ""
    return f"{text}; {parameter.name} alone does it at {bad} and not at {good}{mend}"


def failing_parameter(pool: RenderPool, note: Note, failed: Preset, fine: Preset) -> int | None:
    """The parameter whose value in `failed`, put into `fine`, which renders, is enough to make that fail.

    Found by halving. None where only several values together fail, and where more than one does it alone.
    """

    def fail(groups: Sequence[Int[Indices, " _members"]]) -> list[bool]:
        presets = []
        for group in groups:
            native = np.array(fine.native)
            native[group] = failed.native[group]
            presets.append(fine.with_native(native))
        return _fail(pool, note, presets)

    group = np.flatnonzero(failed.native != fine.native)
    if fail([group[:0], group]) != [False, True]:
        return None
    while len(group) > 1:
        halves = np.array_split(group, 2)
        bad = fail(halves)
        if sum(bad) != 1:
            return None
        group = halves[bad.index(True)]
    return int(group[0])


def _fail(pool: RenderPool, note: Note, presets: Sequence[Preset]) -> list[bool]:
    return [isinstance(result, RenderFailure) for result in pool.run(presets, note)]
