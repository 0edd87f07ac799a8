"""Sounds made by formula, for the metric tests and their golden values. Float32 at 44.1 kHz."""

import numpy as np
import numpy.typing as npt

Audio = npt.NDArray[np.float32]

RATE_HZ = 44_100


def sine(hz: float, seconds: float = 1.0, amplitude: float = 1.0) -> Audio:
    """A sine. Shape: (samples,)."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (amplitude * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def tone(hz: float = 220.0, seconds: float = 1.0, decay_per_second: float = 4.0) -> Audio:
    """Ten harmonics falling as 1/k, decaying: a plucked sound. Shape: (samples,)."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 11))
    return np.asarray(0.3 * np.exp(-decay_per_second * time) * wave, np.float32)


def noise(seed: int, seconds: float = 1.0, amplitude: float = 0.1) -> Audio:
    """White noise. Shape: (samples,)."""
    rng = np.random.default_rng(seed)
    return (amplitude * rng.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def click(seconds: float = 1.0) -> Audio:
    """One sample of 0.5 in the middle. Shape: (samples,)."""
    audio = np.zeros(round(seconds * RATE_HZ), np.float32)
    audio[audio.size // 2] = 0.5
    return audio


def golden_pairs() -> dict[str, tuple[Audio, Audio]]:
    """Pairs (reference, estimated) whose scores are kept in tests/golden/metrics.json."""
    sound = tone(seconds=0.5)
    stereo = np.stack([sound, 0.5 * tone(221, 0.5)])
    return {
        "tone and noisy tone": (sound, sound + noise(1, 0.5, 0.01)),
        "tone a semitone up": (sound, tone(220 * 2 ** (1 / 12), 0.5)),
        "tone and quieter tone": (sound, 0.25 * sound),
        "tone and shorter tone": (sound, tone(seconds=0.25)),
        "noise and other noise": (noise(2, 0.5), noise(3, 0.5)),
        "sine and click": (sine(1000, 0.5, 0.5), click(0.5)),
        "stereo and mono": (stereo, sound),
        "tone and silence": (sound, np.zeros_like(sound)),
    }
