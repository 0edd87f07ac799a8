"""Single cycles, samples with a loop, and what a file states about its note."""

import io
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from synthmatch.audio import from_array, read_recording
from synthmatch.errors import AudioError
from synthmatch.target import load_target

Floats = npt.NDArray[np.float64]
RATE_HZ = 44_100
RNG = np.random.default_rng(0)
NOISE = RNG.normal(0, 0.1, RATE_HZ)


def smpl(note: int, fraction: int = 0, loop: tuple[int, int, int] | None = None) -> bytes:
    """A sampler chunk; a loop is (type, first frame, last frame)."""
    body = struct.pack("<9I", 0, 0, 22_675, note, fraction, 0, 0, loop is not None, 0)
    body += struct.pack("<6I", 0, *loop, 0, 0) if loop else b""
    return b"smpl" + struct.pack("<I", len(body)) + body


def inst(note: int, cents: int) -> bytes:
    """A WAV file's instrument chunk."""
    return b"inst" + struct.pack("<IBbbBBBBx", 7, note, cents, 0, 0, 127, 1, 127)


def wav(path: Path, sound: Floats, chunk: bytes = b"") -> Path:
    """A WAV file with a further chunk at its end."""
    stream = io.BytesIO()
    soundfile.write(stream, sound, RATE_HZ, format="WAV")
    contents = stream.getvalue() + chunk
    path.write_bytes(contents[:4] + struct.pack("<I", len(contents) - 8) + contents[8:])
    return path


def aiff(path: Path, sound: Floats, note: int, first: int, end: int) -> Path:
    """An AIFF file with an instrument whose sustain loop lies between two markers."""
    stream = io.BytesIO()
    soundfile.write(stream, sound, RATE_HZ, format="AIFF")
    marks = (
        struct.pack(">H", 2) + struct.pack(">HIB5s", 1, first, 5, b"start") + struct.pack(">HIB3s", 2, end, 3, b"end")
    )
    instrument = struct.pack(">bbbbbbhHHHHHH", note, 0, 0, 127, 1, 127, 0, 1, 1, 2, 0, 0, 0)
    chunks = b"MARK" + struct.pack(">I", len(marks)) + marks + b"INST" + struct.pack(">I", len(instrument)) + instrument
    contents = stream.getvalue() + chunks
    path.write_bytes(contents[:4] + struct.pack(">I", len(contents) - 8) + contents[8:])
    return path


def cycle(kind: str, samples: int) -> Floats:
    """One period of a wave that synthesizers ship as a file."""
    turn = np.arange(samples) / samples
    waves = {
        "sine": np.sin(2 * np.pi * turn),
        "saw": 2 * turn - 1,
        "square": np.where(turn < 0.5, 1.0, -1.0),
        "pulse": np.where(turn < 0.1, 0.9, -0.1),
        "organ": np.sin(2 * np.pi * turn + 1.0)
        + 0.5 * np.sin(6 * np.pi * turn)
        + 0.3 * np.sin(14 * np.pi * turn + 2.0),
    }
    return 0.4 * waves[kind]


@pytest.mark.parametrize("samples", [64, 600, 1_024, 2_048])
@pytest.mark.parametrize("kind", ["sine", "saw", "square", "pulse", "organ"])
def test_a_single_cycle_is_a_note(tmp_path: Path, kind: str, samples: int) -> None:
    """A single-cycle file refused as too short, or a frame of a wavetable matched as a thump."""
    target = load_target(wav(tmp_path / "cycle.wav", cycle(kind, samples)))
    hz = RATE_HZ / samples
    assert target.note.pitch + target.tuning_cents / 100 == pytest.approx(69 + 12 * np.log2(hz / 440), abs=0.1)
    assert target.pitched
    assert target.note.hold_seconds == pytest.approx(1.0, abs=0.05)
    assert target.remarks[0] == f"a single cycle of {samples} samples: repeated to a note of {hz:.1f} Hz"
    # an array of it is the same
    assert load_target(cycle(kind, samples)).note.pitch == target.note.pitch


@pytest.mark.parametrize(
    "click",
    [
        NOISE[:800],
        NOISE[:800] * np.exp(-np.arange(800) / 100),
        0.5 * np.sin(np.arange(1_000) * 0.2) * np.exp(-np.arange(1_000) / 150),
        np.pad(NOISE[:60], (200, 400)),
        np.sin(np.arange(1_000) * 0.0627),
    ],
    ids=["burst", "fading noise", "ping", "click in silence", "ten turns, cut in the last"],
)
def test_what_is_short_and_no_cycle_is_refused(tmp_path: Path, click: Floats) -> None:
    """A click repeated to a buzz that is not in the file."""
    with pytest.raises(AudioError, match="is no single cycle, expected at least 30 ms"):
        load_target(wav(tmp_path / "click.wav", click))


