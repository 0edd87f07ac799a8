"""Recordings and what can be wrong with a match of one, from a little to a lot: what a distance must put in order.

``python tests/metrics/ladders.py`` prints the tables of docs/results/ladders.md.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import soxr
from scipy.signal import fftconvolve, lfilter

from synthmatch.arrays import F32, F64
from synthmatch.audio import load, mono
from synthmatch.benchmark.recordings import SAMPLES, play_note
from synthmatch.calibration.anchors import NOISE, SILENCE, anchor
from synthmatch.calibration.closeness import Closeness
from synthmatch.metrics import METRICS

RATE_HZ = 44_100
#: Sounds that are struck or plucked: played backwards they are another sound. (General MIDI program, pitch) or a sample.
STRUCK: dict[str, tuple[int, int] | str] = {
    "piano": (0, 60),
    "FM piano": (5, 72),
    "glockenspiel": (9, 84),
    "xylophone": (13, 72),
    "guitar": (24, 52),
    "bass": (33, 40),
    "harp": (46, 64),
    "kick": "bd_808",
    "snare": "drum_snare_soft",
    "cymbal": "drum_cymbal_closed",
    "FM bell": "elec_bell",
}
#: Sounds that go on.
HELD: dict[str, tuple[int, int] | str] = {
    "violin": (40, 76),
    "cello": (42, 48),
    "strings": (48, 60),
    "trumpet": (56, 67),
    "clarinet": (71, 60),
    "flute": (73, 79),
    "pad": (89, 57),
}
#: Longest part of a recording that is used.
_SECONDS = 4
Distance = Callable[[F32, F32], float]


@cache
def sound(name: str) -> F32:
    """A recording, from its first to its last audible sample. Shape: (samples,)."""
    source = (STRUCK | HELD)[name]
    if isinstance(source, str):
        audio = mono(load(SAMPLES / f"{source}.flac"))
    else:
        with TemporaryDirectory() as folder:
            audio = mono(load(play_note(Path(folder), *source)))
    audible = np.flatnonzero(np.abs(audio) > 1e-3 * np.abs(audio).max())
    part: F32 = audio[audible[0] : audible[-1] + 1][: _SECONDS * RATE_HZ]
    return part


def ladders(audio: F32) -> dict[str, tuple[F32, list[F32]]]:
    """Targets and their estimates, each further away than the one before, by the name of what is wrong. Shape: (samples,)."""
    rng = np.random.default_rng(1)
    seconds = np.arange(len(audio)) / RATE_HZ
    after = np.maximum(seconds - int(np.abs(audio).argmax()) / RATE_HZ, 0)
    fall_db = _fall_db(audio)
    hiss = rng.standard_normal(len(audio)) * _rms(audio)
    made: dict[str, tuple[Any, list[Any]]] = {
        "decays longer": (audio, [audio * 10 ** (fall_db * (1 - 1 / k) * after / 20) for k in (1.1, 1.5, 3)]),
        "decays shorter": (audio, [audio * 10 ** (-fall_db * (k - 1) * after / 20) for k in (1.1, 1.5, 3)]),
        "slow attack": (audio, [audio * np.minimum(seconds / wide, 1) for wide in (0.005, 0.02, 0.08)]),
        "too high": (audio, [detuned(audio, cents) for cents in (5, 25, 100, 1200)]),
        "too low": (audio, [detuned(audio, -cents) for cents in (5, 25, 100, 1200)]),
        "too bright": (audio, [_shelf(audio, gain_db) for gain_db in (1, 3, 6, 12)]),
        "too dull": (audio, [_shelf(audio, -gain_db) for gain_db in (1, 3, 6, 12)]),
        "noise": (audio, [audio + hiss * 10 ** (level_db / 20) for level_db in (-60, -40, -20)]),
        "no vibrato": (_vibrato(audio, 40), [_vibrato(audio, 20), audio]),
        "no tremolo": (_tremolo(audio, 0.6), [_tremolo(audio, 0.3), audio]),
        "no reverb": (_reverberated(audio, rng), [audio]),
    }
    return {
        name: (target.astype(np.float32), [_fit(one, len(target)) for one in estimates])
        for name, (target, estimates) in made.items()
    }


def extremes(audio: F32) -> dict[str, F32]:
    """What shares next to nothing with a sound: silence, noise of its mean spectrum, white noise; and itself backwards."""
    rng = np.random.default_rng(2)
    white = rng.standard_normal(len(audio))
    return {
        "silence": anchor(SILENCE, audio[None])[0],
        "backwards": audio[::-1].copy(),
        "noise of its spectrum": anchor(NOISE, audio[None])[0],
        "white noise": (white / _rms(white) * _rms(audio)).astype(np.float32),
    }


def detuned(audio: F32, cents: float) -> F32:
    """The sound played faster or slower. Shape: (samples,) -> (other samples,)."""
    faster: F32 = soxr.resample(audio, RATE_HZ * 2 ** (cents / 1200), RATE_HZ, quality="VHQ")
    return faster


def table(distance: Distance) -> str:
    """Each sound's furthest step but an octave, and what shares nothing with it, as Markdown."""
    heads = ("sound", "furthest step", "error", "octave", *extremes(sound("piano")))
    lines = [heads, ("---", "---:", "---", *["---:"] * (len(heads) - 3))]
    for name in STRUCK | HELD:
        audio = sound(name)
        steps = {
            (error, number): distance(target, estimate)
            for error, (target, estimates) in ladders(audio).items()
            for number, estimate in enumerate(estimates)
        }
        octave = max(value for (error, number), value in steps.items() if number == 3 and error.startswith("too "))
        small = {step: value for step, value in steps.items() if not is_octave(*step)}
        (error, _), furthest = max(small.items(), key=lambda item: item[1])
        shares = [f"{distance(audio, other):.2f}" for other in extremes(audio).values()]
        lines.append((name, f"{furthest:.2f}", error, f"{octave:.2f}", *shares))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def closeness_by_step() -> list[tuple[str, list[float]]]:
    """Closeness in per cent of every first, second, third step and of the octaves and 12 dB: (which, values)."""
    steps: list[tuple[str, list[float]]] = [(name, []) for name in ("first", "second", "third", "fourth")]
    for name in STRUCK | HELD:
        for target, estimates in ladders(sound(name)).values():
            scale = Closeness(target[None], "")
            for number, estimate in enumerate(estimates):
                steps[number][1].append(scale(METRICS["loudness_distance"].function(target, estimate)))
    return steps


