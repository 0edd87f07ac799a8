"""Where a search's time goes: processor milliseconds a candidate, by part, in one process with one thread of linear algebra.

``python bench/parts.py``: *render* and *score* are what a worker does, *transfer* packs and unpacks a job and its answer, *proposals*
makes a child and learns from it, *prediction* is that of a child, of which a guided search makes so many for each render.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.features.search_distance import RenderFeatures, SearchDistance
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.render.wire import Parts, pack, unpack
from synthmatch.search.objective import Budget, Objective, Results, Scored
from synthmatch.search.population import BATCH, Population
from synthmatch.search.preselection import Preselection
from synthmatch.search.surrogate_assisted import children_of
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.registry import get_synth, synth_names
from synthmatch.systems.threads import one_thread

#: Children that are predicted at a time.
_CHILDREN = 256


def milliseconds(work: Callable[[int], object], count: int) -> float:
    """Processor time of one of so many calls."""
    work(0)
    start = time.process_time()
    for number in range(count):
        work(number)
    return (time.process_time() - start) / count * 1000


def proposals(synth: str, presets: Sequence[Preset], heard: Sequence[RenderFeatures], children: int) -> float:
    """Milliseconds to make a child and to learn from it."""

    def evaluate(asked: Sequence[Preset]) -> Results:
        return lambda: [heard[number % len(heard)] for number in range(len(asked))]

    objective = Objective(get_synth(synth).space, evaluate, Budget(10 * children))
    population = Population(objective, presets, np.random.default_rng(1))
    population.render_seeds()

    def generation(_: int) -> None:
        made = list(population.ask(BATCH).values())
        population.tell(made, objective([child.preset for child in made]))

    return milliseconds(generation, children // BATCH) / BATCH


def prediction(synth: str, presets: Sequence[Preset], target: Audio, heard: Sequence[RenderFeatures]) -> float:
    """Milliseconds to predict a child."""
    preselection = Preselection(builtin_surrogates()[synth], target, Note())
    preselection.learn([Scored(preset, features) for preset, features in zip(presets, heard, strict=True)])
    rng, space = np.random.default_rng(2), get_synth(synth).space
    parents = [presets[number % len(presets)] for number in range(_CHILDREN)]
    moved = [space.to_unit(parent.native) + rng.normal(0, 0.02, len(space)) for parent in parents]
    children = [p.with_native(native) for p, native in zip(parents, space.to_native(np.array(moved)), strict=True)]
    return milliseconds(lambda _: preselection.expect(children, parents), 3) / _CHILDREN


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=int, default=40)
    parser.add_argument("--quick", action="store_true", help="6 renders")
    options = parser.parse_args()
    count = 6 if options.quick else options.renders
    heads = ("render", "score", "transfer", "proposals", "prediction of a child", "children a render", "in all")
    print(f"| synth, ms a candidate | {' | '.join(heads)} |\n| --- |{' ---: |' * len(heads)}")
    for name in synth_names():
        synth, library = get_synth(name), builtin_library(name)
        assert library is not None
        presets = [
            library.preset(int(row)) for row in np.random.default_rng(0).choice(len(library), count, replace=False)
        ]
        with RenderPool(synth) as pool:
            sounds: list[Any] = pool.run(presets, Note())
        assert not any(isinstance(sound, RenderFailure) for sound in sounds)
        engine, score = synth.engine(), SearchDistance(sounds[0])
        heard = [score(sound) for sound in sounds]
        with one_thread():
            render = milliseconds(lambda i: engine.render(presets[i], Note()), count)  # noqa: B023 - called at once
            scored = milliseconds(lambda i: score(sounds[i]), count)  # noqa: B023
            sent = milliseconds(lambda i: (pack(("job", presets[i], Note())), unpack(_received(heard[i]))), count)  # noqa: B023
            made = proposals(name, presets, heard, 40 * BATCH)
            predicted = prediction(name, presets, sounds[0], heard)
        each = children_of(name)
        cells = (render, scored, sent, made, predicted, each, render + scored + sent + made + each * predicted)
        print(f"| {name} | {' | '.join(f'{cell:.3g}' for cell in cells)} |", flush=True)


def _received(features: RenderFeatures) -> Parts:
    """A worker's answer, as the pool reads it."""
    return [bytes(part) for part in pack(("done", "ok", features))]


if __name__ == "__main__":
    main()
