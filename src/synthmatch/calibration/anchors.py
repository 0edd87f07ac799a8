"""What no preset made and every table has beside the methods: silence, and noise of the target's mean spectrum.

A number says little until one knows what nothing scores. By `lsd` silence is nearer to a quiet or short sound than most presets.
"""

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.audio import mono
from synthmatch.features.stft import power_frames

SILENCE, NOISE = "silence", "noise"
ANCHORS = (SILENCE, NOISE)
#: As tables name them.
ANCHOR_NAMES = {SILENCE: "silence", NOISE: "noise of the target's mean spectrum"}
_WINDOW, _HOP = 2048, 1024


def anchor(name: str, target: Audio, seed: int = 0) -> Audio:
    """One of `ANCHORS` for a target; `seed`: of the noise. Shape: (channels, samples), the same out."""
    silence = np.zeros_like(target)
    if name == SILENCE:
        return silence
    sound = mono(target)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(sound)))
    mean = np.sqrt(power_frames(sound, _WINDOW, _HOP).mean(axis=0))
    places = np.linspace(0, len(mean) - 1, len(spectrum))
    noise = np.fft.irfft(spectrum * np.interp(places, np.arange(len(mean)), mean), len(sound))
    level = np.sqrt(np.mean(np.square(sound, dtype=np.float64)) / max(float(np.mean(np.square(noise))), 1e-30))
    return silence + (level * noise).astype(np.float32)
