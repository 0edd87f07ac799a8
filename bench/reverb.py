"""Whether a drawn Vital preset is nearer if a target's reverb is the effect's, beside one whose table and release play the tail.

``python bench/reverb.py``: notes of FluidR3 in rooms of decaying noise and with fluidsynth's own reverb, and held-out presets of Vital
whose reverb is on. Each preset is drawn from one note, set to its level, and played at other holds and keys. Targets in which no
reverb is found are left out: their presets are the same. "Share": power of a steady note's reverb beside the note's; the drawer
takes reverb up to `room.MOST_SHARE`. ``mss`` does not hear level.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np
import soundfile
from scipy.signal import butter, fftconvolve, sosfilt

from synthmatch.analysis.reverb import Reverb, find_reverb
from synthmatch.arrays import F64, Audio
from synthmatch.benchmark.playability import INSTRUMENTS, METRIC, played_otherwise
from synthmatch.benchmark.recordings import play_note
from synthmatch.benchmark.targets import BenchTarget, Otherwise, held_out_presets
from synthmatch.calibration.closeness import Closeness
from synthmatch.features.search_distance import SearchDistance
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn import room, vital
from synthmatch.proposers.drawn.room import DryTarget, dried
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.registry import get_synth
from synthmatch.systems.scratch import temporary_folder

METRICS = (METRIC, "wmfcc", "envelope_error")
#: (General MIDI program, pitch) of instruments beside those of the set playability, most of which hold their level.
MORE = (
    *((21, 64), (61, 55), (71, 62), (43, 43), (49, 57), (53, 64), (57, 58), (20, 60), (66, 55), (75, 76)),
    *((81, 48), (89, 60), (110, 62), (40, 62), (70, 50)),
)
#: Seconds to fall by 60 dB below and above 1.5 kHz, and energy of the tail as a share of the note's: of rooms, in turn.
ROOMS = (
    (0.8, 0.5, 0.25),
    (1.6, 0.9, 0.4),
    (3.0, 1.8, 0.5),
    (1.2, 1.0, 1.0),
    (2.2, 1.2, 0.4),
    (3.5, 2.0, 0.3),
    (2.8, 2.8, 0.15),
)
#: Sizes and levels of fluidsynth's reverb, in turn.
FLUIDSYNTH = ((0.6, 0.5), (0.8, 0.7), (0.9, 0.9), (0.5, 0.6), (0.7, 0.6), (0.85, 0.5))
#: Between rows of the table.
SHARES = (0.0, 0.05, 0.3, np.inf)
HOLDS, KEYS, HOLD_S = (0.3, 1.0, 6.0), (-5, 7), 2.0
#: Least mix at which a preset of Vital counts.
_LEAST_MIX = 0.12
Pair = tuple[float, float]


def played(folder: Path, program: int, pitch: int, hold_s: float, reverb: Pair | None, after_s: float) -> F64:
    """A note of FluidR3, (2, samples), without or with fluidsynth's reverb."""
    knobs = {"room-size": reverb[0], "level": reverb[1], "damp": 0.3, "width": 1} if reverb else {}
    settings = [text for knob, value in knobs.items() for text in ("-o", f"synth.reverb.{knob}={value}")]
    wav = play_note(folder, program, pitch, hold_seconds=hold_s, reverb=settings)
    sound, _ = soundfile.read(wav, always_2d=True)
    return np.asarray(sound.T[:, : round((hold_s + after_s) * SAMPLE_RATE_HZ)])


