"""Files whose header does not say how long they are, or says it wrong: what a program wrote to a pipe, MP3 without a
Xing header, chains. The files are made by libsndfile and changed in their bytes; three that it cannot make are in `tests/data/audio`.
"""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from synthmatch.audio import load, rms_dbfs
from synthmatch.errors import AudioError, InputWarning

Samples = npt.NDArray[np.float32]
DATA = Path(__file__).parents[1] / "data/audio"
RATE_HZ = 44_100
#: Frames of MP3 made here: 128 kbit/s at 44.1 kHz.
FRAME_SAMPLES = 1_152


def sine(seconds: float = 0.5, hz: float = 220.0, rate_hz: int = RATE_HZ) -> Samples:
    """A sine at -9 dB RMS, shape (samples,)."""
    return np.asarray(0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz), dtype=np.float32)


def encoded(sound: Samples, form: str, rate_hz: int = RATE_HZ, **settings: object) -> bytes:
    """A file of libsndfile."""
    stream = io.BytesIO()
    soundfile.write(stream, sound, rate_hz, format=form, **settings)
    return stream.getvalue()


def headless_mp3(sound: Samples, mode: str = "CONSTANT") -> bytes:
    """An MP3 without the Xing or Info frame that says how many frames there are."""
    contents = encoded(sound, "MP3", bitrate_mode=mode, compression_level=0.7)
    assert {b"Xing", b"Info"} & {contents[21:25], contents[36:40]}
    second = contents.index(contents[:2], 40)
    return contents[second:]


def read(tmp_path: Path, contents: bytes, name: str = "sound") -> Samples:
    """What `load` makes of a file of these bytes, whatever its name."""
    path = tmp_path / name
    path.write_bytes(contents)
    return load(path)


def refused(tmp_path: Path, contents: bytes) -> str:
    """The one line that refuses them."""
    with pytest.raises(AudioError) as error:
        read(tmp_path, contents)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
