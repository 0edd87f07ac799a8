"""Makes docs/images/drawn.png: a target, the wavetable that is drawn from it over time, and the preset's sound.

    python tools/make_drawn_picture.py

Needs the extra `dev`, Vital, and Debian's fluidsynth and fluid-soundfont-gm: the target is a note of a trumpet.
"""

import io
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.benchmark.recordings import recordings
from synthmatch.features.stft import channel_power
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.proposers.drawn.table import draw
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.registry import get_synth

PICTURE = Path(__file__).parents[1] / "docs/images/drawn.png"
#: General MIDI program and pitch.
NOTE = (56, 67)
_WINDOW, _HOP, _RANGE_DB, _HIGHEST_HZ, _HARMONICS, _COLOURS = 2048, 256, 80.0, 10_000, 40, 200


def main() -> None:
    """Draw, render and save."""
    (target,) = recordings(0, fluid_notes=[NOTE]).targets
    vital = get_synth("vital")
    with RenderPool(vital) as pool:
        ((_, sound),) = levelled(pool, target.note, draw_vital(vital.space, target.audio, target.note), target.audio)
    assert isinstance(sound, np.ndarray), sound
    drawing = draw(target.audio, target.note, 0)
    seconds = np.linspace(0, target.audio.shape[1] / SAMPLE_RATE_HZ, 200)
    table = drawing.timbres(seconds)[:, :_HARMONICS] * drawing.course.gain_at(seconds)[:, None]
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    for axis, title, picture in (
        (axes[0], "target", spectrogram(target.audio)),
        (axes[1], "wavetable, moved by its LFOs", decibels(np.square(table))),
        (axes[2], "drawn preset, played by Vital", spectrogram(sound)),
    ):
        shown = axis.imshow(
            picture.T,
            origin="lower",
            aspect="auto",
            vmin=picture.max() - _RANGE_DB,
            cmap="magma",
            extent=(0, seconds[-1], *((0.5, _HARMONICS + 0.5) if axis is axes[1] else (0, _HIGHEST_HZ / 1000))),
        )
        axis.set(title=title, xlabel="seconds", ylabel="harmonic" if axis is axes[1] else "kHz")
    figure.colorbar(shown, ax=axes, label="dB")
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=100)
    Image.open(buffer).convert("RGB").quantize(_COLOURS).save(PICTURE, optimize=True)


def spectrogram(audio: Audio) -> Float64[F64, "frames bins"]:
    """Levels in dB up to 10 kHz."""
    power = channel_power(mono(audio)[None].astype(np.float64), _WINDOW, _HOP)
    return decibels(power[:, : round(_HIGHEST_HZ * _WINDOW / SAMPLE_RATE_HZ)])


def decibels(power: Float64[F64, "frames bins"]) -> Float64[F64, "frames bins"]:
    """Levels relative to the highest."""
    return 10 * np.log10(np.maximum(power / power.max(), 1e-12))


if __name__ == "__main__":
    main()
