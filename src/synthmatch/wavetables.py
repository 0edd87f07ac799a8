"""A sound's wavetable alone: the one of the drawn Vital preset, as a file that Vital, Serum and Surge import."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synthmatch.arrays import F32, Float32, Floats
from synthmatch.atomic_files import write_whole
from synthmatch.audio.wavetable_file import MOST_FRAMES, wavetable_bytes
from synthmatch.errors import InputError
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.proposers.drawn.table import draw, single_cycles
from synthmatch.target import Target, load_target


@dataclass(frozen=True, eq=False)
class Wavetable:
    """Single cycles of a sound's partials, shape (frames, 2048), peak 1.

    The frames are spread evenly over the time of `target`, up to the end of a note that holds its level, and have its levels
    beside each other; a release is left to a synthesizer's own envelope.
    """

    frames: Float32[F32, "frames 2048"]
    #: from the first frame to the last
    seconds: float
    target: Target

    def wav(self) -> bytes:
        """A WAV file that a synthesizer knows as a wavetable (`audio.wavetable_file`)."""
        return wavetable_bytes(self.frames)

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write `wav`, whole or not at all. Raises `OutputError` where the file exists without `force`, or cannot be written."""
        write_whole(Path(path), self.wav(), force=force)


def wavetable(
    target: str | Path | Floats | Target,
    *,
    sample_rate_hz: float = SAMPLE_RATE_HZ,
    note: str | int | None = None,
    frames: int = MOST_FRAMES,
) -> Wavetable:
    """Draw the wavetable of a sound: `target`, `sample_rate_hz` and `note` are those of `match`.

    `frames`: 2 to 256, which is as many as Serum and Vital take. Raises `AudioError` for a recording that cannot be used,
    `InputError` for a note or a number of frames that cannot.
    """
    if not 2 <= frames <= MOST_FRAMES:
        raise InputError(f"got {frames} frames, expected 2 to {MOST_FRAMES}: synthesizers take no more")
    if not isinstance(target, Target):
        target = load_target(target, sample_rate_hz, note=note)
    drawing = draw(target.audio, target.note, 0)
    moments = np.linspace(0, drawing.course.last_moment, frames)
    waves = single_cycles(drawing.timbres(moments) * drawing.course.level_at(moments)[:, None])
    return Wavetable((waves / np.abs(waves).max()).astype(np.float32), drawing.course.last_moment, target)