def closeness_table() -> str:
    """Quartiles of `closeness_by_step`, as Markdown."""
    lines = [("step", "lower quartile", "median", "upper quartile"), ("---", "---:", "---:", "---:")]
    for which, values in closeness_by_step():
        low, middle, high = np.percentile(values, [25, 50, 75])
        lines.append((which, f"{low:.0f} %", f"{middle:.0f} %", f"{high:.0f} %"))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def is_octave(error: str, number: int) -> bool:
    """Whether a step of a ladder is the octave."""
    return error in ("too high", "too low") and number == 3


def _rms(audio: F32 | F64) -> float:
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))


def _fall_db(audio: F32) -> float:
    """How fast a sound falls after its peak, in dB a second, at least 1."""
    power = np.convolve(np.square(audio), np.ones(2205) / 2205, "same")[::441]
    level = 10 * np.log10(power[power.argmax() :] / power.max() + 1e-12)
    loud = level > -40
    loud[:2] = True
    return max(1.0, -float(np.polyfit(0.01 * np.flatnonzero(loud), level[loud], 1)[0])) if loud.sum() > 3 else 10.0


def _fit(audio: F32 | F64, samples: int) -> F32:
    return np.pad(audio, (0, max(0, samples - len(audio))))[:samples].astype(np.float32)


def _shelf(audio: F32, gain_db: float) -> F64:
    """A shelf from 2 kHz on, of the Audio EQ Cookbook (Bristow-Johnson)."""
    a, turn = 10 ** (gain_db / 40), 2 * np.pi * 2000 / RATE_HZ
    side, c, root = np.sin(turn) / np.sqrt(2), np.cos(turn), 2 * np.sqrt(a)
    numerator = (a + 1 + (a - 1) * c + root * side, -2 * (a - 1 + (a + 1) * c), a + 1 + (a - 1) * c - root * side)
    denominator = (a + 1 - (a - 1) * c + root * side, 2 * (a - 1 - (a + 1) * c), a + 1 - (a - 1) * c - root * side)
    return np.asarray(lfilter([a * part for part in numerator], denominator, audio))


def _vibrato(audio: F32, cents: float) -> F64:
    samples = np.arange(len(audio))
    depth = cents / 1200 * np.log(2) / (2 * np.pi * 5.5) * RATE_HZ
    return np.interp(samples + depth * np.sin(2 * np.pi * 5.5 * samples / RATE_HZ), samples, audio)


def _tremolo(audio: F32, depth: float) -> F64:
    return np.asarray(audio * (1 - depth / 2 * (1 - np.sin(2 * np.pi * 5.5 * np.arange(len(audio)) / RATE_HZ))))


def _reverberated(audio: F32, rng: np.random.Generator) -> F64:
    tail = rng.standard_normal(RATE_HZ) * 10 ** (-3 * np.arange(RATE_HZ) / RATE_HZ / 1.2)
    longer = np.pad(audio, (0, RATE_HZ))
    return np.asarray(longer + fftconvolve(longer, 0.3 * tail / np.sqrt(np.sum(tail**2)))[: len(longer)])


if __name__ == "__main__":
    print(table(METRICS["loudness_distance"].function))
    print(closeness_table(), end="")