@pytest.mark.parametrize("quiet_first", [True, False])
def test_mp3_without_a_length_is_read_to_its_end(tmp_path: Path, mode: str, quiet_first: bool) -> None:
    """A whole file refused as truncated, or one whose first frame is large read for a third of its length."""
    noise = np.random.default_rng(0).normal(0, 0.2, RATE_HZ).astype(np.float32)
    parts = [0.02 * sine(1.0), noise]
    sound = np.concatenate(parts if quiet_first else parts[::-1])
    audio = read(tmp_path, headless_mp3(sound, mode))
    # an encoder adds up to two frames
    assert len(sound) <= audio.shape[1] <= len(sound) + 3 * FRAME_SAMPLES
    loud = audio[:, -RATE_HZ // 2 :] if quiet_first else audio[:, : RATE_HZ // 2]
    assert rms_dbfs(loud) > -20.0


@pytest.mark.parametrize(
    "around",
    [
        lambda mp3: b"ID3\4\0\0\0\0\2\0" + bytes(256) + mp3,
        lambda mp3: (b"ID3\3\0\0\0\0\2\0" + b"\xff\xfb\x90\x64" * 64) * 2 + mp3,
        lambda mp3: mp3 + b"TAG" + bytes(125),
        lambda mp3: mp3 + b"APETAGEX" + bytes(60) + b"TAG" + bytes(125),
        lambda mp3: b"APETAGEX" + bytes(60) + mp3,
        lambda mp3: bytes(5_000) + mp3 + bytes(5_000),
    ],
    ids=["ID3v2", "two ID3v2", "ID3v1", "APE and ID3v1", "APE first", "zeros"],
)
def test_tags_around_mp3_are_no_damage(
    tmp_path: Path, around: Callable[[bytes], bytes], recwarn: pytest.WarningsRecorder
) -> None:
    """A tag taken for frames, for a cut file, or for something that a user must hear about."""
    mp3 = headless_mp3(sine())
    np.testing.assert_array_equal(read(tmp_path, around(mp3)), read(tmp_path, mp3))
    assert not recwarn.list


def test_what_is_lost_of_mp3_is_said(tmp_path: Path) -> None:
    """Bytes that are left out, a cut last frame, or a header that counts too little, without a word; half of a file with one taken
    for the whole.
    """
    mp3 = headless_mp3(sine())
    whole = read(tmp_path, mp3)
    with pytest.warns(InputWarning, match="2000 bytes that are no sound"):
        np.testing.assert_array_equal(read(tmp_path, b"<p>mp3</p>" * 200 + mp3), whole)
    with pytest.warns(InputWarning, match="at least 26 ms are missing"):
        assert read(tmp_path, mp3[:-100]).shape[1] == whole.shape[1] - FRAME_SAMPLES
    with_header = encoded(sine(), "MP3")
    with pytest.warns(InputWarning, match="2 recordings"):
        assert read(tmp_path, with_header * 2).shape[1] == 2 * len(sine())
    assert "truncated" in refused(tmp_path, with_header[: len(with_header) // 2])


def test_a_wrong_or_other_header_of_mp3_does_not_shorten_it(tmp_path: Path) -> None:
    """An edited MP3 whose old Xing header counts a third of it cut there; a VBRI header taken for one of Xing."""
    mp3 = encoded(sine(1.0), "MP3", bitrate_mode="CONSTANT", compression_level=0.7)
    at = max(mp3.find(b"Xing"), mp3.find(b"Info"))
    frames = struct.unpack(">I", mp3[at + 8 : at + 12])[0]
    third = with_number(mp3, at + 8, ">I", frames // 3)
    with pytest.warns(InputWarning, match=f"counts {frames // 3} frames, it has {frames}"):
        audio = read(tmp_path, third)
    assert audio.shape[1] == frames * FRAME_SAMPLES
    length = mp3.index(mp3[:2], 40)
    vbri = mp3[:4] + bytes(32) + b"VBRI" + struct.pack(">HHHII", 1, 0, 75, len(mp3), frames)
    np.testing.assert_array_equal(read(tmp_path, vbri.ljust(length, b"\0") + mp3[length:]), audio)


@pytest.mark.parametrize("name", ["layer2.mp2", "free_format.mp3"])
def test_other_kinds_of_mpeg_are_read(name: str) -> None:
    """Layer II, or frames of a bit rate that no table has, refused or cut."""
    audio = load(DATA / name)
    # 0.5 s, an encoder's delay, and up to two frames; LAME encodes 0.45 dB below
    assert 22_050 <= audio.shape[1] < 22_050 + 3 * FRAME_SAMPLES
    assert rms_dbfs(audio[:, 4_410:17_640]) == pytest.approx(20 * np.log10(0.4 / 2**0.5), abs=0.6)


def test_mp3_in_a_wav_file_is_read(tmp_path: Path) -> None:
    """The stream in a WAV file of code 0x55 refused as unknown."""
    mp3 = headless_mp3(sine())
    form = struct.pack("<HHIIHHH", 0x55, 1, RATE_HZ, 16_000, 1, 0, 12) + bytes(12)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(mp3)) + mp3
    contents = b"RIFF" + struct.pack("<I", len(chunks)) + chunks
    np.testing.assert_array_equal(read(tmp_path, contents), read(tmp_path, mp3))


def with_number(contents: bytes, place: int, form: str, number: int) -> bytes:
    """Bytes with a number at a place."""
    return contents[:place] + struct.pack(form, number) + contents[place + struct.calcsize(form) :]


def wav_sizes(riff: int, data: int) -> Callable[[bytes], bytes]:
    """A WAV file with other sizes."""
    return lambda wav: with_number(with_number(wav, 4, "<I", riff), wav.index(b"data") + 4, "<I", data)


def aiff_unknown(contents: bytes) -> bytes:
    """AIFF as sox writes it to a pipe: sizes near 2^31, and a number of frames to match."""
    contents = with_number(contents, contents.index(b"SSND") + 4, ">I", 0x7F00_0008)
    return with_number(contents, contents.index(b"COMM") + 10, ">I", 0x3F80_0000)


def rf64_unknown(contents: bytes) -> bytes:
    """RF64 as ffmpeg writes it to a pipe: all sizes 0 in ds64."""
    at = contents.index(b"ds64")
    return contents[: at + 8] + bytes(24) + contents[at + 32 :]


@pytest.mark.parametrize(
    ("form", "change"),
    [
        ("WAV", wav_sizes(0, 0)),
        ("WAV", wav_sizes(0xFFFF_FFFF, 0xFFFF_FFFF)),
        ("WAV", wav_sizes(0x7FFF_FFFF, 0x7FFF_FFDB)),
        ("WAV", wav_sizes(0x8000_0024, 0x8000_0000)),
        ("AIFF", aiff_unknown),
        ("RF64", rf64_unknown),
        ("W64", lambda w64: with_number(w64, w64.index(b"data") + 16, "<Q", 0x7FFF_FFFF_FFFF_FFFF)),
        ("CAF", lambda caf: with_number(caf, caf.index(b"data") + 4, ">q", -1)),
        ("AU", lambda au: with_number(au, 8, ">I", 0xFFFF_FFFF)),
    ],
)
def test_sizes_that_a_pipe_left_open_mean_to_the_end(
    tmp_path: Path, form: str, change: Callable[[bytes], bytes], recwarn: pytest.WarningsRecorder
) -> None:
    """A recording of a program that wrote to a pipe refused as empty, cut, malformed or hours long."""
    contents = encoded(sine(), form, subtype="PCM_16")
    np.testing.assert_array_equal(read(tmp_path, change(contents)), read(tmp_path, contents))
    assert not recwarn.list


def test_an_empty_data_chunk_before_others_is_empty(tmp_path: Path) -> None:
    """Text after a data chunk of size 0 read as sound."""
    contents = encoded(np.zeros(0, dtype=np.float32), "WAV") + b"LIST" + struct.pack("<I", 400) + b"INFO" + bytes(396)
    assert "no samples" in refused(tmp_path, contents)


def test_a_little_that_is_missing_is_said_and_more_is_refused(tmp_path: Path) -> None:
    """A WAV file that ends 20 ms early refused, or one that ends 100 ms early read."""
    wav = encoded(sine(), "WAV")
    with pytest.warns(InputWarning, match="about 20 ms are missing"):
        assert read(tmp_path, wav[: -2 * 882]).shape[1] == 22_050 - 882
    assert "truncated" in refused(tmp_path, wav[: -2 * 4_410])


def streamed_flac(sound: Samples) -> bytes:
    """FLAC as an encoder writes it to a pipe: the 36 bits of its length are 0."""
    flac = encoded(sound, "FLAC")
    return flac[:21] + bytes([flac[21] & 0xF0]) + bytes(4) + flac[26:]


def test_streamed_flac_is_read_to_its_end(tmp_path: Path) -> None:
    """A FLAC file of unknown length taken for 200 million million seconds; its cut last frame for damage of the rest."""
    sound = np.random.default_rng(0).normal(0, 0.1, 22_050).astype(np.float32)
    whole = read(tmp_path, encoded(sound, "FLAC"))
    np.testing.assert_array_equal(read(tmp_path, streamed_flac(sound)), whole)
    np.testing.assert_array_equal(read(tmp_path, b"ID3\4\0\0\0\0\2\0" + bytes(256) + streamed_flac(sound)), whole)
    with pytest.warns(InputWarning, match="are missing"):
        cut = read(tmp_path, streamed_flac(sound)[:-50])
    # blocks of 4,096 samples: the last one has 1,570
    np.testing.assert_array_equal(cut, whole[:, : 5 * 4_096])


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_all_links_of_a_chain_are_read(tmp_path: Path, subtype: str) -> None:
    """Only the first of several streams in an Ogg file read; a second of another rate at the wrong pitch."""
    first = encoded(np.stack([sine(), sine()], axis=1), "OGG", 48_000, subtype=subtype)
    second = encoded(sine(0.5, 440.0, 24_000), "OGG", 24_000, subtype=subtype)
    with pytest.warns(InputWarning, match="chain of 2 streams"):
        audio = read(tmp_path, first + second)
    one, other = read(tmp_path, first), read(tmp_path, second)
    assert audio.shape[0] == 2
    assert abs(audio.shape[1] - one.shape[1] - other.shape[1]) <= 2
    np.testing.assert_allclose(audio[:, :10_000], one[:, :10_000], atol=1e-4)
    np.testing.assert_allclose(audio[:, -5_000:-500], np.tile(other[:, -5_000:-500], (2, 1)), atol=2e-3)


def test_a_link_that_is_no_sound_is_left_out(tmp_path: Path) -> None:
    """A recording refused for what was appended to it."""
    first = encoded(sine(), "OGG", subtype="VORBIS")
    broken = bytearray(first)
    broken[28:200] = bytes(172)
    with pytest.warns(InputWarning, match="part 2 cannot be read"):
        np.testing.assert_array_equal(read(tmp_path, first + broken), read(tmp_path, first))


def test_flac_in_ogg_is_read(tmp_path: Path) -> None:
    """Refused with an unknown error by builds of libsndfile without it; a chain of two read for the first."""
    path = DATA / "flac_in_ogg.oga"
    audio = load(path)
    assert audio.shape == (1, 8_820)
    np.testing.assert_allclose(
        audio[0, 441:], 0.4 * np.sin(2 * np.pi * 220 * np.arange(441, 8_820) / RATE_HZ), atol=1e-4
    )
    with pytest.warns(InputWarning, match="chain of 2 streams"):
        np.testing.assert_array_equal(read(tmp_path, path.read_bytes() * 2), np.tile(audio, 2))


def test_endless_files_are_refused_without_reading_them(tmp_path: Path) -> None:
    """A file of gigabytes whose size is not known read into memory (here sparse ones)."""
    wav = wav_sizes(0xFFFF_FFFF, 0xFFFF_FFFF)(encoded(sine(), "WAV"))
    path = tmp_path / "endless"
    for start in (wav, headless_mp3(sine()) * 200):
        path.write_bytes(start)
        with path.open("r+b") as stream:
            stream.truncate(5 << 30)
        with pytest.raises(AudioError, match="expected at most 60 s"):
            load(path)
