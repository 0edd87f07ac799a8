"""A target's level: what is found in a recording does not depend on it, and a level that nobody meant is replaced."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from synthmatch.audio import load
from synthmatch.benchmark.recordings import SAMPLES, play_note
from synthmatch.errors import AudioError
from synthmatch.features.loudness import loudness_db
from synthmatch.target import Target, load_target
from synthmatch.target.level import LOUDEST_LKFS, QUIETEST_LKFS, STATED_LKFS

Samples = npt.NDArray[np.float32]
RATE_HZ = 44_100
SINE = np.sin(np.arange(RATE_HZ) * 0.05).astype(np.float32)[None]
#: dB
GAINS = (0.0, -20.0, -36.0, -50.0)
#: One-shots with silence, hiss, a second note, clicks or two channels; (program, pitch) of notes that decay or last.
ONE_SHOTS = ("bass_hit_c", "bd_808", "drum_cymbal_open", "elec_ping", "ambi_piano", "guit_harmonics", "perc_bell")
NOTES = ((0, 60), (4, 60), (16, 60), (40, 76), (46, 64), (80, 60), (108, 60))


def found(target: Target) -> tuple[object, ...]:
    """What a target was found to be, without its level."""
    remarks = [remark for remark in target.remarks if "LKFS" not in remark]
    about = (target.pitched, target.phrase, target.polyphonic, round(target.tuning_cents, 1), remarks)
    return (target.note.pitch, round(target.note.hold_seconds, 3), target.note.samples, *about)


def at(loudness: float) -> Samples:
    """A sine in one channel with that loudness in LKFS, shape (1, samples)."""
    return np.asarray(10.0 ** ((loudness - loudness_db(SINE)) / 20.0) * SINE, dtype=np.float32)


@pytest.mark.parametrize("source", [*ONE_SHOTS, *NOTES], ids=str)
def test_what_is_found_does_not_depend_on_the_level(source: str | tuple[int, int], tmp_path: Path) -> None:
    """Catches a threshold in samples or dBFS: of a quiet export, the hold, the end or the second note was another."""
    path = SAMPLES / f"{source}.flac" if isinstance(source, str) else play_note(tmp_path, *source)
    sound, rate_hz = soundfile.read(path)
    sound *= 0.999 / np.abs(sound).max()
    targets = {}
    for subtype in ("FLOAT", "PCM_24"):
        for gain_db in GAINS:
            soundfile.write(tmp_path / "a.wav", sound * 10.0 ** (gain_db / 20.0), rate_hz, subtype=subtype)
            targets[subtype, gain_db] = load_target(tmp_path / "a.wav")
    first, quiet = targets["FLOAT", 0.0], targets["PCM_24", -50.0]
    assert {at: found(target) for at, target in targets.items()} == dict.fromkeys(targets, found(first))
    assert "very quiet" in quiet.remarks[-1]
    # one bit of 24 is 88 dB below the peak of the quietest file, of which a target may be a soft part
    shape = first.audio * (np.abs(quiet.audio).max() / np.abs(first.audio).max())
    assert np.abs(quiet.audio - shape).max() < 3e-4 * np.abs(shape).max()


@pytest.mark.parametrize("loudness", [QUIETEST_LKFS + 0.1, -43.0, -20.0, -3.0])
def test_a_level_that_may_be_meant_is_kept(loudness: float) -> None:
    """Catches a soft note of a sampled instrument that is made loud, and a level that is not the audio's."""
    target = load_target(at(loudness))
    assert target.level_db == pytest.approx(loudness, abs=0.02)
    assert target.level_db == loudness_db(target.audio)
    assert np.abs(target.audio).max() == np.abs(at(loudness)).max()
    assert not any("LKFS" in remark for remark in target.remarks)


@pytest.mark.parametrize(
    ("loudness", "how"), [(QUIETEST_LKFS - 0.5, "quiet"), (-66.0, "quiet"), (LOUDEST_LKFS + 0.5, "loud")]
)
def test_a_level_that_nobody_meant_is_replaced(loudness: float, how: str) -> None:
    """Catches presets that are made too quiet to hear, and audio that does not have the level that the target states."""
    target = load_target(at(loudness), velocity="sound")
    assert target.level_db == pytest.approx(STATED_LKFS, abs=0.01)
    assert target.level_db == loudness_db(target.audio)
    assert target.remarks[-1] == (
        f"the recording is very {how} ({loudness:.0f} LKFS): presets are made as loud as {STATED_LKFS:.0f} LKFS"
    )
    assert target.note.velocity == load_target(at(STATED_LKFS), velocity="sound").note.velocity


def test_a_scaled_target_stays_within_full_scale() -> None:
    """Catches a short hit that is brought to the stated loudness and then exceeds full scale."""
    hit = np.zeros(2 * RATE_HZ, dtype=np.float32)
    hit[4_410:4_500] = 0.002 * SINE[0, :90]
    hit[4_500:] = 1e-5 * np.tile(SINE[0], 2)[: len(hit) - 4_500]
    target = load_target(hit, whole=True)
    assert np.abs(target.audio).max() == pytest.approx(1.0, abs=1e-6)
    assert np.abs(target.audio).max() <= 1.0
    assert target.level_db == loudness_db(target.audio) < STATED_LKFS
    assert target.remarks[-1].endswith(f"presets are made as loud as {target.level_db:.0f} LKFS")


def test_an_offset_alone_is_no_sound() -> None:
    """Catches the rounding noise of a constant offset, scaled to full scale and matched as a note."""
    with pytest.raises(AudioError, match="offset"):
        load_target(np.full((1, RATE_HZ), 0.3, dtype=np.float32))


def test_dither_after_a_sound_of_16_bits_is_silence(tmp_path: Path) -> None:
    """Catches a target that goes on to the file's end in its last bit, and one that loses the bit within the sound."""
    words = np.random.default_rng(0).integers(-1, 2, 2 * RATE_HZ).astype(np.int16)
    words[:RATE_HZ] += np.round(1_000 * SINE[0] * np.linspace(1.0, 0.01, RATE_HZ)).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", words, RATE_HZ, subtype="PCM_16")
    audio = load(tmp_path / "a.wav")
    np.testing.assert_array_equal(audio[0, : RATE_HZ - 100], words[: RATE_HZ - 100] / np.float32(32_768.0))
    assert not audio[:, RATE_HZ:].any()
    assert load_target(tmp_path / "a.wav").note.render_seconds < 1.02
