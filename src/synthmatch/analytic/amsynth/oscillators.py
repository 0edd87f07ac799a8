"""What amsynth's oscillators give before the filter: partials, their powers, and how they beat.

Formulas are those of amsynth (Nick Dowell, GPL-2+: Oscillator.cpp, VoiceBoard.cpp). An oscillator starts at phase 0, so
partials of both that lie near each other add or cancel in a known way. Harmonics up to the 16th stand alone, higher ones in
bundles of a quarter octave; the 0th is an offset. Left out: aliasing, and coincidences at other ratios than powers of two.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.analytic.mel_filterbank import CENTRES_HZ, WIDTHS_HZ
from synthmatch.arrays import C128, F32, F64, I64, Bools, Complex128, Float32, Float64
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.synths.amsynth.waveforms import HELD_NOISE, NOISE, PULSE, SAW, SINE

_SINGLE = 16
_EDGES = (_SINGLE + 0.5) * 2.0 ** (np.arange(24) / 4)
#: Numbers of the harmonics, how many each stands for, and one of those. Half of what a square wave lacks is even.
HARMONICS = np.append(np.arange(_SINGLE + 1.0), np.sqrt(_EDGES[:-1] * _EDGES[1:]))
SINGLE = _SINGLE + 1
_WIDTH = np.append(np.ones(SINGLE), np.diff(_EDGES))
_ONE = np.append(np.arange(_SINGLE + 1.0), 2 * np.rint((HARMONICS[SINGLE:] - 1) / 2) + 1)
#: Harmonics whose products ring modulation is made of, and how many each stands for: from the 7th on, half octaves.
_RINGING_EDGES = 6.5 * 2.0 ** (np.arange(8) / 2)
_RINGING = np.append(np.arange(7.0), np.rint(np.sqrt(_RINGING_EDGES[:-1] * _RINGING_EDGES[1:])))
# an offset's product has its amplitude, not half of it twice
_RINGING_WIDTH = np.append([0.5, 1, 1, 1, 1, 1, 1], np.diff(_RINGING_EDGES))
_PLACE = np.arange(len(_RINGING))
#: Products that matter: of the first three with all, of others with lower ones; those of single harmonics, and the rest.
_KEPT = _PLACE + _PLACE[:, None] < len(_RINGING) + 1
_BUNDLED = (_RINGING_WIDTH > 1) | (_RINGING_WIDTH[:, None] > 1)
#: Points of one period of an oscillator that another resets.
_POINTS = 512
#: In Hz: partials further apart than about this are told apart by an ear, or a frame, of 46 ms.
_APART_HZ = 34.0
#: Variance of uniform noise.
_UNIFORM = 1 / 3


class Oscillators(NamedTuple):
    """Two oscillators of N presets. Shape of each: (N, 2); `synced`, `together` (N,)."""

    waveform: I64
    shape: F64
    frequency_hz: F64
    amplitude: F64
    #: oscillator 1 resets oscillator 2
    synced: Bools
    #: both are bent alike by the LFO
    together: Bools

    def audible_hz(self) -> Float64[F64, "presets 2"]:
        """Audible frequencies: oscillator 2's is 1's where 1 resets it. Shape: (N, 2)."""
        first, second = self.frequency_hz.T
        return np.stack([first, np.where(self.synced, first, second)], axis=1)


class Partials(NamedTuple):
    """Frequencies (N, H) and power, full-scale sine = 1, (N, H) or (N, H, T). From `single` on, spread over `octaves` each."""

    frequency_hz: F64
    power: F64
    single: int
    octaves: float = 0.25


def tones(oscillators: Oscillators, seconds: F64) -> tuple[Partials, Partials]:
    """Partials of the two; what their beats add or take is with the first's, (N, H, T)."""
    first = coefficients(oscillators, 0, _ONE, _WIDTH)
    second = coefficients(oscillators, 1, _ONE, _WIDTH)
    synced = oscillators.synced
    if synced.any():
        second[synced] = _bundled(_reset(oscillators, synced), _ONE, _WIDTH)
    frequency = [hz[:, None] * HARMONICS for hz in oscillators.audible_hz().T]
    power = [np.square(np.abs(part)) for part in (first, second)]
    beats = _beats(oscillators, first, second, seconds)
    return Partials(frequency[0], power[0][:, :, None] + beats, SINGLE), Partials(frequency[1], power[1], SINGLE)


