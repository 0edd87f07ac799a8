"""What a surrogate costs: a prediction against a render, and a search with it against the same without.

``python bench/surrogate.py``: for each synthesizer that has one in the package. Predictions are those of this process, renders
those of one worker; searches of held-out presets have 200 renders and one worker.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from synthmatch.benchmark.targets import held_out
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.proposers.library import LibraryProposer
from synthmatch.render.pool import RenderPool
from synthmatch.search.guided import guided_search
from synthmatch.search.objective import Budget
from synthmatch.surrogate.surrogate import Surrogate, builtin_surrogates
from synthmatch.synths.registry import get_synth

#: Presets that are predicted at once, as a generation's children are.
_AT_ONCE = 512
_RENDERED = 100
_RENDERS = 200


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, the second time."""
    work()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def a_preset(synth: str, surrogate: Surrogate) -> tuple[float, float]:
    """Milliseconds to predict a preset of the library, and to render one."""
    library = builtin_library(synth)
    assert library
    presets = [library.preset(row) for row in range(_RENDERED)]
    predicted = seconds(lambda: surrogate(library.unit[:_AT_ONCE], Note())) / _AT_ONCE
    with RenderPool(get_synth(synth), 1) as pool:
        rendered = seconds(lambda: pool.run(presets, Note())) / _RENDERED
    return 1000 * predicted, 1000 * rendered


def a_search(synth: str, surrogate: Surrogate, count: int) -> tuple[float, float]:
    """Seconds of a search with the surrogate and without, means over held-out presets."""
    library = builtin_library(synth)
    assert library
    spent: tuple[list[float], list[float]] = ([], [])
    with RenderPool(get_synth(synth), 1) as pool:
        for target in held_out(pool, count).targets:
            for times, guide in zip(spent, (surrogate, None), strict=True):
                start = time.perf_counter()
                guided_search(
                    target.audio,
                    target.note,
                    pool,
                    [LibraryProposer([library])],
                    guide,
                    Budget(_RENDERS),
                    np.random.default_rng(0),
                )
                times.append(time.perf_counter() - start)
    return float(np.mean(spent[0])), float(np.mean(spent[1]))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=8)
    parser.add_argument("--quick", action="store_true", help="one target")
    options = parser.parse_args()
    print("| synth | predict, ms | render, ms | ratio | search with it, s | without, s | ratio |")
    print("|---|---|---|---|---|---|---|")
    for synth, surrogate in builtin_surrogates().items():
        predicted, rendered = a_preset(synth, surrogate)
        ours, plain = a_search(synth, surrogate, 1 if options.quick else options.targets)
        cells = f"{predicted:.2f} | {rendered:.2f} | {rendered / predicted:.0f} | {ours:.1f} | {plain:.1f}"
        print(f"| {get_synth(synth).title} | {cells} | {ours / plain:.1f} |")


if __name__ == "__main__":
    main()
