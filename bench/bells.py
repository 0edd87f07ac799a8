"""Bells with known strike notes: DX7 voices, General MIDI's, FM bells of odd ratios and bars; for bench/targets.py."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.note import SAMPLE_RATE_HZ

HEXTER = Path("/usr/share/hexter")
#: Bells and mallets among hexter's voices, by name.
DX7_NAMES = [
    "TUB BELLS",
    "CELESTE",
    "VIBE    1",
    "XYLOPHONE",
    "MARIMBA",
    "CHIMES",
    "BELLS",
    "STEEL DRUM",
    "FB:Glocken",
    "FB:Bells",
]
#: Celesta, glockenspiel, music box, vibraphone, marimba, xylophone, tubular bells, tinkle bell, steel drums.
GM_PROGRAMS = (8, 9, 10, 11, 12, 13, 14, 112, 114)
FM_RATIOS = (1.4, 1.41421, 2.4, 2.756, 3.5, 5.43)
FM_INDICES = (1.0, 2.5, 5.0)
KEYS = (48, 60, 69, 81)
#: Partials of a uniform bar and of a marimba's tuned bar: ratio, amplitude, decay a second.
BARS = (((1.0, 1.0, 1.5), (2.756, 0.5, 3.0), (5.404, 0.3, 6.0)), ((1.0, 1.0, 2.0), (3.98, 0.4, 5.0), (9.6, 0.2, 9.0)))


def dx7_bells() -> Iterator[tuple[Audio, int]]:
    """(sound, pitch) of the named voices at C4 and A4; their transposition counts."""
    import dexed  # noqa: PLC0415

    synth = dexed.DexedSynth(SAMPLE_RATE_HZ)
    voices = b"".join(path.read_bytes() for path in sorted(HEXTER.glob("*.dx7")))
    for start in range(0, len(voices), 128):
        packed = voices[start : start + 128]
        if packed[118:128].decode("ascii", "replace").strip() in DX7_NAMES:
            synth.load_patch(dexed.Patch.from_packed(packed))
            for key in (60, 69):
                audio = np.atleast_2d(np.asarray(synth.render(key, 100, 1.0, 2.5), dtype=np.float32))
                yield audio, key + packed[117] - 24


def fm_bells() -> Iterator[tuple[Audio, int]]:
    """(sound, pitch) of two-operator bells whose index decays."""
    time = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    for ratio in FM_RATIOS:
        for index in FM_INDICES:
            for key in KEYS:
                angle = 2 * np.pi * 440.0 * 2.0 ** ((key - 69) / 12.0) * time
                bell = np.exp(-2.0 * time) * np.sin(angle + index * np.exp(-3.0 * time) * np.sin(ratio * angle))
                yield np.asarray(0.5 * bell[None], dtype=np.float32), key


def bars() -> Iterator[tuple[Audio, int]]:
    """(sound, pitch) of struck bars."""
    time = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    for partials in BARS:
        for key in KEYS:
            angle = 2 * np.pi * 440.0 * 2.0 ** ((key - 69) / 12.0) * time
            bar = sum(level * np.exp(-decay * time) * np.sin(ratio * angle) for ratio, level, decay in partials)
            yield np.asarray(0.3 * np.asarray(bar)[None], dtype=np.float32), key
