"""A picture of a match: spectrograms of target and match on one scale, and their difference."""

import io

import numpy as np

from synthmatch.arrays import F32, Audio, Float32
from synthmatch.audio import decibels
from synthmatch.features.bands import SEMITONE_BANDS, semitone_bands
from synthmatch.features.stft import FLOOR_DB, power_frames
from synthmatch.fonts import prepare_matplotlib, written_with
from synthmatch.note import SAMPLE_RATE_HZ

_WINDOW = 4096
_HOP = 512
#: Octaves of A on the frequency axis: band number of each and its name.
_TICKS = {
    band: f"{55 * 2**octave / 1000:g}k" if octave > 4 else f"{55 * 2**octave:g}"
    for octave, band in enumerate(range(0, SEMITONE_BANDS, 12))
}


def picture(target: Audio, match: Audio, title: str) -> bytes:
    """A PNG. `target` and `match`: (channels, samples) float32 at 44.1 kHz."""
    prepare_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - half a second to load
    from matplotlib.figure import Figure  # noqa: PLC0415

    samples = max(target.shape[-1], match.shape[-1])
    pictures = [levels_db(audio, samples) for audio in (target, match)]
    seconds = samples / SAMPLE_RATE_HZ
    figure = Figure(figsize=(12, 3.6), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    shown, fonts = written_with(title)
    # a name may hold what mathematics is written with
    figure.suptitle(shown, fontsize=11, family=fonts, parse_math=False)
    axes = figure.subplots(1, 3, sharey=True)
    extent = (0.0, seconds, 0.0, float(SEMITONE_BANDS))
    for axis, picture, name in zip(axes, pictures, ("target", "match"), strict=False):
        levels = axis.imshow(picture, aspect="auto", origin="lower", extent=extent, cmap="magma", vmin=-90, vmax=0)
        axis.set_title(name, fontsize=10)
    figure.colorbar(levels, ax=list(axes[:2]), label="dBFS", pad=0.01)
    apart = axes[2].imshow(
        pictures[1] - pictures[0], aspect="auto", origin="lower", extent=extent, cmap="RdBu_r", vmin=-40, vmax=40
    )
    axes[2].set_title("match minus target", fontsize=10)
    figure.colorbar(apart, ax=axes[2], label="dB", pad=0.01)
    axes[0].set_yticks(list(_TICKS), list(_TICKS.values()))
    axes[0].set_ylabel("Hz")
    for axis in axes:
        axis.set_xlabel("s")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": ""})
    return buffer.getvalue()


def levels_db(audio: Float32[F32, "*channels samples"], samples: int) -> Float32[F32, "bands frames"]:
    """Semitone levels in dBFS of audio filled with silence to `samples`, shape (SEMITONE_BANDS, frames)."""
    padded = np.pad(audio, ((0, 0), (0, samples - audio.shape[-1])))
    return decibels(power_frames(padded, _WINDOW, _HOP) @ semitone_bands(_WINDOW), FLOOR_DB).T
