"""Whether a match is an instrument: instruments of a sound font are matched at one note, and their presets played otherwise.

The set ``playability``. A method's last answer is scored against the instrument itself at other keys, for shorter and longer
notes, softer and harder.
"""

from collections.abc import Iterator

import numpy as np

from synthmatch.benchmark.recordings import play_note
from synthmatch.benchmark.records import Scores
from synthmatch.benchmark.targets import BenchTarget, Otherwise, TargetSet
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.systems.scratch import temporary_folder
from synthmatch.target import load_target

#: (General MIDI program 0..127, pitch): keys, mallet, organs, guitar, bass, strings, voices, brass, reeds, pipe, synth lead.
INSTRUMENTS = (
    *((0, 60), (4, 60), (6, 60), (11, 60), (16, 60), (19, 60), (24, 55), (33, 40)),
    *((40, 67), (42, 48), (48, 60), (52, 60), (56, 67), (65, 60), (68, 67), (73, 72), (80, 60)),
)
#: Semitones from the target's pitch, seconds a key is held, and MIDI velocities.
KEYS, HOLDS, VELOCITIES = (-12, -5, 7, 12), (0.3, 1.0, 6.0), (40, 127)
#: What is played otherwise, and the name of its score: the mean of this metric over the notes of an axis.
AXES = ("keys", "holds", "velocities")
METRIC = "mss"


def score_name(axis: str) -> str:
    """Under which a record has the score of an axis."""
    return f"{METRIC}, other {axis}"


def playability(count: int = len(INSTRUMENTS)) -> TargetSet:
    """The first instruments, each with what it sounds like when it is played otherwise. Raises `InputError` without the font."""
    targets = []
    with temporary_folder() as folder:
        for program, pitch in INSTRUMENTS[:count]:
            target = load_target(play_note(folder, program, pitch), note=pitch)
            otherwise = []
            for axis, key, velocity, hold in _notes(pitch):
                audio = load_target(play_note(folder, program, key, velocity, hold), note=key, whole=True).audio
                note = Note(key, velocity, hold, audio.shape[1] / SAMPLE_RATE_HZ)
                otherwise.append(Otherwise(axis, note, audio))
            targets.append(BenchTarget(f"fluid {program:03d} {pitch}", target.audio, target.note, otherwise=otherwise))
    return TargetSet(targets, 0)


def played_otherwise(pool: RenderPool, preset: Preset, target: BenchTarget) -> Scores:
    """Mean scores of a preset over the other notes of a target, an axis each; a note that does not render is silent."""
    found: dict[str, list[float]] = {}
    for other in target.otherwise:
        (audio,) = pool.run([preset], other.note)
        heard = np.zeros_like(other.audio) if isinstance(audio, RenderFailure) else audio
        found.setdefault(score_name(other.axis), []).append(evaluate(other.audio, heard, (METRIC,))[METRIC])
    return {name: float(np.mean(scores)) for name, scores in found.items()}


def _notes(pitch: int) -> Iterator[tuple[str, int, int, float]]:
    """What is played beside the target: axis, pitch, velocity, seconds held."""
    keys, holds, velocities = AXES
    yield from ((keys, pitch + key, 100, 2.0) for key in KEYS)
    yield from ((holds, pitch, 100, hold) for hold in HOLDS)
    yield from ((velocities, pitch, velocity, 2.0) for velocity in VELOCITIES)
