"""What an objective evaluates presets with: workers that render and score them."""

from collections.abc import Sequence

from synthmatch.features.score import FastScore, Heard
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Evaluate


def rendered_with(
    pool: RenderPool, note: Note, score: FastScore, failures: list[RenderFailure] | None = None
) -> Evaluate:
    """Render presets with a note in the pool's workers, and score them there. What fails is added to `failures`."""

    def evaluate(presets: Sequence[Preset]) -> list[Heard | None]:
        results = pool.run(presets, note, score)
        if failures is not None:
            failures.extend(result for result in results if isinstance(result, RenderFailure))
        return [None if isinstance(result, RenderFailure) else result for result in results]

    return evaluate