def test_a_short_sample_is_held_by_its_loop(tmp_path: Path) -> None:
    """An attack and a loop of 0.2 s in all taken for a note of 0.2 s; a click where the loop comes round."""
    time = np.arange(8_820) / RATE_HZ
    sound = 0.4 * np.sin(2 * np.pi * 441 * time) * np.minimum(time / 0.02, 1.0)
    steady = 0.4 * np.sin(2 * np.pi * 441 * np.arange(2 * RATE_HZ) / RATE_HZ)
    files = {
        "forward": wav(tmp_path / "a.wav", sound, smpl(69, 0, (0, 4_400, 8_799))),
        "aiff": aiff(tmp_path / "b.aiff", sound, 69, 4_400, 8_800),
    }
    for path in files.values():
        recording = read_recording(path)
        assert recording.root_midi == 69
        assert recording.remark == "a sample of 200 ms: held by its loop"
        held = recording.audio[0]
        assert RATE_HZ <= len(held) < RATE_HZ + 4_420
        np.testing.assert_allclose(held[1_000:], steady[1_000 : len(held)], atol=1e-4)
    # there and back: what comes after the loop's end is its mirror
    back = read_recording(wav(tmp_path / "c.wav", sound, smpl(69, 0, (1, 4_400, 8_799)))).audio[0]
    np.testing.assert_allclose(back[8_800:9_800], back[8_799:7_799:-1], atol=1e-4)


def test_a_drum_with_a_loop_around_it_is_struck_once(tmp_path: Path) -> None:
    """The loop that editors write around every file makes a roll of a hit; a note of a second needs no loop."""
    hit = 3 * NOISE[:8_820] * np.exp(-np.arange(8_820) / 2_000)
    assert load_target(wav(tmp_path / "hit.wav", hit, smpl(60, 0, (0, 0, 8_819)))).note.render_seconds < 0.25
    assert read_recording(wav(tmp_path / "long.wav", NOISE, smpl(60, 0, (0, 30_000, 40_000)))).remark is None
    # a loop beyond the end
    assert read_recording(wav(tmp_path / "wrong.wav", hit, smpl(60, 0, (0, 100, 2**32 - 1)))).remark is None


@pytest.mark.parametrize(
    ("chunk", "name"),
    [(smpl(45), "A2"), (smpl(45, 0xC000_0000), "A#2"), (inst(50, 0), "D3"), (smpl(0), "C4"), (smpl(4_000_000), "C4")],
    ids=["smpl", "fraction", "inst", "none", "nonsense"],
)
def test_the_stated_note_is_taken_where_the_sound_has_none(tmp_path: Path, chunk: bytes, name: str) -> None:
    """C4 played for a noise whose file says A2; or a note of 0, which says nothing, played."""
    target = load_target(wav(tmp_path / "noise.wav", NOISE, chunk))
    assert target.note.name == name
    assert not target.pitched
    assert target.remarks[0].startswith("no clear pitch: " + name)


def test_a_stated_note_is_only_said_where_the_pitch_is_clear(tmp_path: Path) -> None:
    """A wrong note in a file, which editors write by default, that overrules the sound; or the same remark for a right one."""
    sound = 0.4 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)
    target = load_target(wav(tmp_path / "a.wav", sound, smpl(60)))
    assert target.note.name == "A4"
    assert target.remarks == ("the file states the note C4, the sound is A4",)
    assert load_target(wav(tmp_path / "b.wav", sound, smpl(69))).remarks == ()
    assert load_target(wav(tmp_path / "c.wav", NOISE, smpl(45)), note="C3").remarks == ()


def test_notes_are_read_from_flac_and_from_cut_chunks(tmp_path: Path) -> None:
    """The WAV chunks that `flac --keep-foreign-metadata` keeps overlooked; a chunk that ends early read beyond its end."""
    stream = io.BytesIO()
    soundfile.write(stream, NOISE, RATE_HZ, format="FLAC")
    flac = stream.getvalue()
    block = b"riff" + smpl(45)
    path = tmp_path / "noise.flac"
    # STREAMINFO, which is no longer the last block or was not, then the application's
    path.write_bytes(flac[:4] + bytes([0]) + flac[5:42] + b"\2" + len(block).to_bytes(3, "big") + block + flac[42:])
    assert read_recording(path).root_midi == 45
    for length in range(0, 60, 7):
        cut = wav(tmp_path / "cut.wav", NOISE, smpl(45, 0, (0, 4, 800))[: 8 + length])
        assert read_recording(cut).audio.shape == from_array(NOISE, RATE_HZ).shape
