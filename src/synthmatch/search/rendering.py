"""What an objective evaluates presets with: workers that render and measure them."""

from collections.abc import Callable, Sequence

from synthmatch.features.search_distance import RenderFeatures, SearchDistance
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Evaluate, Results


def together(values: Sequence[float], worst: Callable[[Sequence[float]], float]) -> float:
    """What several notes are worth: half their mean and half the worst, so that no note is given up. Not tuned."""
    return (sum(values) / len(values) + worst(values)) / 2


def rendered_with(
    pool: RenderPool, note: Note, distance: SearchDistance, failures: list[RenderFailure] | None = None
) -> Evaluate:
    """Render presets with a note in the pool's workers, and measure their distance there. What fails is added to `failures`."""

    def evaluate(presets: Sequence[Preset]) -> Results:
        begun = pool.begin(presets, note, distance)

        def results() -> list[RenderFeatures | None]:
            found = begun()
            if failures is not None:
                failures.extend(result for result in found if isinstance(result, RenderFailure))
            return [None if isinstance(result, RenderFailure) else result for result in found]

        return results

    return evaluate


def once(evaluate: Evaluate) -> Evaluate:
    """The same, where a preset that was evaluated before has its result at once: for searches that go over the same ground."""
    known: dict[bytes, RenderFeatures | None] = {}

    def begin(presets: Sequence[Preset]) -> Results:
        new = {preset.key(): preset for preset in presets if preset.key() not in known}
        begun = evaluate(list(new.values()))

        def results() -> list[RenderFeatures | None]:
            known.update(zip(new, begun(), strict=True))
            return [known[preset.key()] for preset in presets]

        return results

    return begin


def rendered_together(
    pool: RenderPool, notes: Sequence[Note], distances: Sequence[SearchDistance], failures: list[RenderFailure]
) -> Evaluate:
    """Render presets with each of several notes, and measure how far they are from each note's sound.

    A preset has the distance of `together`. The rest is of the first note, which alone an operator and a surrogate learn from.
    """
    each = [rendered_with(pool, note, distance, failures) for note, distance in zip(notes, distances, strict=True)]

    def evaluate(presets: Sequence[Preset]) -> Results:
        begun = [rendered(presets) for rendered in each]

        def results() -> list[RenderFeatures | None]:
            rows = zip(*(of_note() for of_note in begun), strict=True)
            whole = [[features for features in row if features] for row in rows]
            return [
                row[0]._replace(distance=together([features.distance for features in row], max))
                if len(row) == len(notes)
                else None
                for row in whole
            ]

        return results

    return evaluate
