"""A mel spectrogram as a small PNG without axes; all pictures of a card are on the scale of its target."""

import io

import numpy as np

from synthmatch.arrays import F32, U8, Float32, UInt8
from synthmatch.features.mel import RANGE_DB, mel_power
from synthmatch.fonts import prepare_matplotlib

#: Steps of 1.3 dB: none is seen, and the file has half the size of one with 256.
COLOURS = 64
#: Frames that become one column: 23 ms.
_FRAMES = 2
#: A power below any sound that counts as one, and a ratio of powers that is drawn as silence.
_FLOOR = 1e-10


def mel(sound: Float32[F32, " samples"]) -> Float32[F32, "mels columns"]:
    """Band powers with two frames a column. Shape: (samples,) -> (MELS, columns)."""
    power = mel_power(sound)
    columns = power.shape[1] // _FRAMES
    return power[:, : columns * _FRAMES].reshape(len(power), columns, _FRAMES).mean(axis=2)


def png(power: Float32[F32, "mels columns"], reference: float) -> bytes:
    """A picture of band powers, low bands at the bottom: `RANGE_DB` up to `reference`, a power; louder looks like it."""
    from PIL import Image  # noqa: PLC0415

    ratio = power / max(reference, _FLOOR)
    shade = np.clip(10 * np.log10(np.maximum(ratio, _FLOOR)) / RANGE_DB + 1, 0, 1)
    picture = Image.fromarray(np.rint(shade[::-1] * (COLOURS - 1)).astype(np.uint8), "P")
    picture.putpalette(palette().tobytes())
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def palette() -> UInt8[U8, "colours 3"]:
    """Red, green and blue from the lowest level to the highest. Shape: (COLOURS, 3)."""
    prepare_matplotlib()
    from matplotlib import colormaps  # noqa: PLC0415

    return colormaps["magma"](np.linspace(0, 1, COLOURS), bytes=True)[:, :3]
