"""Whether three notes of an instrument make a preset that is nearer to its other notes than the preset of one note.

``python bench/together.py``: Vital presets are drawn from the middle note, and from three an octave apart; both are played at the
three and between them, and scored against the instrument itself. ``--synth dexed --renders 200`` searches in their place.
"""

import argparse
import statistics
from collections import defaultdict

import numpy as np

from synthmatch.benchmark.playability import INSTRUMENTS
from synthmatch.benchmark.recordings import play_note
from synthmatch.matching import match
from synthmatch.metrics import evaluate
from synthmatch.params import Preset
from synthmatch.proposers.drawn.together import draw_together
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth
from synthmatch.systems.scratch import temporary_folder
from synthmatch.target import Target, load_target
from synthmatch.target.several import middle_of

RECORDED, BETWEEN = (-12, 0, 12), (-7, -5, 4, 7)


def presets(synth: str, notes: list[Target], renders: int) -> dict[str, Preset]:
    """The presets that are played: of the middle note, and of all."""
    middle = middle_of(notes)
    if not renders:
        space = get_synth(synth).space
        (one,) = draw_vital(space, middle.audio, middle.note)
        return {"one note": one, "three notes": draw_together(space, notes)}
    return {
        "one note": match(middle, synths=[synth], renders=renders, candidates=1).best.preset,
        "three notes": match(notes, together=True, synths=[synth], renders=renders, candidates=1).best.preset,
    }


def score(pool: RenderPool, preset: Preset, target: Target) -> float:
    """``mss`` of a preset that is played as a target was."""
    (audio,) = pool.run([preset], target.note)
    assert isinstance(audio, np.ndarray), audio
    return evaluate(target.audio, audio, ("mss",))["mss"]


def main() -> None:
    """Print a table: an instrument a row, the mean of the notes between, then all instruments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=len(INSTRUMENTS))
    parser.add_argument("--synth", default="vital")
    parser.add_argument("--renders", type=int, default=0, help="0 draws a preset of Vital")
    options = parser.parse_args()
    scores = defaultdict[tuple[str, int], list[float]](list)
    print("| program | one note, between | three notes, between |\n| ---: | ---: | ---: |")
    with RenderPool(get_synth(options.synth)) as pool, temporary_folder() as folder:
        for program, pitch in INSTRUMENTS[: options.instruments]:
            notes = [load_target(play_note(folder, program, pitch + key), note=pitch + key) for key in RECORDED]
            found = presets(options.synth, notes, options.renders)
            for key in (*RECORDED, *BETWEEN):
                path = play_note(folder, program, pitch + key)
                reference = load_target(path, note=pitch + key, hold_seconds=2.0, whole=True)
                for name, preset in found.items():
                    scores[name, key].append(score(pool, preset, reference))
            between = [statistics.fmean(scores[name, key][-1] for key in BETWEEN) for name in found]
            print(f"| {program} | {between[0]:.2f} | {between[1]:.2f} |", flush=True)
    print("\n| semitones from the middle | one note | three notes |\n| --- | ---: | ---: |")
    for key in sorted((*RECORDED, *BETWEEN)):
        print(f"| {key:+} | {' | '.join(f'{statistics.fmean(scores[name, key]):.2f}' for name in found)} |")
    for title, keys in (("recorded", RECORDED), ("between", BETWEEN)):
        means = [statistics.fmean(statistics.fmean(scores[name, key]) for key in keys) for name in found]
        print(f"| {title} | {' | '.join(f'{mean:.2f}' for mean in means)} |")


if __name__ == "__main__":
    main()
