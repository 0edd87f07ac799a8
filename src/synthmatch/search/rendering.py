"""What an objective evaluates presets with: workers that render and measure them."""

from collections.abc import Sequence

from synthmatch.features.search_distance import RenderFeatures, SearchDistance
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Evaluate


def rendered_with(
    pool: RenderPool, note: Note, distance: SearchDistance, failures: list[RenderFailure] | None = None
) -> Evaluate:
    """Render presets with a note in the pool's workers, and measure their distance there. What fails is added to `failures`."""

    def evaluate(presets: Sequence[Preset]) -> list[RenderFeatures | None]:
        results = pool.run(presets, note, distance)
        if failures is not None:
            failures.extend(result for result in results if isinstance(result, RenderFailure))
        return [None if isinstance(result, RenderFailure) else result for result in results]

    return evaluate
