"""Real recordings to match: 30 one-shots of Debian's sonic-pi-samples, 30 notes of its FluidR3 sound font.

The lists are fixed. The notes are played by fluidsynth without its reverb and chorus, from MIDI files of one note.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from synthmatch.benchmark.targets import BenchTarget, TargetSet
from synthmatch.errors import InputError
from synthmatch.systems.scratch import temporary_folder
from synthmatch.target import load_target

SAMPLES = Path("/usr/share/sonic-pi/samples")
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")

#: Names in sonic-pi-samples: basses, drums, electronic and glassy hits, tablas, a choir, a piano, a guitar, noises.
SONIC_PI = (
    *("bass_dnb_f", "bass_hard_c", "bass_hit_c", "bass_voxy_hit_c", "bass_woodsy_c"),
    *("bd_808", "bd_boom", "bd_klub", "drum_cowbell", "drum_cymbal_open", "drum_snare_hard", "drum_tom_lo_hard"),
    *("elec_beep", "elec_bell", "elec_blup", "elec_chime", "elec_ping", "elec_snare", "elec_twang", "elec_wood"),
    *("ambi_choir", "ambi_piano", "ambi_glass_rub", "guit_harmonics", "glitch_robot1", "perc_bell", "sn_dub"),
    *("tabla_ghe2", "tabla_na_o", "tabla_tun1"),
)

#: (General MIDI program 0..127, pitch): keys, organs, guitars, basses, strings, voices, brass, reeds, pipes, synths.
FLUID = (
    *((0, 60), (0, 36), (4, 60), (5, 72), (6, 55), (9, 84), (11, 67), (12, 60), (14, 60), (16, 60)),
    *((19, 48), (21, 64), (24, 52), (27, 57), (30, 45), (33, 40), (38, 36), (40, 76), (42, 48), (46, 64)),
    *((48, 60), (52, 64), (56, 67), (58, 36), (61, 55), (65, 62), (68, 69), (73, 79), (80, 60), (108, 60)),
)


def recordings(
    sonic_pi: int = len(SONIC_PI),
    fluid: int = len(FLUID),
    fluid_notes: Sequence[tuple[int, int]] = FLUID,
    hold_seconds: float = 2.0,
) -> TargetSet:
    """The first recordings of each list, with the notes found in them. `fluid_notes`: programs and pitches in place of `FLUID`,
    held for `hold_seconds`.

    Raises `InputError` where a package is missing.
    """
    for path, package in ((SAMPLES, "sonic-pi-samples"), (SOUND_FONT, "fluid-soundfont-gm")):
        if not path.exists():
            raise InputError(f"{path} does not exist, expected the recordings there; apt-get install {package}")
    targets = [_loaded(SAMPLES / f"{name}.flac", name) for name in SONIC_PI[:sonic_pi]]
    with temporary_folder() as folder:
        for program, pitch in fluid_notes[:fluid]:
            path = play_note(folder, program, pitch, hold_seconds=hold_seconds)
            targets.append(_loaded(path, f"fluid {program:03d} {pitch}"))
    return TargetSet(targets, 0)


def _loaded(path: Path, name: str) -> BenchTarget:
    target = load_target(path)
    return BenchTarget(name, target.audio, target.note)


def play_note(
    folder: Path,
    program: int,
    pitch: int,
    velocity: int = 100,
    hold_seconds: float = 2.0,
    reverb: Sequence[str] = (),
) -> Path:
    """One note as WAV, which ends a second after it is let go, without reverb where no options of fluidsynth's are given for it."""
    midi, wav = folder / "note.mid", folder / "note.wav"
    midi.write_bytes(midi_note(program, pitch, velocity, hold_seconds))
    options = ["-ni", "-q", "-R", "1" if reverb else "0", *reverb, "-C", "0", "-r", "44100", "-F", str(wav)]
    command = ["fluidsynth", *options, str(SOUND_FONT), str(midi)]
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        raise InputError(
            "fluidsynth is not installed, expected it for FluidR3 notes; apt-get install fluidsynth"
        ) from None
    return wav


def midi_note(program: int, pitch: int, velocity: int = 100, hold_seconds: float = 2.0) -> bytes:
    """A MIDI file (format 0): choose a program, hold a note, end a second later. Held for 17 s at most.

    Source: Standard MIDI Files 1.0. 480 ticks a quarter note, and 120 quarter notes a minute where nothing else is
    said: 960 ticks a second.
    """
    ticks = round(960 * hold_seconds)
    # two bytes of seven bits, of which the first says that another follows
    held, one_second = bytes([0x80 | ticks >> 7, ticks & 0x7F]), bytes([0x87, 0x40])
    events = bytes([0, 0xC0, program, 0, 0x90, pitch, velocity]) + held + bytes([0x80, pitch, 0])
    track = events + one_second + bytes([0xFF, 0x2F, 0])
    header = b"MThd" + (6).to_bytes(4, "big") + bytes([0, 0, 0, 1]) + (480).to_bytes(2, "big")
    return header + b"MTrk" + len(track).to_bytes(4, "big") + track