def ringing(oscillators: Oscillators) -> Partials:
    """Partials of the product of two tones of full amplitude: sums and differences, (N, 2 x 64)."""
    full = oscillators._replace(amplitude=np.ones_like(oscillators.amplitude))
    power = []
    for which in (0, 1):
        power.append(np.square(np.abs(coefficients(full, which, _RINGING, _RINGING_WIDTH))))
    synced = oscillators.synced
    if synced.any():
        power[1][synced] = np.square(np.abs(_bundled(_reset(full, synced), _RINGING, _RINGING_WIDTH)))
    audible_hz = oscillators.audible_hz()[:, :, None, None]
    high = audible_hz[:, 0] * _RINGING[:, None]
    low = audible_hz[:, 1] * _RINGING
    products = power[0][:, :, None] * power[1][:, None, :] / 4
    groups = (_KEPT & ~_BUNDLED, _KEPT & _BUNDLED)
    parts = [part[:, which] for which in groups for part in (high + low, np.abs(high - low))]
    powers = [products[:, which] for which in groups for _ in range(2)]
    single = 2 * int(groups[0].sum())
    return Partials(np.concatenate(parts, axis=1), np.concatenate(powers, axis=1), single, octaves=0.5)


def tone_power(oscillators: Oscillators) -> Float64[F64, "presets 2"]:
    """Power of each oscillator at full amplitude, noise too, full-scale sine = 1. Shape: (N, 2)."""
    return np.choose(oscillators.waveform, [1.0, 2.0, 2 * _UNIFORM, 2 * _UNIFORM, 2 * _UNIFORM])


def noise_bands(oscillators: Oscillators) -> Float64[F64, "presets 2 bands"]:
    """Power of each oscillator's noise in the bands at full amplitude; none of a tone. Shape: (N, 2, BANDS)."""
    share = 2 * _UNIFORM * WIDTHS_HZ / (SAMPLE_RATE_HZ / 2)
    period = 1 / np.maximum(oscillators.frequency_hz, 1.0)[:, :, None]
    held = 2 * 2 * _UNIFORM * WIDTHS_HZ * period / (1 + 2 * np.square(np.pi * CENTRES_HZ * period))
    waveform = oscillators.waveform[:, :, None]
    return np.where(waveform == NOISE, share, np.where(waveform == HELD_NOISE, held, 0.0))


def coefficients(oscillators: Oscillators, which: int, number: F64, width: F64) -> Complex128[C128, "presets partials"]:
    """Complex amplitudes of harmonics: of sin at phase 0 it is -1j; of a bundle, the root of its power.

    Shape: number and width (H,) or (N, H) -> (N, H).
    """
    waveform = oscillators.waveform[:, which, None]
    shape, frequency = oscillators.shape[:, which, None], oscillators.frequency_hz[:, which, None]
    step = 2 * np.pi * frequency / SAMPLE_RATE_HZ
    softer = np.where(step < 0.3, 1.0, 1.0 - (step - 0.3) / 2)
    high = 1.0 + softer * np.minimum(shape, 0.9)
    rising = _rising(shape, frequency)
    is_pulse, is_saw = waveform == PULSE, waveform == SAW
    some = np.maximum(number, 1.0)
    # both are a constant over a power of the number, times 1 - exp(-1j number angle) or sin(number angle / 2)
    angle = np.pi * (np.where(is_pulse, high, 2 * rising) - 2.0)
    half = np.sin(number * angle / 2)
    pulse = 4 / np.pi / some * half * np.exp(-1j * number * angle / 2)
    scale = -2j / (np.square(np.pi * some) * rising * (1.0 - rising))
    sign = np.where(number % 2 == 1, -1.0, 1.0)
    wave = np.where(
        is_pulse, np.where(number == 0, 2.0 * (high - 1.0), pulse), np.where(is_saw, scale * half * sign, 0)
    )
    wave = np.where(waveform == SINE, -1j * (number == 1), wave)
    # of a bundle, the mean square of the sine takes the place of its own
    mean = (1.0 - np.cos(number * angle) * np.sinc(width * angle / (2 * np.pi))) / 2
    wave = np.where(width > 1, wave * np.sqrt(width * mean / np.maximum(np.square(half), 1e-9)), wave)
    audible = (frequency * number < SAMPLE_RATE_HZ / 2) * oscillators.amplitude[:, which, None]
    return np.asarray(wave * audible)


def _rising(shape: F64, frequency_hz: F64) -> F64:
    """Share of its period in which a saw rises. Shapes that broadcast."""
    return np.clip((np.minimum(shape, shape - 2 * frequency_hz / SAMPLE_RATE_HZ) + 1) / 2, 0.05, 0.9995)


