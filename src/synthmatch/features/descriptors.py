"""Single numbers that describe a sound: how bright, how loud, how slow to start. They rank nothing.

Audio is (channels, samples) or (samples,) float32 at 44.1 kHz; channels are averaged. Silence is 0 Hz, -90 dBFS and 0 s.
"""

import numpy as np

from synthmatch.arrays import F32, Float32
from synthmatch.audio import decibels, mono
from synthmatch.features.stft import FLOOR_DB, power_frames
from synthmatch.note import SAMPLE_RATE_HZ, Note

_WINDOW, _HOP = 2048, 512
#: Samples of an envelope's frame: 6 ms, of which the lowest notes have less than a period, and attacks many.
_ENVELOPE = 256
#: Share of the loudest frame at which an attack is over.
_REACHED = 0.9


def centroid_hz(audio: Float32[F32, "*channels samples"]) -> float:
    """Mean frequency, by magnitude, over all frames: the louder ones count more."""
    magnitude = np.sqrt(power_frames(audio, _WINDOW, _HOP)).sum(axis=0)
    total = float(magnitude.sum())
    frequency_hz = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE_HZ)
    return float(magnitude @ frequency_hz) / total if total else 0.0


def level_dbfs(audio: Float32[F32, "*channels samples"]) -> float:
    """Root mean square over the whole; a full-scale square wave is 0."""
    power = float(np.mean(np.square(mono(audio), dtype=np.float64)))
    return float(decibels(power, FLOOR_DB))


def attack_seconds(audio: Float32[F32, "*channels samples"], note: Note) -> float:
    """From the note's start until its envelope first comes to 90 % of its largest value."""
    sounding = mono(audio)[note.start_samples :]
    frames = sounding[: sounding.size // _ENVELOPE * _ENVELOPE].reshape(-1, _ENVELOPE)
    envelope = np.sqrt(np.square(frames, dtype=np.float64).mean(axis=1))
    if not envelope.any():
        return 0.0
    return int(np.argmax(envelope >= _REACHED * envelope.max())) * _ENVELOPE / SAMPLE_RATE_HZ
