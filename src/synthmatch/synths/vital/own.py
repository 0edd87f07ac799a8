"""Wavetables, LFO shapes and samples of a preset's own, as the JSON that Vital embeds."""

import base64

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.synths.vital.bank import Json

#: The knob ``wave_frame`` runs over so many frames, which Vital makes from keyframes when it loads a table.
LAST_FRAME = 256


def wavetable(waves: Float64[F64, "keyframes 2048"], name: str) -> Json:
    """A table of keyframes, evenly spaced and cross-faded. Shape: (keyframes, 2048), peak 1."""
    keyframes = [
        {"position": round(position), "wave_data": _base64(wave.astype("<f4").tobytes())}
        for position, wave in zip(np.linspace(0, LAST_FRAME, len(waves)), waves, strict=True)
    ]
    source = {"interpolation": 1, "interpolation_style": 1, "keyframes": keyframes, "type": "Wave Source"}
    # the whole table is scaled by one number, so that keyframes keep their levels
    return {
        "author": "",
        "full_normalize": True,
        "groups": [{"components": [source]}],
        "name": name,
        "remove_all_dc": True,
        "version": "1.0.6",
    }


def lfo_shape(points: Float64[F64, "points 2"], name: str) -> Json:
    """A shape of straight lines. Shape: (points, 2), of places and values from 0 to 1; the first place is 0, the last 1."""
    # Vital counts down from the top
    drawn = np.column_stack([points[:, 0], 1.0 - points[:, 1]])
    return {
        "name": name,
        "num_points": len(points),
        "points": [float(value) for value in drawn.ravel()],
        "powers": [0.0] * len(points),
        "smooth": False,
    }


def sample(sound: Float64[F64, " samples"], name: str) -> Json:
    """A mono recording for the sampler, at 44.1 kHz, peak 1 at most."""
    pcm = np.clip(np.rint(sound * 32767), -32768, 32767).astype("<i2")
    return {"length": len(pcm), "name": name, "sample_rate": SAMPLE_RATE_HZ, "samples": _base64(pcm.tobytes())}


def _base64(contents: bytes) -> str:
    return base64.b64encode(contents).decode()
