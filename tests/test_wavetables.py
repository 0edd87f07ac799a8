"""A sound's wavetable alone: what is in the file, and what the real Vital plays with it."""

import base64
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from synthmatch.arrays import F32
from synthmatch.errors import AudioError, InputError, OutputError
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.render.pool import render
from synthmatch.synths.registry import get_synth
from synthmatch.synths.vital.own import LAST_FRAME
from synthmatch.synths.vital.own import wavetable as embedded
from synthmatch.target import load_target
from synthmatch.wavetables import Wavetable, wavetable

VITAL = get_synth("vital")
TIME = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
#: decibels a second by which each of eight harmonics falls
FALL_DB = 4.0 * np.arange(1, 9)


def organ() -> F32:
    """A3 with eight harmonics, of which the higher fall sooner, for one second."""
    waves = [10 ** (-fall * TIME / 20) * np.sin(2 * np.pi * 220 * h * TIME) / h for h, fall in enumerate(FALL_DB, 1)]
    return np.asarray(0.2 * np.sum(waves, axis=0), np.float32)


def chunks(contents: bytes) -> dict[bytes, bytes]:
    """Chunks of a RIFF file, in their order."""
    assert contents[:4] == b"RIFF"
    assert struct.unpack("<I", contents[4:8])[0] == len(contents) - 8
    assert contents[8:12] == b"WAVE"
    found, place = {}, 12
    while place < len(contents):
        size = struct.unpack("<I", contents[place + 4 : place + 8])[0]
        found[contents[place : place + 4]] = contents[place + 8 : place + 8 + size]
        place += 8 + size
        assert size % 2 == 0
    assert place == len(contents)
    return found


@pytest.mark.parametrize("frames", [2, 65, 256])
def test_the_file_is_what_synthesizers_read(frames: int, tmp_path: Path) -> None:
    """Catches a chunk at another place or of another size, a mark that Serum does not know, and frames that are lost."""
    path = tmp_path / "x.wav"
    made = wavetable(organ(), frames=frames)
    made.save(path)
    found = chunks(path.read_bytes())
    assert list(found) == [b"fmt ", b"fact", b"clm ", b"data"]
    assert found[b"clm "] == b"<!>2048 20000000 wavetable (by synthmatch)"
    assert struct.unpack("<HHIIHH", found[b"fmt "]) == (3, 1, 44_100, 176_400, 4, 32)
    assert struct.unpack("<I", found[b"fact"]) == (2048 * frames,)
    samples, rate_hz = soundfile.read(path, dtype="float32")
    assert rate_hz == 44_100
    assert np.array_equal(samples.reshape(-1, 2048), made.frames)
    assert np.abs(samples).max() == 1
    with pytest.raises(OutputError, match="exists and is kept"):
        made.save(path)


def test_vital_plays_the_harmonics_of_the_sound() -> None:
    """Catches frames in another order or spread otherwise over the time, and single cycles of another length: harmonics that
    Vital plays with the table that was read back are within 1 dB of the sound's at the same time."""
    table = wavetable(organ(), frames=33)
    frames, _ = soundfile.read(io.BytesIO(table.wav()))
    frames = frames.reshape(-1, 2048)
    note = Note(57, 100, 1.0, 1.0)
    heard = []
    for share in (0.25, 0.5, 0.75):
        settings = {"osc_1_on": 1, "osc_1_wave_frame": share * LAST_FRAME, "env_1_sustain": 1}
        preset = VITAL.preset(VITAL.space.from_named(settings))
        own = type(preset)("vital", preset.native, "", {"wavetables": {"1": embedded(frames, "organ")}})
        sound = render(VITAL, own, note)[0, 8_820:30_870]  # 110 periods
        heard.append(20 * np.log10(np.abs(np.fft.rfft(sound))[110 : 8 * 110 + 1 : 110]))
    expected = [-20 * np.log10(np.arange(1, 9)) - FALL_DB * share * table.seconds for share in (0.25, 0.5, 0.75)]
    apart = np.array(heard) - np.array(expected)
    assert np.abs(apart - apart.mean()).max() < 1.0


def test_cycles_loop() -> None:
    """Catches a cycle whose ends do not meet, which clicks at every period, and one with an offset."""
    frames = wavetable(organ(), frames=9).frames.astype(np.float64)
    seams = np.abs(frames[:, 0] - frames[:, -1])
    assert (seams <= np.abs(np.diff(frames)).max(axis=1)).all()
    assert np.abs(frames.mean(axis=1)).max() < 1e-6


def test_it_is_the_table_of_the_drawn_preset() -> None:
    """Catches a table of its own, which is no longer that of the preset: both begin and end with the same cycles."""
    target = load_target(organ())
    (preset,) = draw_vital(VITAL.space, target.audio, target.note)
    keyframes = preset.extra["wavetables"]["1"]["groups"][0]["components"]
    waves = [np.frombuffer(base64.b64decode(one["wave_data"]), "<f4") for one in keyframes[0]["keyframes"]]
    own = wavetable(target, frames=5).frames
    for place in (0, -1):
        scale = np.abs(own[place]).max() / np.abs(waves[place]).max()
        assert np.abs(own[place] - scale * waves[place]).max() < 1e-5


def clipped() -> F32:
    """The organ, far too loud."""
    return np.clip(20 * organ(), -1, 1)


def noise() -> F32:
    """White noise."""
    return (0.2 * np.random.default_rng(0).standard_normal(SAMPLE_RATE_HZ)).astype(np.float32)


@pytest.mark.parametrize("sound", [organ()[:1323], clipped(), noise(), np.stack([organ(), -organ()])])
def test_other_sounds_have_a_table(sound: F32) -> None:
    """Catches no numbers, silence or an error for 30 ms, clipping, noise, and channels that cancel each other."""
    made = wavetable(sound)
    assert made.frames.shape == (256, 2048)
    assert np.abs(made.frames).max() == 1
    assert (np.abs(made.frames).max(axis=1) > 0).all()


def test_what_has_no_table_is_refused() -> None:
    """Catches a table of silence, and one that no synthesizer takes."""
    with pytest.raises(AudioError, match="silent"):
        wavetable(np.zeros(SAMPLE_RATE_HZ, np.float32))
    for frames in (0, 1, 257):
        with pytest.raises(InputError, match=f"got {frames} frames, expected 2 to 256"):
            wavetable(organ(), frames=frames)


def test_the_note_is_found_or_given() -> None:
    """Catches a note that is not passed on: an octave lower every second harmonic is silent."""
    found, given = wavetable(organ(), frames=2), wavetable(organ(), frames=2, note="A2")
    assert [table.target.note.pitch for table in (found, given)] == [57, 45]

    def levels(table: Wavetable) -> F32:
        return np.abs(np.fft.rfft(table.frames[0]))[1:5]

    assert levels(found).argmax() == 0
    assert levels(given).argmax() == 1
