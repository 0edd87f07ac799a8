"""How well `load_target` finds the note: on DX7 voices, General MIDI notes, phrases and chords, and recordings.

Run: python bench/targets.py [SEED]. Needs dexed-py, fluidsynth and Debian's packages hexter, fluid-soundfont-gm and
sonic-pi-samples. Prints the tables of docs/targets.md.
"""

import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bells import GM_PROGRAMS, bars, dx7_bells, fm_bells
from synthmatch.arrays import Audio
from synthmatch.errors import AudioError
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target import Target, load_target
from synthmatch.target.onset import ENVELOPE_HOP, envelope_db

HEXTER = Path("/usr/share/hexter")
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
SONIC_PI = Path("/usr/share/sonic-pi/samples")
#: Seconds of each case in a rendered MIDI file, and silence before its first note.
SLOT_SECONDS, LEAD_SECONDS = 6.0, 0.2
PROGRAMS = range(112)  # the others are sound effects and drums
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11), (0, 5, 9), (0, 3), (0, 4))

Key = tuple[float, float, int, int]  # onset in seconds, hold in seconds, pitch, velocity


@dataclass(frozen=True)
class Case:
    """A sound with what was played; `pitch` is what should be heard."""

    audio: Audio
    keys: Sequence[Key]
    pitch: int
    lead_seconds: float = 0.0


def dx7(rng: np.random.Generator) -> list[Case]:
    """Every hexter voice with a random key and hold, 4 s; its transposition counts."""
    import dexed  # noqa: PLC0415

    synth = dexed.DexedSynth(SAMPLE_RATE_HZ)
    voices = b"".join(path.read_bytes() for path in sorted(HEXTER.glob("*.dx7")))
    cases = []
    for start in range(0, len(voices), 128):
        packed = voices[start : start + 128]
        key = (0.0, float(rng.uniform(0.2, 2.5)), int(rng.integers(32, 97)), int(rng.integers(60, 120)))
        synth.load_patch(dexed.Patch.from_packed(packed))
        audio = np.atleast_2d(np.asarray(synth.render(key[2], key[3], key[1], 4.0), dtype=np.float32))
        if np.abs(audio).max() > 1e-3:
            cases.append(Case(audio, [key], key[2] + packed[117] - 24))
    return cases


def general_midi(
    rng: np.random.Generator,
    play: Callable[[np.random.Generator, int], list[Key]],
    programs: Sequence[int] = PROGRAMS,
) -> list[Case]:
    """What `play` makes of each program, rendered dry by fluidsynth."""
    played = [
        play(rng, int(rng.integers(28, 52) if 32 <= program < 40 else rng.integers(40, 84))) for program in programs
    ]
    events: list[tuple[float, bytes]] = []
    for at, (program, keys) in enumerate(zip(programs, played, strict=True)):
        slot = at * SLOT_SECONDS
        events.append((slot, bytes([0xC0, program])))
        for onset, hold, pitch, velocity in keys:
            begin = slot + LEAD_SECONDS + onset
            events += [(begin, bytes([0x90, pitch, velocity])), (begin + hold, bytes([0x80, pitch, 64]))]
        events.append((slot + SLOT_SECONDS - 0.05, bytes([0xB0, 120, 0])))
    with tempfile.TemporaryDirectory() as folder:
        score, wav = Path(folder, "score.mid"), Path(folder, "score.wav")
        score.write_bytes(_midi_file(events))
        command = ["fluidsynth", "-ni", "-R", "0", "-C", "0", "-g", "0.6", "-r", str(SAMPLE_RATE_HZ), "-F", str(wav)]
        subprocess.run([*command, str(SOUND_FONT), str(score)], check=True, capture_output=True)
        whole, _ = soundfile.read(wav, dtype="float32", always_2d=True)
    cases = []
    for at, keys in enumerate(played):
        start = round(at * SLOT_SECONDS * SAMPLE_RATE_HZ)
        audio = whole[start : start + round((SLOT_SECONDS - 0.06) * SAMPLE_RATE_HZ)].T.copy()
        if np.abs(audio).max() > 1e-3:
            cases.append(Case(audio, keys, keys[0][2], LEAD_SECONDS))
    return cases


def _midi_file(events: list[tuple[float, bytes]]) -> bytes:
    """A MIDI file of one track, 960 ticks a second, from (seconds, message)."""
    track, last = b"", 0
    for seconds, message in sorted(events, key=lambda event: event[0]):
        ticks = round(seconds * 960) - last
        last += ticks
        digits = [ticks & 0x7F]
        while ticks := ticks >> 7:
            digits.append(ticks & 0x7F | 0x80)
        track += bytes(reversed(digits)) + message
    track += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + track


def one_note(rng: np.random.Generator, pitch: int) -> list[Key]:
    """A single note."""
    return [(0.0, float(rng.uniform(0.2, 2.5)), pitch, int(rng.integers(60, 120)))]


def phrase(rng: np.random.Generator, pitch: int) -> list[Key]:
    """Two to four notes, staccato to legato, at most a fifth from the first, repeats allowed."""
    step, legato = float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.5, 1.0))
    pitches = [pitch] + [pitch + int(rng.choice([-7, -5, -3, -2, 0, 2, 3, 4, 5, 7])) for _ in range(rng.integers(1, 4))]
    return [(at * step, step * legato, each, int(rng.integers(80, 110))) for at, each in enumerate(pitches)]


def chord(rng: np.random.Generator, pitch: int) -> list[Key]:
    """A third, a triad or a seventh chord."""
    hold = float(rng.uniform(0.5, 2.0))
    return [(0.0, hold, min(pitch, 75) + step, 90) for step in CHORDS[rng.integers(len(CHORDS))]]


