"""Wavetables, LFO shapes and samples of a preset's own, as the JSON that Vital embeds."""

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.synths.vital import bank
from synthmatch.synths.vital.bank import Json

#: The knob ``wave_frame`` runs over so many frames, which Vital makes from keyframes when it loads a table.
LAST_FRAME = 256
#: Frames from the first to the last of a table that shares an oscillator with another.
HALF_FRAMES = LAST_FRAME // 2 - 1


def wavetable(waves: Float64[F64, "keyframes 2048"], name: str) -> Json:
    """A table of keyframes, evenly spaced, with their spectra faded between them. Shape: (keyframes, 2048), peak 1."""
    return _table(waves, np.linspace(0, LAST_FRAME, len(waves)), name)


def two_in_one(right: Float64[F64, "keyframes 2048"], left: Float64[F64, "keyframes 2048"], name: str) -> Json:
    """A table that has one in its first half, as far as `HALF_FRAMES`, and another so many frames and two further on."""
    positions = np.linspace(0, HALF_FRAMES, len(right))
    return _table(np.concatenate([right, left]), np.concatenate([positions, positions + HALF_FRAMES + 2]), name)


def _table(waves: Float64[F64, "keyframes 2048"], places: Float64[F64, " keyframes"], name: str) -> Json:
    positions = [round(position) for position in places.tolist()]
    return bank.table(name, waves, positions, interpolation=1) | {"full_normalize": False}


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


def sample(sound: Float64[F64, "_channels samples"], name: str) -> Json:
    """A recording for the sampler, one channel or two, at 44.1 kHz, peak 1 at most."""
    channels = [bank.sample(name, pcm) for pcm in np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.int16)]
    return channels[0] if len(channels) == 1 else channels[0] | {"samples_stereo": channels[1]["samples"]}


def line_mapping(keys: Float64[F64, " points"], values: Float64[F64, " points"], name: str) -> Json:
    """What a slot makes of a key, as straight lines between points: at most 98, of keys 0 to 127 and values 0 to 1."""
    ends = np.concatenate([[0.0], keys / 127, [1.0]])
    return lfo_shape(np.column_stack([ends, np.concatenate([values[:1], values, values[-1:]])]), name)