def response(seed: int, low_s: float, high_s: float, energy: float) -> F64:
    """Impulse response of a room, (2, samples): the impulse, and 12 ms later noise, other noise in each channel."""
    times = np.arange(round(1.1 * low_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    noise = np.random.default_rng(seed).standard_normal((2, len(times)))
    low = sosfilt(butter(2, 1500, fs=SAMPLE_RATE_HZ, output="sos"), noise)
    tail = low * 10 ** (-3 * times / low_s) + (noise - low) * 10 ** (-3 * times / high_s)
    tail *= np.sqrt(energy * 6 * np.log(10) / (low_s * SAMPLE_RATE_HZ))
    return np.concatenate([np.ones((2, 1)), np.zeros((2, round(0.012 * SAMPLE_RATE_HZ))), tail], axis=1)


def other_notes(pitch: int) -> Iterator[tuple[str, int, float]]:
    """What is played beside the target: axis, pitch, seconds held."""
    yield from ((f"{hold:g} s", pitch, hold) for hold in HOLDS)
    yield from (("keys", pitch + key, HOLD_S) for key in KEYS)


def target_of(name: str, pitch: int, play: Callable[[int, float], Audio]) -> BenchTarget | None:
    """A note and what it sounds like otherwise; None where no reverb is found in it."""
    audio = play(pitch, HOLD_S)
    note = note_of(audio, pitch, HOLD_S)
    if reverb_of(audio, note) is None:
        return None
    sounds = [(axis, key, hold, play(key, hold)) for axis, key, hold in other_notes(pitch)]
    otherwise = [Otherwise(axis, note_of(sound, key, hold), sound) for axis, key, hold, sound in sounds]
    return BenchTarget(name, audio, note, otherwise=otherwise)


def reverb_of(audio: Audio, note: Note) -> Reverb | None:
    """The reverb that is found in a target."""
    return find_reverb(audio.astype(np.float64), note.hold_seconds)


def note_of(audio: Audio, pitch: int, hold_s: float) -> Note:
    """The note of a sound that is rendered to its end."""
    return Note(pitch, 100, hold_s, audio.shape[1] / SAMPLE_RATE_HZ)


def instruments(folder: Path, count: int, fluidsynth: bool) -> Iterator[BenchTarget | None]:
    """Notes of FluidR3 with fluidsynth's reverb, or in rooms."""
    for place, (program, pitch) in enumerate([*INSTRUMENTS, *MORE][:count]):
        tail, reverb = response(place, *ROOMS[place % len(ROOMS)]), FLUIDSYNTH[place % len(FLUIDSYNTH)]

        def play(key: int, hold_s: float, program: int = program, tail: F64 = tail, reverb: Pair = reverb) -> Audio:
            if fluidsynth:
                sound = played(folder, program, key, hold_s, reverb, 2.5)
            else:
                dry = np.pad(played(folder, program, key, hold_s, None, 1.0), ((0, 0), (0, SAMPLE_RATE_HZ)))
                sound = fftconvolve(dry, tail, axes=1)[:, : dry.shape[1]]
            return np.asarray(0.5 * sound, np.float32)

        yield target_of(f"{program:03d} {pitch}", pitch, play)


def presets(pool: RenderPool, count: int) -> Iterator[BenchTarget | None]:
    """Held-out presets of Vital whose reverb is on."""
    index = pool.synth.space.index
    on, mix = index["reverb_on"], index["reverb_dry_wet"]
    wet = (one for one in held_out_presets(pool.synth) if one.native[on] == 1 and one.native[mix] >= _LEAST_MIX)
    for preset in islice(wet, count):

        def play(key: int, hold_s: float, preset: Preset = preset) -> Audio:
            (audio,) = pool.run([preset], Note(key, 100, hold_s, hold_s + 3.0))
            assert isinstance(audio, np.ndarray)
            return audio

        yield target_of(preset.name, 60, play)


def scores(pool: RenderPool, target: BenchTarget, *, effect: bool) -> list[float]:
    """Closeness and metrics of the drawn preset as matched, and `METRIC` otherwise."""
    dry = dried if effect else lambda audio, _: DryTarget(audio, {})
    with patch.object(vital, "dried", dry), patch.object(room, "MOST_SHARE", np.inf):
        drawn = vital.draw_vital(pool.synth.space, target.audio, target.note)
    ((preset, audio),) = levelled(pool, target.note, drawn, target.audio)
    assert isinstance(audio, np.ndarray)
    closeness = Closeness(target.audio, pool.synth.id)(SearchDistance(target.audio).at_its_level(audio))
    otherwise = played_otherwise(pool, preset, target).values()
    return [closeness, *evaluate(target.audio, audio, METRICS).values(), *otherwise]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--targets", type=int, default=60, help="of each set, at most, before those without reverb are left out"
    )
    parser.add_argument("--quick", action="store_true", help="four targets of each set")
    options = parser.parse_args()
    count = 4 if options.quick else options.targets
    names = ("closeness", *(f"`{metric}`" for metric in METRICS), *(f"{hold:g} s" for hold in HOLDS), "other keys")
    print(f"| targets | number | tail | {' | '.join(names)} |")
    print(f"| --- | ---: | --- |{' ---: |' * len(names)}")
    with RenderPool(get_synth("vital")) as pool, temporary_folder() as folder:
        sets = {
            "in rooms": instruments(folder, count, fluidsynth=False),
            "fluidsynth's reverb": instruments(folder, count, fluidsynth=True),
            "presets of Vital": presets(pool, count),
        }
        for name, targets in sets.items():
            found: list[tuple[float, list[list[float]]]] = []
            for target in targets:
                reverb = target and reverb_of(target.audio, target.note)
                if target and reverb:
                    found.append((reverb.share, [scores(pool, target, effect=effect) for effect in (False, True)]))
            for least, most in pairwise(SHARES):
                rows = [both for share, both in found if least <= share < most]
                for tail, part in zip(("drawn as the rest", "the effect's"), zip(*rows, strict=True), strict=False):
                    closeness, *others = (statistics.fmean(column) for column in zip(*part, strict=True))
                    means = " | ".join(f"{value:.2f}" for value in others)
                    of = f"{name}, share {least:g} to {most:g}"
                    print(f"| {of} | {len(part)} | {tail} | {closeness:.0f} % | {means} |", flush=True)


if __name__ == "__main__":
    main()
