"""Audio in and out: load, resample, save, level.

Audio is float32 (channels, samples) at 44.1 kHz with one or two channels. Level is kept: nothing is normalised.
Files are read by libsndfile (WAV, FLAC, OGG, MP3, AIFF and its other formats), resampled by soxr at its best quality.
"""

import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from synthmatch.errors import AudioError
from synthmatch.files import write_whole
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.reading import file_size

if TYPE_CHECKING:
    import soundfile

Audio = npt.NDArray[np.float32]

#: Shorter sounds hold no period of a bass note; longer ones are recordings of music.
MIN_SECONDS, MAX_SECONDS = 0.03, 60.0
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
#: Peak below which a recording counts as silent: noise of a good converter lies lower.
SILENT_DBFS = -70.0
#: Peak above which samples cannot be meant as full scale ±1 (16-bit integers stored as floats have +90 dBFS).
LOUDEST_DBFS = 60.0
#: Frames read at once, so that many channels or a wrong header cannot fill the memory.
_BLOCK_FRAMES = 65_536
#: Sizes that a writer to a pipe leaves in a header, since it cannot go back to fill in the real one.
_UNKNOWN_BYTES = 0x7FFF_0000
#: libsndfile's log of a chunk whose header promises more bytes than the file has.
_SHORT_CHUNK = re.compile(r"^\s*(?:data|SSND|Data Size|riff|Riff size)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)


def load(path: str | Path) -> Audio:
    """Read a recording. Shape: (channels, samples); more than two channels are averaged to one.

    Raises `AudioError` for a file that is missing, a folder, empty, not audio, truncated, shorter than 30 ms or longer
    than 60 s, sampled below 8 or above 192 kHz, silent, or with NaN. Length and rate are judged by the header, before
    samples are read.
    """
    import soundfile  # noqa: PLC0415  (`import synthmatch` stays light)

    path = Path(path)
    _check_file(path)
    try:
        with soundfile.SoundFile(os.fsencode(path) if os.name == "posix" else path) as file:
            _check_length(str(path), file.frames, file.samplerate)
            _check_whole(path, file)
            samples = _read(path, file)
            rate_hz = file.samplerate
    except (soundfile.LibsndfileError, OSError) as error:
        detail = getattr(error, "error_string", str(error)).removeprefix("Error : ").rstrip(".")
        raise AudioError(
            f"{path} cannot be read as audio ({detail}); expected a whole WAV, FLAC, OGG, MP3 or AIFF file"
        ) from error
    return from_array(samples, rate_hz, name=str(path))


def from_array(samples: npt.ArrayLike, sample_rate_hz: float, *, name: str = "the array") -> Audio:
    """Audio of an array of floats with ±1 as full scale, shape (samples,) or (channels, samples).

    More than two channels are averaged to one. Result: (channels, samples) at 44.1 kHz. Raises `AudioError`
    as `load` does, with `name` in the message.
    """
    array = np.asarray(samples)
    if not np.issubdtype(array.dtype, np.floating):
        raise AudioError(f"{name} holds {array.dtype}, expected floats with ±1 as full scale; divide integers first")
    if array.ndim not in (1, 2) or array.size == 0:
        raise AudioError(f"{name} has shape {array.shape}, expected (samples,) or (channels, samples), not empty")
    if array.ndim == 2 and array.shape[0] > array.shape[1]:
        raise AudioError(f"{name} has shape {array.shape}, expected (channels, samples); transpose it")
    array = np.atleast_2d(array)
    _check_length(name, array.shape[1], sample_rate_hz)
    if not np.isfinite(array).all():
        raise AudioError(f"{name} has samples that are NaN or infinite, expected numbers; export it again")
    level = peak_dbfs(array)
    if level > LOUDEST_DBFS:
        raise AudioError(f"{name} peaks at {level:+.0f} dBFS, expected ±1 as full scale; divide it by its full scale")
    if level < SILENT_DBFS:
        raise AudioError(
            f"{name} is silent (peak {level:.0f} dBFS), expected a peak above {SILENT_DBFS:.0f} dBFS; "
            "check the recording or its channel"
        )
    if array.shape[0] > 2:
        array = array.mean(axis=0, keepdims=True)
    return resample(array.astype(np.float32), sample_rate_hz)


def resample(audio: Audio, sample_rate_hz: float) -> Audio:
    """Audio at `sample_rate_hz` brought to 44.1 kHz, shape (channels, samples); the level of every band is kept."""
    import soxr  # noqa: PLC0415

    if sample_rate_hz == SAMPLE_RATE_HZ:
        return np.ascontiguousarray(audio, dtype=np.float32)
    frames = soxr.resample(audio.T.astype(np.float32), sample_rate_hz, SAMPLE_RATE_HZ, quality="VHQ")
    return np.ascontiguousarray(frames.T, dtype=np.float32)


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


def mono(audio: Audio) -> npt.NDArray[np.float32]:
    """Mean of the channels. Shape: (channels, samples) to (samples,)."""
    return np.asarray(audio.mean(axis=0), dtype=np.float32)


def decibels(amplitude: npt.ArrayLike, floor_db: float = -120.0) -> npt.NDArray[np.float64]:
    """20 log10 of an amplitude, never below `floor_db`; same shape."""
    return np.asarray(20.0 * np.log10(np.maximum(amplitude, 10.0 ** (floor_db / 20.0))), dtype=np.float64)


def peak_dbfs(audio: npt.NDArray[Any]) -> float:
    """Largest absolute sample in dB below full scale, at least -120."""
    return float(decibels(np.abs(audio).max(initial=0.0)))


def rms_dbfs(audio: npt.NDArray[Any]) -> float:
    """Root mean square over all channels and samples in dB; a full-scale sine has -3.01, at least -120."""
    return float(decibels(np.sqrt(np.mean(np.square(audio, dtype=np.float64)))))


def _check_file(path: Path) -> None:
    if file_size(path, "an audio file", AudioError) == 0:
        raise AudioError(f"{path} is empty (0 bytes), expected an audio file; export it again")


def _check_length(name: str, frames: int, rate_hz: float) -> None:
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise AudioError(f"{name} has {rate_hz:g} samples a second, expected 8 to 192 kHz; export it at 44.1 kHz")
    if frames == 0:
        raise AudioError(f"{name} holds no samples, expected 30 ms to 60 s; it may be cut short: export it again")
    seconds = frames / rate_hz
    if seconds < MIN_SECONDS:
        raise AudioError(f"{name} lasts {1000 * seconds:.1f} ms, expected at least 30 ms; export a longer part")
    if seconds > MAX_SECONDS:
        raise AudioError(f"{name} lasts {seconds:.1f} s, expected at most 60 s; cut out the note to match")


def _check_whole(path: Path, file: "soundfile.SoundFile") -> None:
    """Refuse a file that ends before its header says; formats that only fail while reading are left to `_read`."""
    for promised, real in _SHORT_CHUNK.findall(file.extra_info):
        # 8 bytes: writers disagree on padding
        if int(real) + 8 < int(promised) < _UNKNOWN_BYTES:
            raise _truncated(path, f"{real} of {promised} bytes")
    if file.format == "OGG":
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - 65_536))  # an Ogg page has at most 65,307 bytes
            page = stream.read().rpartition(b"OggS")[2]
        # RFC 3533, after the capture pattern: version, flags (4: last page), 20 bytes, number of segments, their sizes
        table = page[23 : 23 + page[22]] if len(page) > 22 else b""
        if not table or not page[1] & 4 or len(page) < 23 + len(table) + sum(table):
            raise _truncated(path, "no whole last page")


def _read(path: Path, file: "soundfile.SoundFile") -> npt.NDArray[np.float32]:
    """All samples, block by block. Shape: (1 or 2, samples)."""
    blocks = [np.zeros((file.channels if file.channels <= 2 else 1, 0), dtype=np.float32)]
    while len(block := file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)):
        blocks.append(block.T if file.channels <= 2 else block.mean(axis=1)[None])
    samples: npt.NDArray[np.float32] = np.concatenate(blocks, axis=1)
    if samples.shape[1] < file.frames:
        raise _truncated(path, f"{samples.shape[1]} of {file.frames} samples")
    return samples


def _truncated(path: Path, found: str) -> AudioError:
    return AudioError(f"{path} is truncated ({found}), expected a whole file; export or copy it again")