def with_echo(case: Case) -> Case:
    """Repeats each 0.3 s, each 6 dB weaker than the last."""
    audio, delay = case.audio.copy(), round(0.3 * SAMPLE_RATE_HZ)
    for start in range(delay, audio.shape[1], delay):
        piece = audio[:, start : start + delay]
        piece += 0.5 * audio[:, start - delay : start - delay + piece.shape[1]]
    return Case(audio, case.keys, case.pitch, case.lead_seconds)


def with_tremolo(case: Case) -> Case:
    """A sine of 6 Hz that takes the level down by 14 dB."""
    time_seconds = np.arange(case.audio.shape[1]) / SAMPLE_RATE_HZ
    gain = 1.0 - 0.4 * (1.0 - np.cos(2 * np.pi * 6.0 * time_seconds))
    return Case((case.audio * gain).astype(np.float32), case.keys, case.pitch, case.lead_seconds)


def report(title: str, cases: list[Case]) -> None:
    """One row: counts, pitch, hold, false alarms or finds, time a target."""
    begin = time.perf_counter()
    targets = [load_target(case.audio) for case in cases]
    each_ms = 1_000.0 * (time.perf_counter() - begin) / len(cases)
    pitched = [index for index, target in enumerate(targets) if target.pitched and not target.polyphonic]
    off = np.array(
        [targets[index].note.pitch + targets[index].tuning_cents / 100.0 - cases[index].pitch for index in pitched]
    )
    octave_off = np.abs((off + 6.0) % 12.0 - 6.0)
    print(
        f"| {title} | {len(cases)} | {len(pitched) / len(cases):.1%} | {np.mean(np.abs(off) < 0.5):.1%} | "
        f"{np.mean(octave_off < 0.5):.1%} | {_holds(cases, targets)} | {np.mean([t.phrase for t in targets]):.1%} | "
        f"{np.mean([t.polyphonic for t in targets]):.1%} | {each_ms:.0f} |"
    )


def _holds(cases: list[Case], targets: list[Target]) -> str:
    """Median error in ms and share within 50 ms, of single notes still within 30 dB of their peak when let go."""
    errors = []
    for case, target in zip(cases, targets, strict=True):
        level = envelope_db(case.audio)
        released = case.lead_seconds + case.keys[0][1]
        if len(case.keys) == 1 and level[round(released * SAMPLE_RATE_HZ / ENVELOPE_HOP)] > level.max() - 30.0:
            errors.append(abs(target.note.hold_seconds - case.keys[0][1]))
    if not errors:
        return "|"
    return f"{1_000 * np.median(errors):.0f} ms | {np.mean(np.array(errors) < 0.05):.0%} of {len(errors)}"


def bells() -> None:
    """The strike note of bells: exact, an octave off, another."""
    print("\n| bells | count | exact | an octave off | another note |\n|---|---|---|---|---|")
    struck = [general_midi(np.random.default_rng(0), _strike(key), GM_PROGRAMS) for key in (60, 69, 76)]
    midi = [(case.audio, case.pitch) for cases in struck for case in cases]
    for title, sounds in (
        ("DX7 voices (hexter)", list(dx7_bells())),
        ("General MIDI (FluidR3)", midi),
        ("FM, odd ratios", list(fm_bells())),
        ("bars", list(bars())),
    ):
        notes = [(load_target(audio).note.pitch, pitch) for audio, pitch in sounds]
        exact = sum(found == pitch for found, pitch in notes)
        octave = sum(found != pitch and (found - pitch) % 12 == 0 for found, pitch in notes)
        print(f"| {title} | {len(notes)} | {exact} | {octave} | {len(notes) - exact - octave} |")


def _strike(pitch: int) -> Callable[[np.random.Generator, int], list[Key]]:
    return lambda _rng, _pitch: [(0.0, 1.5, pitch, 100)]


def second_onsets(cases: list[Case]) -> None:
    """How near the cut is to the second note of a phrase."""
    errors = []
    for case in cases:
        target = load_target(case.audio)
        if target.phrase:
            errors.append(target.note.render_seconds - case.keys[1][0])
    print(f"\ncut minus second onset: median {1_000 * np.median(errors):.0f} ms, ", end="")
    print(f"within 60 ms {np.mean(np.abs(errors) < 0.06):.1%}, later by more {np.mean(np.array(errors) > 0.06):.1%}")


def recordings() -> None:
    """Sonic Pi's loops and its other recordings: how many count as phrases, and the basses in C."""
    for title, wanted in (("loops", True), ("one-shots and ambiences", False)):
        flags = []
        for path in sorted(SONIC_PI.glob("*.flac")):
            if path.name.startswith("loop_") == wanted:
                try:
                    flags.append(load_target(path).phrase)
                except AudioError as error:
                    print(f"refused: {error}")
        print(f"{title}: {sum(flags)} of {len(flags)} are phrases")
    names = {path.stem: load_target(path).note.name for path in sorted(SONIC_PI.glob("bass_*_c.flac"))}
    print("basses in C:", ", ".join(f"{stem} {name}" for stem, name in names.items()))


def main() -> None:
    """Print every table."""
    rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    print("| sounds | count | pitched | within 50 cents | octave aside | hold error | in 50 ms | phrase | chord | ms |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    report("DX7 voices (hexter)", dx7(rng))
    singles = general_midi(rng, one_note)
    report("General MIDI notes (FluidR3)", singles)
    report("the same with an echo", [with_echo(case) for case in singles])
    report("the same with tremolo", [with_tremolo(case) for case in singles])
    phrases = general_midi(rng, phrase)
    report("General MIDI phrases", phrases)
    report("General MIDI chords", general_midi(rng, chord))
    second_onsets(phrases)
    bells()
    recordings()


if __name__ == "__main__":
    main()
