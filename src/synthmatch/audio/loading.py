"""Recordings read from files and arrays, checked, at 44.1 kHz.

Files are decoded by libsndfile (WAV, FLAC, OGG, MP3, AIFF and its other formats). Where a header is missing, unfinished
or wrong, the modules beside this one say what libsndfile is given in its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import Audio, Float, Floats
from synthmatch.audio.channels import fold
from synthmatch.audio.chunks import mpeg_within, read_chunks
from synthmatch.audio.cycle import held
from synthmatch.audio.flac import read_flac
from synthmatch.audio.mpeg import read_mpeg
from synthmatch.audio.ogg import read_ogg
from synthmatch.audio.parts import Contents, Loop, Part, read_at, size_of
from synthmatch.audio.signals import peak_dbfs, resample
from synthmatch.audio.splice import Splice
from synthmatch.errors import AudioError
from synthmatch.reading import file_size, warn

#: Shorter sounds hold no period of a bass note; longer ones are recordings of music.
MIN_SECONDS, MAX_SECONDS = 0.03, 60.0
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
#: Peak below which a recording counts as silent: noise of a good converter lies lower.
SILENT_DBFS = -70.0
#: Peak above which samples cannot be meant as full scale ±1 (16-bit integers stored as floats have +90 dBFS).
LOUDEST_DBFS = 60.0
#: One bit of 16: a sound that has faded to it is over, and what remains is dither, and not of the sound.
_ONE_BIT_OF_16 = 2.0**-15
#: Frames read at once, so that many channels or a wrong header cannot fill the memory.
_BLOCK_FRAMES = 65_536
#: What may be missing at the end of a file that is read all the same: two frames of MP3.
_MOST_MISSING_SECONDS = 0.055


@dataclass(frozen=True, eq=False)
class Recording:
    """`audio` of shape (channels, samples) at 44.1 kHz, with one or two channels.

    `root_midi` is the note that the file states for it, as a fractional MIDI number, or None. `remark` says where a
    single cycle or a short sample with a loop was made a note; `cycle_hz` is the pitch of the first.
    """

    audio: Audio
    root_midi: float | None = None
    remark: str | None = None
    cycle_hz: float | None = None


def load(path: str | Path) -> Audio:
    """The audio of `read_recording`, shape (channels, samples)."""
    return read_recording(path).audio


def from_array(samples: npt.ArrayLike, sample_rate_hz: float, *, name: str = "the array") -> Audio:
    """The audio of `read_array`, shape (channels, samples)."""
    return read_array(samples, sample_rate_hz, name=name).audio


def read_recording(path: str | Path) -> Recording:
    """Read a file of one or more channels; more than two become one or two by power (`audio.channels.fold`).

    A single cycle is repeated to a note of a second, and so is the loop of a sample shorter than 0.5 s. Where a file of 16
    bits ends within one bit of zero, that noise becomes zero. A file of which
    up to 55 ms are missing, or whose header is unfinished, is read with a warning where something is lost.

    Raises `AudioError` for a file that is missing, a folder, empty, not audio, truncated, shorter than 30 ms or longer
    than 60 s, sampled below 8 or above 192 kHz, silent, or with NaN. Length and rate are judged by the header, before
    samples are read.
    """
    import soundfile  # noqa: PLC0415  (`import synthmatch` stays light)

    path = Path(path)
    try:
        _check_file(path)
        with path.open("rb") as whole:
            file = _behind_tags(whole)
            contents = _contents(file)
            read = list(_parts(path, file, contents))
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        detail = getattr(error, "error_string", str(error)).removeprefix("Error : ").rstrip(".")
        raise AudioError(
            f"{path} cannot be read as audio ({detail}); expected a whole WAV, FLAC, OGG, MP3 or AIFF file"
        ) from error
    for line in contents.wrong:
        warn(f"{path}: {line}")
    samples, rate_hz = _chained(read)
    return _recording(samples, rate_hz, str(path), contents.stated.root_midi, contents.stated.loop)


def read_array(samples: npt.ArrayLike, sample_rate_hz: float, *, name: str = "the array") -> Recording:
    """The recording in an array of floats with ±1 as full scale, shape (samples,) or (channels, samples).

    Channels and short sounds are treated, and `AudioError` is raised with `name` in the message, as by
    `read_recording`.
    """
    array = np.asarray(samples)
    if not np.issubdtype(array.dtype, np.floating):
        raise AudioError(f"{name} holds {array.dtype}, expected floats with ±1 as full scale; divide integers first")
    if array.ndim not in (1, 2) or array.size == 0:
        raise AudioError(f"{name} has shape {array.shape}, expected (samples,) or (channels, samples), not empty")
    if array.ndim == 2 and array.shape[0] > array.shape[1]:
        raise AudioError(f"{name} has shape {array.shape}, expected (channels, samples); transpose it")
    return _recording(np.atleast_2d(array), sample_rate_hz, name, None, None)


def _recording(
    array: Float[Floats, "channels samples"], rate_hz: float, name: str, root_midi: float | None, loop: Loop | None
) -> Recording:
    _check_rate(name, rate_hz)
    remark, cycle_hz = None, None
    if array.shape[1] and array.shape[1] <= MAX_SECONDS * rate_hz:
        array, remark, cycle_hz = held(array, rate_hz, loop)
    _check_length(name, array.shape[1] / rate_hz)
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
        array = fold(lambda: (array,))
    return Recording(resample(array.astype(np.float32), rate_hz), root_midi, remark, cycle_hz)


def _check_file(path: Path) -> None:
    if file_size(path, "an audio file", AudioError) == 0:
        raise AudioError(f"{path} is empty (0 bytes), expected an audio file; export it again")


def _check_rate(name: str, rate_hz: float) -> None:
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise AudioError(f"{name} has {rate_hz:g} samples a second, expected 8 to 192 kHz; export it at 44.1 kHz")


def _check_length(name: str, seconds: float) -> None:
    if seconds == 0:
        raise AudioError(f"{name} holds no samples, expected 30 ms to 60 s; it may be cut short: export it again")
    if seconds < MIN_SECONDS:
        raise AudioError(
            f"{name} lasts {1000 * seconds:.1f} ms and is no single cycle, expected at least 30 ms; export a longer part"
        )
    _check_not_long(name, seconds)


def _check_not_long(name: str, seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise AudioError(f"{name} lasts {seconds:.1f} s, expected at most 60 s; cut out the note to match")


def _contents(file: Splice) -> Contents:
    """What libsndfile is to read: by what the file holds, whatever it is called."""
    size = size_of(file)
    wrapped = mpeg_within(file)
    if wrapped:
        return read_mpeg(file, *wrapped) or Contents([Part([(0, size)])])
    for form in (read_chunks, read_flac, read_ogg):
        found = form(file)
        if found:
            return found
    return read_mpeg(file, 0, size) or Contents([Part([(0, size)])])


def _behind_tags(file: BinaryIO) -> Splice:
    """The file without ID3v2 tags at its start, of which there may be several; their size has seven bits a byte."""
    place, size = 0, size_of(file)
    while (head := read_at(file, place, 10)).startswith(b"ID3") and len(head) == 10:
        length = 0
        for byte in head[6:]:
            length = length << 7 | byte & 0x7F
        place = min(place + 10 + length + (10 if head[5] & 0x10 else 0), size)
    return Splice(file, [(place, size - place)])


def _parts(path: Path, file: Splice, contents: Contents) -> Iterator[tuple[Audio, int]]:
    """Samples (1 or 2, samples) and rate of each part. The parts together are no longer than `MAX_SECONDS`.

    A later part that cannot be decoded is left out with a warning.
    """
    import soundfile  # noqa: PLC0415

    seconds = 0.0
    for number, part in enumerate(contents.parts):
        if not part.share:
            raise _truncated(path, "its last frames are cut")
        try:
            with soundfile.SoundFile(Splice(file, part.pieces)) as sound:
                rate_hz = sound.samplerate
                expected = sound.frames if part.samples is None else part.samples
                _check_rate(str(path), rate_hz)
                _check_not_long(str(path), seconds + expected / part.share / rate_hz)
                channels, subtype = sound.channels, sound.subtype
            samples = _read(file, part, channels, expected)
        except soundfile.LibsndfileError as error:
            if not number:
                raise
            warn(f"{path}: part {number + 1} cannot be read ({error.error_string}): it is left out")
            continue
        if channels > 2:
            warn(f"{path} has {channels} channels, which are read as {len(samples)} at the level of those in use")
        missing = samples.shape[1] / part.share - samples.shape[1] + max(expected - samples.shape[1], 0)
        _check_whole(path, part, missing / rate_hz, samples.shape[1] / rate_hz)
        seconds += samples.shape[1] / rate_hz
        yield _without_last_bit(samples) if subtype == "PCM_16" else samples, rate_hz


def _without_last_bit(samples: Audio) -> Audio:
    """Audio (channels, samples) of 16 bits without the rounding noise at its end: what is within one bit becomes zero."""
    sounding = np.flatnonzero(np.abs(samples).max(axis=0, initial=0.0) > _ONE_BIT_OF_16)
    end = int(sounding[-1]) + 1 if len(sounding) else 0
    return np.pad(samples[:, :end], ((0, 0), (0, samples.shape[1] - end)))


def _check_whole(path: Path, part: Part, missing_seconds: float, seconds: float) -> None:
    """Refuse a part that ends before its header says; say it where little is lost, or the length was an estimate."""
    if missing_seconds < 1e-3 and part.share == 1.0:
        return
    if part.promised and missing_seconds > _MOST_MISSING_SECONDS:
        raise _truncated(path, f"{seconds:.2f} of {seconds + missing_seconds:.2f} s are there")
    least = "about" if part.promised else "at least"
    warn(f"{path} is cut at its end: {least} {1_000 * missing_seconds:.0f} ms are missing, {seconds:.2f} s are read")


def _truncated(path: Path, found: str) -> AudioError:
    return AudioError(f"{path} is truncated ({found}), expected a whole file; export or copy it again")


def _read(file: Splice, part: Part, channels: int, frames: int) -> Audio:
    """At most `frames` of a part. Shape: (1 or 2, samples)."""
    import soundfile  # noqa: PLC0415

    def blocks() -> Iterator[Audio]:
        # opened each time: in a damaged file the way back to the start is not sure
        with soundfile.SoundFile(Splice(file, part.pieces)) as sound:
            left = frames
            yield np.zeros((channels, 0), dtype=np.float32)
            while left > 0 and len(block := sound.read(min(left, _BLOCK_FRAMES), dtype="float32", always_2d=True)):
                left -= len(block)
                yield block.T

    return fold(blocks) if channels > 2 else np.concatenate(list(blocks()), axis=1)


def _chained(read: list[tuple[Audio, int]]) -> tuple[Audio, float]:
    """One sound from its parts: at the rate of the first where they agree, else at 44.1 kHz; one channel becomes two
    where another part has two.
    """
    rates = {rate_hz for _, rate_hz in read}
    channels = max(len(samples) for samples, _ in read)
    if len(read) == 1:
        return read[0]
    parts = [samples if len(rates) == 1 else resample(samples, rate_hz) for samples, rate_hz in read]
    joined = np.concatenate([np.broadcast_to(part, (channels, part.shape[1])) for part in parts], axis=1)
    return joined, rates.pop() if len(rates) == 1 else 44_100
