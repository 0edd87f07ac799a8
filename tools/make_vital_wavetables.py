"""Write the bank of wavetables and LFO shapes that a Vital preset of ours may choose from.

Each table is five single-cycle waves, 2048 samples each, which Vital cross-fades. All are computed here from formulas
(sums of harmonics, folding, frequency modulation), so the bank is the same on every machine. Run it from the
repository's root, then run ``draft_vital_table.py``, whose table carries a digest of the bank:

    python tools/make_vital_wavetables.py
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64

SAMPLES = 2048
KEYFRAMES = 5
#: highest harmonic; Vital removes what would alias
HARMONICS = 512

_PHASE = 2 * np.pi * np.arange(SAMPLES) / SAMPLES
_N = np.arange(1, HARMONICS + 1)
_SINES = np.sin(np.outer(_N, _PHASE))


def additive(amplitudes: npt.ArrayLike, phases: npt.ArrayLike = 0.0) -> F64:
    """Sum of harmonics. `amplitudes` has shape (H,), harmonic 1 first; `phases` in radians."""
    amplitudes = np.asarray(amplitudes, np.float64)[:HARMONICS]
    if np.ndim(phases) == 0 and phases == 0.0:
        return amplitudes @ _SINES[: len(amplitudes)]
    phases = np.broadcast_to(phases, amplitudes.shape)
    return amplitudes @ np.sin(np.outer(_N[: len(amplitudes)], _PHASE) + phases[:, None])


def band_limited(wave: F64) -> F64:
    """The wave without what lies above `HARMONICS`."""
    spectrum = np.fft.rfft(wave)
    spectrum[HARMONICS + 1 :] = 0
    return np.fft.irfft(spectrum, SAMPLES)


def harmonics(**at: float) -> F64:
    """Amplitudes from ``h3=0.5`` pairs. Shape: (HARMONICS,)."""
    amplitudes = np.zeros(HARMONICS)
    for name, amplitude in at.items():
        amplitudes[int(name[1:]) - 1] = amplitude
    return amplitudes


SAW = 1.0 / _N
SQUARE = np.where(_N % 2 == 1, 1.0 / _N, 0.0)
TRIANGLE = np.where(_N % 2 == 1, 1.0 / _N**2, 0.0) * np.where(_N % 4 == 3, -1, 1)
SINE = harmonics(h1=1.0)

#: first three formants of sung vowels in Hz, and their levels (textbook values for a male voice)
VOWELS = {
    "u": ((325, 700, 2530), (1.0, 0.3, 0.05)),
    "o": ((450, 800, 2830), (1.0, 0.35, 0.06)),
    "a": ((700, 1150, 2700), (1.0, 0.55, 0.15)),
    "e": ((500, 1750, 2500), (1.0, 0.4, 0.25)),
    "i": ((280, 2250, 2900), (1.0, 0.3, 0.25)),
}


def vowel(name: str, width_hz: float, pitch_hz: float = 130.8) -> F64:
    """A vowel sung at C3."""
    frequency = _N * pitch_hz
    centres, levels = VOWELS[name]
    shape = sum(
        level * np.exp(-(((frequency - centre) / width_hz) ** 2)) for centre, level in zip(centres, levels, strict=True)
    )
    return additive((shape + 0.02) * SAW**0.6)


def pulse(width: float) -> F64:
    """A pulse that is high for `width` of the cycle."""
    return additive(np.sin(np.pi * _N * width) / _N, np.pi / 2 - np.pi * _N * width)


def low_pass(amplitudes: F64, cutoff: float, peak: float = 0.0, slope: float = 2.0) -> F64:
    """Amplitudes behind a low-pass at harmonic `cutoff`, with a resonant peak."""
    return amplitudes / (1 + (_N / cutoff) ** (2 * slope)) ** 0.5 + peak * np.exp(-(((_N - cutoff) / 1.2) ** 2))


def modulated(ratio: int, index: float, feedback: float = 0.0) -> F64:
    """Two-operator frequency modulation with a carrier at harmonic 1."""
    inner = index * np.sin(ratio * _PHASE + feedback * np.sin(ratio * _PHASE))
    return band_limited(np.sin(_PHASE + inner))


def synced(ratio: float, shape: Callable[[F64], F64]) -> F64:
    """A slave oscillator restarted every cycle, faded at the end so that little aliases."""
    slave = _PHASE * ratio % (2 * np.pi)
    return band_limited(shape(slave))


def folded(gain: float, bias: float = 0.0) -> F64:
    """A sine folded back at full scale."""
    return band_limited(np.sin(gain * np.sin(_PHASE) + bias) - np.sin(bias))


def stepped(levels: float, wave: F64) -> F64:
    """A wave rounded to a number of levels."""
    return band_limited(np.rint(wave * levels) / levels)


def random_partials(seed: int, tilt: float, top: int) -> F64:
    """Many harmonics of random level and phase: the nearest that one cycle comes to noise."""
    rng = np.random.RandomState(seed)
    amplitudes = np.where(top >= _N, rng.rayleigh(size=HARMONICS), 0.0) * _N**-tilt
    return additive(amplitudes, rng.uniform(0, 2 * np.pi, HARMONICS))


def partials(spread: float) -> F64:
    """Bell-like partials (1, 2, 2.4, 3, 4.5, 5.33, 6.9 ...) of a strike note at harmonic 10, decaying upward."""
    ratios = np.array([0.5, 1, 1.2, 1.5, 2, 2.5, 2.67, 3.01, 4, 5.3, 6.9, 8.3])
    amplitudes = np.zeros(HARMONICS)
    for k, ratio in enumerate(ratios):
        amplitudes[round(10 * ratio) - 1] += spread**k
    return additive(amplitudes)


def sweep(make: Callable[[float], F64]) -> list[F64]:
    """Five keyframes of a morph over t = 0..1."""
    return [make(k / (KEYFRAMES - 1)) for k in range(KEYFRAMES)]


def between(first: F64, last: F64) -> list[F64]:
    """A straight morph between two sets of amplitudes."""
    return sweep(lambda t: additive((1 - t) * first + t * last))


DRAWBARS = ((1, 0, 0, 0, 0), (1, 1, 0.3, 0, 0), (0.8, 1, 0.8, 0.3, 0.1), (0.6, 0.8, 1, 1, 0.6), (1, 0.4, 0.3, 0.8, 1))

TABLES: dict[str, list[F64]] = {
    "sine to saw": between(SINE, SAW),
    "saw to square": between(SAW, SQUARE),
    "sine to triangle to square": [
        additive(a) for a in (SINE, (SINE + TRIANGLE) / 2, TRIANGLE, (TRIANGLE + SQUARE) / 2, SQUARE)
    ],
    "pulse width": [pulse(w) for w in (0.5, 0.35, 0.22, 0.11, 0.04)],
    "saw opening": sweep(lambda t: additive(low_pass(SAW, 1.5 * 2 ** (7 * t)))),
    "square opening": sweep(lambda t: additive(low_pass(SQUARE, 1.5 * 2 ** (7 * t)))),
    "resonant sweep": sweep(lambda t: additive(low_pass(SAW, 2 * 2 ** (4.5 * t), peak=0.6))),
    "organ drawbars": [
        additive(harmonics(h1=a, h2=b, h3=c, h4=d, h6=e, h8=(d + e) / 2, h12=e / 2)) for a, b, c, d, e in DRAWBARS
    ],
    "vowels": [vowel(v, 110) for v in "uoaei"],
    "choir": [vowel(v, 320) for v in "uoaei"],
    "fm 1": sweep(lambda t: modulated(1, 6 * t**1.5)),
    "fm 2": sweep(lambda t: modulated(2, 5 * t**1.5)),
    "fm 3": sweep(lambda t: modulated(3, 4 * t**1.5)),
    "fm 7": sweep(lambda t: modulated(7, 3 * t**1.5)),
    "fm 14": sweep(lambda t: modulated(14, 2 * t**1.5)),
    "fm harsh": sweep(lambda t: modulated(1, 1 + 5 * t, feedback=0.5 + 2 * t)),
    "sync saw": sweep(lambda t: synced(1 + 4.5 * t, lambda p: 1 - p / np.pi)),
    "sync sine": sweep(lambda t: synced(1 + 6.5 * t, lambda p: np.sin(p) * np.linspace(1, 0, SAMPLES))),
    "folded sine": sweep(lambda t: folded(1 + 9 * t)),
    "folded uneven": sweep(lambda t: folded(0.7 + 5 * t, bias=0.8)),
    "octaves": sweep(lambda t: additive(harmonics(h1=1, h2=t, h4=t**2, h8=t**3, h16=t**4, h32=t**5 / 2))),
    "fifths": sweep(lambda t: additive(harmonics(h2=1, h3=t, h4=0.6, h6=t, h8=0.4, h9=t**2, h12=t, h18=t**2 / 2))),
    "hollow": sweep(lambda t: additive(np.where(_N % 3 == 1, _N ** -(2.0 - 1.3 * t), 0.0))),
    "comb": sweep(lambda t: additive(SAW * np.abs(np.cos(np.pi * _N * (0.5 - 0.42 * t))) ** 2 + 0.2 * SINE)),
    "plucked point": [additive(np.sin(np.pi * _N * p) / _N**1.3) for p in (0.5, 0.31, 0.2, 0.11, 0.05)],
    "tine": sweep(lambda t: additive(harmonics(h1=1, h2=0.35 * t, h3=0.1, h7=0.25 * t, h14=0.35 * t**2))),
    "brass": sweep(lambda t: additive(_N**0.6 * np.exp(-_N / (1.2 + 14 * t)))),
    "reed": sweep(lambda t: additive(SQUARE**0.8 * np.exp(-(((_N - 5 - 8 * t) / 9) ** 2)) + 0.5 * SINE)),
    "bell": sweep(lambda t: partials(0.35 + 0.55 * t)),
    "metal": [random_partials(seed, 0.35, 60) * 0.5 + additive(SINE) for seed in (3, 5, 7, 11, 13)],
    "noise": sweep(lambda t: random_partials(17, 1.2 - 1.2 * t, HARMONICS)),
    "coarse sine": [stepped(levels, additive(SINE)) for levels in (8.0, 4.0, 2.0, 1.5, 1.0)],
    "coarse saw": [stepped(levels, additive(low_pass(SAW, 60)) / 2) for levels in (12.0, 6.0, 3.0, 2.0, 1.0)],
    "growl": sweep(lambda t: additive(SAW * (0.05 + np.exp(-(((_N - 3 - 22 * t) / 4) ** 2)) * 3) + 0.6 * SINE)),
}


def steps(levels: list[float]) -> dict[str, object]:
    """An LFO shape that holds each level in turn."""
    points: list[float] = []
    for k, level in enumerate(levels):
        points += [k / len(levels), 1 - level, (k + 1) / len(levels), 1 - level]
    return line(points)


def line(points: list[float], powers: dict[int, float] | None = None, smooth: bool = False) -> dict[str, object]:
    """An LFO shape as Vital stores it: points x, y in turn with y downwards, and a bend after each point."""
    bends = [float((powers or {}).get(k, 0.0)) for k in range(len(points) // 2)]
    return {"num_points": len(bends), "points": [float(p) for p in points], "powers": bends, "smooth": smooth}


LFO_SHAPES: dict[str, dict[str, object]] = {
    "sine": line([0, 1, 0.5, 0, 1, 1], smooth=True),
    "saw up": line([0, 1, 1, 0]),
    "saw down": line([0, 0, 1, 1]),
    "square": steps([1, 0]),
    "pulse": steps([1, 0, 0, 0]),
    "fast decay": line([0, 0, 1, 1], {0: 6}),
    "slow rise": line([0, 1, 1, 0], {0: 5}),
    "hill": line([0, 1, 0.2, 0, 0.5, 0.2, 1, 1], smooth=True),
    "stairs": steps([0, 0.25, 0.5, 0.75, 1]),
    "arpeggio": steps([0, 1, 0.5, 0.75, 0.25, 0.5, 0, 0.75]),
    "gate": steps([1, 0, 1, 1, 0, 1, 0, 1]),
    "scatter": steps([0.62, 0.11, 0.87, 0.35, 1, 0.04, 0.49, 0.73, 0.2, 0.94, 0.29, 0.56, 0, 0.8, 0.42, 0.15]),
}


def main() -> None:
    """Write the waves as 16-bit numbers, each at full scale, and the LFO shapes as text."""
    import base64  # noqa: PLC0415
    import json  # noqa: PLC0415

    import vita  # noqa: PLC0415 - only Vital's own first table is read from it

    frames = np.stack([np.stack(waves) for waves in TABLES.values()])
    frames -= frames.mean(axis=-1, keepdims=True)
    frames /= np.abs(frames).max(axis=-1, keepdims=True)
    first = json.loads(vita.Synth().to_json())["settings"]["wavetables"][0]
    data = first["groups"][0]["components"][0]["keyframes"][0]["wave_data"]
    folder = Path("src/synthmatch/synths/tables")
    np.savez_compressed(
        folder / "vital_wavetables.npz",
        names=np.array(list(TABLES)),
        frames=np.rint(frames * 32767).astype(np.int16),
        init=np.frombuffer(base64.b64decode(data), "<f4"),
    )
    shapes = ",\n".join(f"{json.dumps(name)}: {json.dumps(shape)}" for name, shape in LFO_SHAPES.items())
    (folder / "vital_lfo_shapes.json").write_text("{\n" + shapes + "\n}\n")
    print(f"{len(TABLES)} wavetables, {len(LFO_SHAPES)} LFO shapes; now run tools/draft_vital_table.py")


if __name__ == "__main__":
    main()
