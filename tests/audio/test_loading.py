"""Reading, refusing, resampling and writing audio, with real files of libsndfile."""

import io
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.audio import decibels, from_array, load, mono, peak_dbfs, rms_dbfs, save_wav
from synthmatch.errors import AudioError, OutputError

Samples = npt.NDArray[np.float32]


def sine(rate_hz: int, seconds: float = 0.5, hz: float = 440.0, level: float = 0.5) -> Samples:
    """A sine, shape (samples,)."""
    return np.asarray(level * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz), dtype=np.float32)


def refusal(path: Path) -> str:
    """The message with which `load` refuses a file: one line that names it."""
    with pytest.raises(AudioError) as error:
        load(path)
    message = str(error.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
def test_every_common_format_keeps_level_and_length(tmp_path: Path, suffix: str) -> None:
    """A format that is refused, cut, or read at another level."""
    path = tmp_path / f"sine.{suffix}"
    soundfile.write(path, np.stack([sine(44_100), 0.5 * sine(44_100)], axis=1), 44_100)
    audio = load(path)
    assert audio.dtype == np.float32
    assert audio.shape == (2, 22_050)
    assert rms_dbfs(audio[:1]) == pytest.approx(-9.03, abs=0.2)
    assert rms_dbfs(audio[1:]) == pytest.approx(-15.05, abs=0.2)


@settings(max_examples=25, deadline=None)
@given(
    rate_hz=st.sampled_from([8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000]),
    channels=st.integers(1, 8),
    hz=st.floats(60.0, 3_000.0),
)
def test_any_rate_and_channels_give_the_same_sine(rate_hz: int, channels: int, hz: float) -> None:
    """Resampling that shifts pitch, level or time, or a mixdown that changes the level."""
    audio = from_array(np.tile(sine(rate_hz, 0.48, hz), (channels, 1)), rate_hz)
    wanted = sine(44_100, 0.48, hz)
    assert audio.shape == (channels if channels <= 2 else 1, len(wanted))
    middle = slice(4_410, -4_410)  # a cut sine rings at both ends
    assert np.abs(audio[:, middle] - wanted[middle]).max() < 1e-4


def test_extremes_of_rate_and_length_are_read(tmp_path: Path) -> None:
    """Limits that are off by one: 30 ms and 60 s, 8 and 192 kHz belong to the domain."""
    for rate_hz, seconds in ((8_000, 60.0), (192_000, 0.03)):
        path = tmp_path / f"{rate_hz}.wav"
        soundfile.write(path, sine(rate_hz, seconds), rate_hz)
        assert load(path).shape == (1, round(44_100 * seconds))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A traceback of the operating system instead of one line."""
    assert "does not exist" in refusal(tmp_path / "none.wav")
    assert "folder" in refusal(tmp_path)
    (tmp_path / "empty.wav").touch()
    assert "empty" in refusal(tmp_path / "empty.wav")
    (tmp_path / "text.wav").write_text("no audio at all\n" * 100)
    assert "cannot be read as audio" in refusal(tmp_path / "text.wav")
    soundfile.write(tmp_path / "header.wav", np.zeros(0, dtype=np.float32), 44_100)
    assert "no samples" in refusal(tmp_path / "header.wav")


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac", "mp3", "ogg", "w64", "rf64", "au", "caf"])
@pytest.mark.parametrize("kept", [0.5, 0.95])
def test_truncated_files_are_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    """A file cut by a broken download that is matched by its first half: libsndfile reads most formats so."""
    noise = np.random.default_rng(0).normal(0, 0.1, 88_200).astype(np.float32)
    whole = tmp_path / f"whole.{suffix}"
    soundfile.write(whole, noise, 44_100)
    load(whole)
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * kept)])
    refusal(path)


def test_a_file_written_to_a_pipe_is_read(tmp_path: Path) -> None:
    """The size 0xFFFFFFFF that ffmpeg leaves in the header of a pipe mistaken for truncation."""
    stream = io.BytesIO()
    soundfile.write(stream, sine(44_100), 44_100, format="WAV")
    contents = bytearray(stream.getvalue())
    contents[4:8] = contents[40:44] = b"\xff" * 4
    path = tmp_path / "pipe.wav"
    path.write_bytes(contents)
    assert load(path).shape == (1, 22_050)


def test_three_hours_are_refused_by_the_header(tmp_path: Path) -> None:
    """A long file read into memory before its length is looked at (here a sparse file of 1.9 GB)."""
    path = tmp_path / "long.wav"
    size = 3 * 3_600 * 44_100 * 4
    wave = struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE")
    header = wave + struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 2, 44_100, 176_400, 4, 16, b"data", size)
    with path.open("wb") as stream:
        stream.write(header)
        stream.truncate(len(header) + size)
    assert "10800.0 s" in refusal(path)


@pytest.mark.parametrize(
    ("samples", "rate_hz", "says"),
    [
        (sine(44_100, 0.029), 44_100, "at least 30 ms"),
        (sine(8_000, 60.01), 8_000, "at most 60 s"),
        (sine(7_999), 7_999, "8 to 192 kHz"),
        (sine(192_001, 0.1), 192_001, "8 to 192 kHz"),
        (np.full(4_410, np.nan, dtype=np.float32), 44_100, "NaN"),
        (np.full(4_410, np.inf, dtype=np.float32), 44_100, "NaN or infinite"),
        (np.zeros(4_410, dtype=np.float32), 44_100, "silent"),
        (1e-4 * sine(44_100), 44_100, "silent"),
        (32_768 * sine(44_100), 44_100, "+84 dBFS"),
    ],
)
def test_unusable_recordings_are_refused(tmp_path: Path, samples: Samples, rate_hz: int, says: str) -> None:
    """A recording from which every later step would make NaN or nonsense; files and arrays answer alike."""
    path = tmp_path / "bad.wav"
    soundfile.write(path, samples, rate_hz, subtype="FLOAT")
    assert says in refusal(path)
    with pytest.raises(AudioError, match="the array"):
        from_array(samples, rate_hz)


@pytest.mark.parametrize(
    "samples",
    [np.zeros((4_410, 2)), np.ones(4_410, dtype=np.int16), np.zeros(0), np.zeros((1, 2, 4_410)), np.float64(1.0)],
)
def test_arrays_of_another_layout_are_refused(samples: Samples) -> None:
    """(samples, channels) taken for thousands of channels; integers taken for +90 dBFS."""
    with pytest.raises(AudioError):
        from_array(samples, 44_100)


def test_saved_wav_reads_back_and_is_never_clipped(tmp_path: Path) -> None:
    """Clipping above full scale, a lost channel, or a file replaced without being told to."""
    audio = np.stack([sine(44_100), sine(44_100, hz=660.0, level=1.0)])
    save_wav(tmp_path / "quiet.wav", np.float32(0.5) * audio)
    assert np.abs(load(tmp_path / "quiet.wav") - np.float32(0.5) * audio).max() < 2.0**-22
    save_wav(tmp_path / "loud.wav", np.float32(4.0) * audio)
    read = load(tmp_path / "loud.wav")
    assert np.abs(read * np.abs(np.float32(4.0) * audio).max() - np.float32(4.0) * audio).max() < 1e-5
    with pytest.raises(OutputError):
        save_wav(tmp_path / "loud.wav", audio)
    save_wav(tmp_path / "loud.wav", np.float32(0.1) * audio, force=True)
    assert peak_dbfs(load(tmp_path / "loud.wav")) == pytest.approx(peak_dbfs(np.float32(0.1) * audio), abs=1e-3)


def test_levels_against_analytic_truth() -> None:
    """A level that is off by 3 or 6 dB, or minus infinity for silence."""
    assert peak_dbfs(np.array([[0.5, -1.0]], dtype=np.float32)) == 0.0
    assert rms_dbfs(sine(44_100, 1.0, level=1.0)[None]) == pytest.approx(-3.0103, abs=1e-3)
    assert decibels(0.0) == -120.0
    np.testing.assert_allclose(decibels([1.0, 0.01, 100.0]), [0.0, -20.0, 20.0], atol=1e-12)
    np.testing.assert_array_equal(mono(np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)), [0.5, 0.5])
