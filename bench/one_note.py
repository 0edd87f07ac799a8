"""How often one note is taken for a phrase, and a phrase for one note; how often a note is found behind other sounds.

Run: python bench/one_note.py [SEED]. Needs fluidsynth and Debian's package fluid-soundfont-gm. Prints two tables of
docs/targets.md. Sounds are FluidR3's notes that sustain, swung, gated or played as phrases.
"""

import sys
from collections.abc import Callable

import numpy as np

import targets
from synthmatch.arrays import F64, Audio
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target import Target, load_target
from synthmatch.target.onset import sounding_part

SUSTAINED = (*range(16, 23), *range(40, 45), *range(48, 55), *range(56, 80), *range(80, 96))
LEAD_SAMPLES = 26_460


def held(_: np.random.Generator, pitch: int) -> list[targets.Key]:
    """A note of two seconds."""
    return [(0.0, 2.0, pitch, 100)]


def repeated(rng: np.random.Generator, pitch: int) -> list[targets.Key]:
    """One note again and again, 2 to 6 a second."""
    step, legato = float(rng.choice([0.167, 0.25, 0.333, 0.5])), float(rng.uniform(0.4, 0.95))
    return [(at * step, step * legato, pitch, 100) for at in range(int(2.5 / step))]


def arpeggio(rng: np.random.Generator, pitch: int) -> list[targets.Key]:
    """A broken triad, 3 to 8 notes a second."""
    step = float(rng.choice([0.125, 0.167, 0.25, 0.333]))
    return [(at * step, step * 0.9, pitch + (0, 4, 7)[at % 3], 100) for at in range(int(2.5 / step))]


def legato(rng: np.random.Generator, pitch: int) -> list[targets.Key]:
    """Four notes without a gap."""
    step = float(rng.uniform(0.3, 0.7))
    steps = [0, *rng.choice([-5, -4, -3, -2, 2, 3, 4, 5], 3)]
    return [(at * step, step, pitch + int(each), 100) for at, each in enumerate(steps)]


def swung(rng: np.random.Generator, audio: Audio) -> Audio:
    """Vibrato of 0.2 to 2 semitones each way at 3 to 9 Hz, at once or after a while."""
    time = np.arange(audio.shape[1]) / SAMPLE_RATE_HZ
    depth, rate, delay = rng.choice([0.2, 0.5, 0.8, 1.0, 1.5, 2.0]), rng.uniform(3.0, 9.0), rng.choice([0.2, 0.5, 0.8])
    semitones = depth * np.sin(2 * np.pi * rate * np.maximum(time - delay, 0.0))
    place = np.cumsum(2.0 ** (semitones / 12.0))
    place = place[place < audio.shape[1] - 1]
    return np.stack([np.interp(place, np.arange(audio.shape[1]), row) for row in audio]).astype(np.float32)


def trembling(rng: np.random.Generator, audio: Audio) -> Audio:
    """A sine on the level, 2 to 16 Hz, 6 dB to silence."""
    time = np.arange(audio.shape[1]) / SAMPLE_RATE_HZ
    low = rng.choice([0.5, 0.2, 0.06, 0.0])
    gain = low + (1.0 - low) * (0.5 + 0.5 * np.cos(2 * np.pi * rng.uniform(2.0, 16.0) * time))
    return np.asarray(audio * gain, dtype=np.float32)


def gated(rng: np.random.Generator, audio: Audio) -> Audio:
    """A gate of 2 to 16 Hz that is open for 30 to 70 % of the time."""
    time = np.arange(audio.shape[1]) / SAMPLE_RATE_HZ
    gate = ((time - 0.2) * rng.choice([2, 3, 4, 6, 8, 12, 16])) % 1.0 < rng.uniform(0.3, 0.7)
    smooth = np.convolve(gate, np.full(88, 1.0 / 88.0), "same")
    return np.asarray(audio * smooth, dtype=np.float32)


def leads(rng: np.random.Generator, peak: float) -> dict[str, F64]:
    """What comes before a note, 0.6 s each, by name."""
    time = np.arange(LEAD_SAMPLES) / SAMPLE_RATE_HZ
    noise = rng.normal(size=LEAD_SAMPLES)
    mains = 2 * np.pi * rng.choice([50.0, 60.0]) * time
    bump = np.where(time < 0.03, np.sin(2 * np.pi * 90.0 * time) * np.exp(-60.0 * time), 0.0)
    return {
        "offset": np.full(LEAD_SAMPLES, rng.choice([-0.05, 0.02])),
        "drift": 0.03 * np.sin(2 * np.pi * 0.3 * time + rng.uniform(0.0, 6.0)),
        "hum": peak * rng.choice([0.03, 0.1]) * sum(np.sin(n * mains) / n for n in (1, 2, 3, 5)) / 2.0,
        "hiss": peak * rng.choice([0.01, 0.03]) * noise / 2.0,
        "bump": peak * rng.choice([0.06, 0.12, 0.3]) * bump,
        "two bumps": peak * (0.15 * bump + 0.3 * np.roll(bump, 13_230)),
        "click": peak * rng.choice([0.1, 0.5, 2.0]) * np.where((time > 0.45) & (time < 0.453), np.sign(noise), 0.0),
        "breath": peak * 0.02 * noise * np.where(time < 0.3, np.sin(np.pi * time / 0.3), 0.0),
    }


def right_note(target: Target, pitch: int) -> bool:
    """Whether the note is within a quarter tone of `pitch`."""
    return abs(target.note.pitch + target.tuning_cents / 100.0 - pitch) < 0.5


def main() -> None:
    """Print both tables."""
    rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
    notes = targets.general_midi(rng, held, SUSTAINED)
    print("| sounds | count | one note | phrase | within 50 cents |\n|---|---|---|---|---|")
    rows: list[tuple[str, Callable[[np.random.Generator, Audio], Audio] | None]]
    rows = [("held", None), ("vibrato", swung), ("tremolo", trembling), ("gate", gated)]
    for title, change in rows:
        _row(title, [(change(rng, case.audio) if change else case.audio, case.pitch) for case in notes])
    for title, play in (("repeated notes", repeated), ("arpeggios", arpeggio), ("legato melodies", legato)):
        _row(title, [(case.audio, case.pitch) for case in targets.general_midi(rng, play, SUSTAINED)])
    print("\n| before the note | count | begins within 15 ms | within 50 cents |\n|---|---|---|---|")
    found: dict[str, list[tuple[bool, bool]]] = {}
    for case in notes:
        note = case.audio[:, sounding_part(case.audio)]
        for name, lead in leads(rng, float(np.abs(note).max())).items():
            target = load_target(np.concatenate([np.tile(lead, (2, 1)), note], axis=1))
            late = note.shape[1] - target.audio.shape[1]
            found.setdefault(name, []).append((abs(late) < 0.015 * SAMPLE_RATE_HZ, right_note(target, case.pitch)))
    for name, results in found.items():
        begins, right = np.mean(results, axis=0)
        print(f"| {name} | {len(results)} | {begins:.0%} | {right:.0%} |")


def _row(title: str, sounds: list[tuple[Audio, int]]) -> None:
    found = [(load_target(audio), pitch) for audio, pitch in sounds]
    phrases = sum(target.phrase for target, _ in found)
    right = np.mean([right_note(target, pitch) for target, pitch in found])
    print(f"| {title} | {len(found)} | {len(found) - phrases} | {phrases} | {right:.0%} |", flush=True)


if __name__ == "__main__":
    main()