def _reset(oscillators: Oscillators, rows: Bools) -> Complex128[C128, "rows harmonics"]:
    """Complex amplitudes of oscillator 2, which starts anew with each period of 1. Shape: (rows, harmonics from 0)."""
    waveform, shape = oscillators.waveform[rows, 1, None], oscillators.shape[rows, 1, None]
    frequency = oscillators.frequency_hz[rows]
    phase = (np.arange(_POINTS) + 0.5) / _POINTS * (frequency[:, 1] / frequency[:, 0])[:, None] % 1.0
    rising = _rising(shape, frequency[:, 1:])
    falling = (1 - 2 * phase) / (1 - rising)
    saw = np.where(
        phase < rising / 2, 2 * phase / rising, np.where(phase > 1 - rising / 2, (2 * phase - 2) / rising, falling)
    )
    pulse = np.where(phase <= (1 + np.minimum(shape, 0.9)) / 2, 1.0, -1.0)
    sine = np.sin(2 * np.pi * phase)
    wave = np.where(waveform == SINE, sine, np.where(waveform == PULSE, pulse, np.where(waveform == SAW, saw, 0.0)))
    number = np.arange(_POINTS // 2 + 1)
    audible = (frequency[:, :1] * number < SAMPLE_RATE_HZ / 2) * oscillators.amplitude[rows, 1, None]
    return np.asarray(np.fft.rfft(wave, axis=1) * np.exp(-1j * np.pi * number / _POINTS) * (2 / _POINTS) * audible)


def _bundled(
    spectrum: Complex128[C128, "presets harmonics"], number: Float64[F64, " partials"], width: Float64[F64, " partials"]
) -> Complex128[C128, "presets partials"]:
    """Of all harmonics those with a number; of a bundle the root of its power. Shape: (N, all), twice (H,) -> (N, H)."""
    last = spectrum.shape[1] - 1
    place = np.minimum(number, last).astype(np.int64)
    low = np.minimum(np.ceil(number - width / 2), last).astype(np.int64)
    high = np.maximum(np.minimum(np.ceil(number + width / 2), last).astype(np.int64), low + 1)
    total = np.cumsum(np.pad(np.square(np.abs(spectrum)), ((0, 0), (1, 0))), axis=1)
    size = np.sqrt((total[:, high] - total[:, low]) / (high - low) * width)
    one = spectrum[:, place]
    bundle = one / np.maximum(np.abs(one), 1e-12) * size
    return np.asarray(np.where(width > 1, bundle, one) * (number <= last))


def _beats(
    oscillators: Oscillators,
    first: Complex128[C128, "presets partials"],
    second: Complex128[C128, "presets partials"],
    seconds: Float64[F64, " times"],
) -> Float32[F32, "presets partials times"]:
    """What partials of both that are near each other add to the sum of their powers over time. Shape: (N, H, T)."""
    frequency, synced = oscillators.frequency_hz, oscillators.synced
    ratio = np.where(synced, 1.0, frequency[:, 1] / np.maximum(frequency[:, 0], 1.0))
    octaves = np.rint(np.log2(np.maximum(ratio, 1e-3)))
    off_hz = (ratio / 2.0**octaves - 1.0) * frequency[:, 0]
    partner = _ONE[:SINGLE] / 2.0 ** octaves[:, None]
    meets = np.zeros_like(second)
    meets[:, :SINGLE] = coefficients(oscillators, 1, partner, np.ones(1)) * (partner == np.rint(partner))
    meets = np.where((octaves == 0)[:, None], second, meets) * (oscillators.together | synced)[:, None]
    strength = 2.0 * first * np.conj(meets)
    apart_hz = (off_hz[:, None] * HARMONICS).astype(np.float32)
    size = np.abs(strength) * np.exp(-np.square(apart_hz / _APART_HZ))
    angle = np.angle(strength).astype(np.float32)[:, :, None] - np.float32(2 * np.pi) * apart_hz[:, :, None] * (
        seconds.astype(np.float32)
    )
    # between two times, a beat that is quicker than they are apart evens out
    spacing = np.gradient(seconds) if len(seconds) > 1 else np.zeros(1)
    turns = apart_hz[:, :, None] * spacing.astype(np.float32)
    return np.asarray(size[:, :, None].astype(np.float32) * np.cos(angle) * np.exp(-np.square(turns * 1.3)))
