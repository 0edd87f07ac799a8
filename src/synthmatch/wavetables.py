"""A sound's wavetable alone: the one of the drawn Vital preset, as a file that Vital, Serum and Surge import."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synthmatch.arrays import F32, Float32, Floats
from synthmatch.atomic_files import write_whole
from synthmatch.audio.wavetable_file import MOST_FRAMES, wavetable_bytes
from synthmatch.errors import InputError
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.proposers.drawn.table import draw_table
from synthmatch.target import Target, load_target


@dataclass(frozen=True, eq=False)
class Wavetable:
    """Single cycles of a sound's partials, shape (frames, 2048), peak 1.

    The frames are spread evenly over the time of `target`, and have its levels beside each other; after the end of its
    note the level stays, for a synthesizer's own envelope to end it.
    """

    frames: Float32[F32, "frames 2048"]
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
    waves = draw_table(target.audio, target.note, np.linspace(0, 1, frames)).waves
    return Wavetable((waves / np.abs(waves).max()).astype(np.float32), target)
