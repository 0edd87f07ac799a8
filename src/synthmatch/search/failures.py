"""What to say where nothing rendered: how often it failed in which way, an example, and which parameter does it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool

#: Letters of a plug-in's last words.
_MOST_LETTERS = 80


def failures_text(pool: RenderPool, note: Note, failures: Sequence[RenderFailure], held: Preset) -> str:
    """One line. `held` has the values at which locks would hold parameters: one that mends a failure there is named."""
    title = pool.synth.title
    if not failures:
        return f"no preset rendered on {title}"
    by_preset = {failure.preset.key(): failure for failure in failures}
    counts = Counter(failure.what for failure in by_preset.values())
    example = next(f for f in by_preset.values() if f.what == counts.most_common(1)[0][0])
    told = ", ".join(f"{count} {what}" for what, count in counts.most_common())
    text = f"no preset rendered on {title}: of {len(by_preset)} presets {told} ({example.detail[:_MOST_LETTERS]})"
    # a hang costs the whole time-out each time
    number = None if example.reason == "hang" else failing_parameter(pool, note, example.preset, held)
    if number is None:
        return text
    parameter = pool.synth.space.parameters[number]
    bad, good = (parameter.text(preset.native[number]) for preset in (example.preset, held))
    return f"{text}; {parameter.name} alone does it at {bad} and not at {good}: try --lock {parameter.name}"


def failing_parameter(pool: RenderPool, note: Note, failed: Preset, held: Preset) -> int | None:
    """The parameter whose value in `failed`, put into `held`, which renders, is enough to make that fail.

    Found by halving. None where `held` does not render, where only several values together fail, and where more than one
    does it alone.
    """

    def fails(groups: Sequence[np.ndarray]) -> list[bool]:
        presets = []
        for group in groups:
            native = np.array(held.native)
            native[group] = failed.native[group]
            presets.append(held.with_native(native))
        return [isinstance(result, RenderFailure) for result in pool.run(presets, note)]

    group = np.flatnonzero(failed.native != held.native)
    if fails([group[:0], group]) != [False, True]:
        return None
    while len(group) > 1:
        halves = np.array_split(group, 2)
        bad = fails(halves)
        if sum(bad) != 1:
            return None
        group = halves[bad.index(True)]
    return int(group[0])
