"""Whether a match is an instrument: how near it stays at other keys, for shorter and longer notes, softer and harder.

``python bench/playability.py``: an instrument of the sound font is matched at one note by Vital, once drawn and set to its
level, once searched without drawing (200 renders, guided). Both are played otherwise, and scored against the instrument
itself played so. ``mss`` does not hear level.
"""

import argparse
import statistics
from collections import defaultdict

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.benchmark.recordings import play_note
from synthmatch.library.builtin import builtin_library
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.proposers.library import LibraryProposer
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.guided import guided_search
from synthmatch.search.objective import Budget
from synthmatch.search.preset_level import levelled
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.registry import get_synth
from synthmatch.systems.scratch import temporary_folder
from synthmatch.target import Target, load_target

#: (General MIDI program, pitch): keys, mallet, organs, guitar, bass, strings, voices, brass, reeds, pipe, synth lead.
INSTRUMENTS = (
    *((0, 60), (4, 60), (6, 60), (11, 60), (16, 60), (19, 60), (24, 55), (33, 40)),
    *((40, 67), (42, 48), (48, 60), (52, 60), (56, 67), (65, 60), (68, 67), (73, 72), (80, 60)),
)
KEYS, HOLDS, VELOCITIES = (-12, -5, 7, 12), (0.3, 1.0, 6.0), (40, 127)
_RENDERS = 200


def otherwise(pitch: int) -> list[tuple[str, int, int, float]]:
    """What is played: on which axis, pitch, velocity, seconds held."""
    return [
        ("as matched", pitch, 100, 2.0),
        *(("other keys", pitch + key, 100, 2.0) for key in KEYS),
        *(("other holds", pitch, 100, hold) for hold in HOLDS),
        *(("other velocities", pitch, velocity, 2.0) for velocity in VELOCITIES),
    ]


def matches(pool: RenderPool, target: Target, seed: int, searched: bool) -> dict[str, Preset]:
    """The presets that are played."""
    ((drawn, _),) = levelled(pool, target.note, draw_vital(pool.synth.space, target.audio, target.note), target.audio)
    found = {"drawn": drawn}
    library = builtin_library(pool.synth.id)
    if searched and library:
        result = guided_search(
            target.audio,
            target.note,
            pool,
            [LibraryProposer([library])],
            builtin_surrogates().get(pool.synth.id),
            Budget(_RENDERS),
            np.random.default_rng([0, seed]),
        )
        found["searched, not drawn"] = result.objective.best()[0].preset
    return found


def score(pool: RenderPool, preset: Preset, reference: Audio, pitch: int, velocity: int, hold: float) -> float:
    """``mss`` of a preset that is played as the instrument was."""
    (audio,) = pool.run([preset], Note(pitch, velocity, hold, reference.shape[1] / SAMPLE_RATE_HZ))
    assert not isinstance(audio, RenderFailure), audio
    return evaluate(reference, audio, ("mss",))["mss"]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=len(INSTRUMENTS))
    parser.add_argument("--drawn-only", action="store_true")
    parser.add_argument("--quick", action="store_true", help="two instruments")
    options = parser.parse_args()
    scores = defaultdict[str, dict[str, list[float]]](lambda: defaultdict(list))
    with RenderPool(get_synth("vital")) as pool, temporary_folder() as folder:
        for seed, (program, pitch) in enumerate(INSTRUMENTS[: 2 if options.quick else options.instruments]):
            found = matches(
                pool, load_target(play_note(folder, program, pitch), note=pitch), seed, not options.drawn_only
            )
            for axis, key, velocity, hold in otherwise(pitch):
                reference = load_target(play_note(folder, program, key, velocity, hold), note=key, whole=True).audio
                for name, preset in found.items():
                    scores[axis][name].append(score(pool, preset, reference, key, velocity, hold))
    names = list(scores["as matched"])
    print(f"| played | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
    for axis, by_name in scores.items():
        print(f"| {axis} | {' | '.join(f'{statistics.fmean(by_name[name]):.2f}' for name in names)} |")


if __name__ == "__main__":
    main()
