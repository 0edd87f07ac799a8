"""Audio to WAV files. Audio is float32 (channels, samples) at 44.1 kHz."""

import io
from pathlib import Path

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.atomic_files import write_whole
from synthmatch.note import SAMPLE_RATE_HZ


def save_wav(path: Path, audio: Audio, *, force: bool = False) -> None:
    """Write `wav_bytes`, whole or not at all.

    Raises `OutputError` where the file exists without `force`, or cannot be written.
    """
    write_whole(Path(path), wav_bytes(audio), force=force)


def wav_bytes(audio: Audio) -> bytes:
    """A 24-bit WAV file. Audio that peaks above full scale is scaled down to it, never clipped."""
    import soundfile  # noqa: PLC0415

    peak = float(np.abs(audio).max(initial=0.0))
    stream = io.BytesIO()
    soundfile.write(stream, (audio / max(peak, 1.0)).T, SAMPLE_RATE_HZ, format="WAV", subtype="PCM_24")
    return stream.getvalue()
