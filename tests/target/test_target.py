"""A recording becomes a target: trimming, note, given values, phrases and chords, on synthetic and real sounds."""

from pathlib import Path
from typing import Any

import dexed
import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

import synthmatch
from synthmatch.errors import AudioError, InputError
from synthmatch.target import load_target
from synthmatch.target.velocity import velocity_of

Samples = npt.NDArray[np.float32]
EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"


def saw(hz: float, seconds: float = 1.0, hold_seconds: float = 0.8, rate_hz: int = 44_100) -> Samples:
    """A band-limited sawtooth with a 5 ms attack and a release of 200 dB a second, shape (samples,)."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    partials = [np.sin(2 * np.pi * n * hz * time) / n for n in range(1, 30) if n * hz < 3_500.0]
    release = 10.0 ** (-10.0 * np.maximum(time - hold_seconds, 0.0))
    return np.asarray(0.3 * np.sum(partials, axis=0) * np.minimum(time / 0.005, 1.0) * release, dtype=np.float32)


def dx7(pitch: int, velocity: int = 100, hold_seconds: float = 0.8) -> Samples:
    """The DX7's initial voice, one sine that stops when the key is let go, shape (1, samples)."""
    operators = [[99, 99, 99, 99, 99, 99, 99, 0, *[0] * 8, level, 0, 1, 0, 7] for level in (0, 0, 0, 0, 0, 99)]
    voice = [99, 99, 99, 99, 50, 50, 50, 50, 0, 0, 1, 35, 0, 0, 0, 1, 0, 3, 24, *b"INIT VOICE"]
    synth = dexed.DexedSynth(44_100)
    synth.load_patch(dexed.Patch.from_raw(bytes([number for operator in operators for number in operator] + voice)))
    return np.atleast_2d(np.asarray(synth.render(pitch, velocity, hold_seconds, 1.5), dtype=np.float32))


@pytest.mark.parametrize("onset", [0, 50, 88, 89, 12_345])
def test_silence_before_a_click_is_trimmed_to_the_sample(onset: int) -> None:
    """An onset that is late (the attack is lost) or early (every render is compared with a shift)."""
    audio = np.zeros((2, 22_050), dtype=np.float32)
    decay = np.exp(-np.arange(5_000) / 1_000).astype(np.float32)
    audio[1, onset : onset + 5_000] = decay
    target = load_target(audio)
    assert int(np.abs(target.audio[1]).argmax()) == min(onset, 88)
    np.testing.assert_array_equal(target.audio[1, min(onset, 88) :][:4_000], decay[:4_000])


def test_onset_is_found_in_noise() -> None:
    """A noisy recording whose hiss counts as the start of the note."""
    noise = np.random.default_rng(0).normal(0, 2e-3, 88_200).astype(np.float32)
    noise[44_100:] += saw(220.0)
    target = load_target(noise)
    assert target.note.render_seconds == pytest.approx(1.002, abs=0.004)


def test_level_is_kept_and_the_tail_stays_without_digital_silence() -> None:
    """A target that is normalised, or whose release is cut, or that ends in seconds of zeros."""
    audio = np.zeros((2, 5 * 44_100), dtype=np.float32)
    audio[:, 4_410 : 4_410 + 44_100] = 0.1 * saw(110.0, hold_seconds=0.7)
    target = load_target(audio)
    assert np.abs(target.audio).max() == np.abs(audio).max()
    # released at 0.7 s, 75 dB down at 1.075 s: the whole second is heard
    assert 1.0 < target.note.render_seconds < 1.02
    assert target.audio.shape == (2, target.note.samples)


def test_a_click_is_long_enough_to_be_compared() -> None:
    """A 2 ms click trimmed to fewer samples than any spectrum needs."""
    audio = np.zeros(4_410, dtype=np.float32)
    audio[2_000:2_088] = 0.5
    target = load_target(audio)
    assert target.audio.shape == (1, 4_410)
    assert target.note.render_seconds == 0.1
    assert not target.pitched
    assert target.note.name == "C4"
    assert target.remarks == ("no clear pitch: C4 assumed; give --note",)


@pytest.mark.parametrize("pitch", [24, 36, 48, 60, 72, 84, 96])
def test_note_of_a_real_render(pitch: int) -> None:
    """An octave error, a hold that is off by more than 50 ms, or a false phrase on the plainest of sounds."""
    target = load_target(dx7(pitch))
    assert target.note.pitch == pitch
    assert abs(target.tuning_cents) < 4.0  # measured: at most 1.9
    assert target.pitch_confidence > 0.9
    assert target.note.hold_seconds == pytest.approx(0.8, abs=0.05)
    assert target.pitched
    assert not target.phrase
    assert not target.polyphonic
    assert target.remarks == ()


@settings(max_examples=12, deadline=None)
@given(
    rate_hz=st.sampled_from([8_000, 22_050, 44_100, 48_000, 96_000]),
    channels=st.integers(1, 4),
    pitch=st.floats(33.0, 90.0),
    lead_seconds=st.floats(0.0, 0.5),
)
def test_rate_channels_and_lead_do_not_change_the_note(
    rate_hz: int, channels: int, pitch: float, lead_seconds: float
) -> None:
    """A note that depends on how the recording was exported."""
    sound = saw(440.0 * 2.0 ** ((pitch - 69.0) / 12.0), rate_hz=rate_hz)
    audio = np.tile(np.concatenate([np.zeros(round(lead_seconds * rate_hz), dtype=np.float32), sound]), (channels, 1))
    target = load_target(audio, rate_hz)
    assert target.note.pitch + target.tuning_cents / 100.0 == pytest.approx(pitch, abs=0.1)
    assert target.note.hold_seconds == pytest.approx(0.8, abs=0.05)
    assert not target.phrase
    assert not target.polyphonic


def test_file_and_array_give_the_same_target(tmp_path: Path) -> None:
    """Two ways in that differ: a match from Python that the command line cannot repeat."""
    audio = np.stack([saw(146.8), 0.5 * saw(146.8)])
    soundfile.write(tmp_path / "low d.wav", audio.T, 44_100, subtype="FLOAT")
    one, other = load_target(tmp_path / "low d.wav"), load_target(audio)
    np.testing.assert_array_equal(one.audio, other.audio)
    assert (one.note, one.remarks, one.pitch_confidence) == (other.note, other.remarks, other.pitch_confidence)
    assert (one.name, other.name) == ("low d", "array")


def test_given_values_win() -> None:
    """A detector that overrules the user, or `--note A2` read as another octave."""
    note = load_target(dx7(60), note="A2", velocity=3, hold_seconds=0.25).note
    assert (note.pitch, note.velocity, note.hold_seconds) == (45, 3, 0.25)
    assert load_target(dx7(60), note=61).note.pitch == 61
    noise = np.random.default_rng(0).normal(0, 0.1, 22_050)
    assert load_target(noise, note="C4").remarks == ()


@pytest.mark.parametrize(
    "given_value",
    [
        {"note": "H2"},
        {"note": 128},
        {"velocity": 0},
        {"velocity": 128},
        {"velocity": 64.5},
        {"velocity": True},
        {"velocity": "loud"},
        {"hold_seconds": 0.0},
        {"hold_seconds": float("nan")},
    ],
)
def test_given_values_outside_midi_are_refused(given_value: dict[str, Any]) -> None:
    """A wrong value that is clipped in silence."""
    with pytest.raises(InputError):
        load_target(dx7(60), **given_value)


def test_silence_is_refused() -> None:
    """Trimming all of a recording and matching nothing."""
    with pytest.raises(AudioError, match="silent"):
        load_target(np.zeros(44_100))


def test_sides_that_cancel_are_heard() -> None:
    """A recording with one side inverted, whose mean is silence, taken for unpitched."""
    target = load_target(np.stack([saw(220.0), -saw(220.0)]))
    assert target.note.name == "A3"


@pytest.mark.parametrize("second_hz", [220.0, 246.9, 329.6])
def test_a_phrase_is_cut_before_its_second_note(second_hz: float) -> None:
    """A melody or repeated note matched as one sound."""
    first, second = saw(220.0, 0.6, 0.4), saw(second_hz, 0.6, 0.4)
    target = load_target(np.concatenate([first, second]))
    assert target.phrase
    assert target.note.name == "A3"
    assert target.note.render_seconds == pytest.approx(0.59, abs=0.03)
    assert any("more than one note: the first 0." in remark for remark in target.remarks)


def test_tremolo_vibrato_and_echo_are_one_note() -> None:
    """A modulated or delayed note cut after its first swing."""
    time = np.arange(88_200) / 44_100
    tremolo = saw(220.0, 2.0, 1.8) * (0.6 + 0.4 * np.cos(2 * np.pi * 6.0 * time))
    # 5.5 Hz, 9.4 % of the frequency at its widest: 160 cents each way
    cycles = 220.0 * time - 0.6 * np.cos(2 * np.pi * 5.5 * time)
    vibrato = sum(np.sin(2 * np.pi * n * cycles) / n for n in range(1, 10)) * 0.2
    echo = np.concatenate([saw(220.0, 0.3, 0.1) * gain for gain in (1.0, 0.5, 0.25, 0.125)])
    for sound in (tremolo, vibrato, echo):
        assert not load_target(np.asarray(sound)).phrase


@pytest.mark.parametrize("semitones", [(4, 7), (3, 7), (4, 7, 11)])
def test_a_chord_is_said_to_be_one(semitones: tuple[int, ...]) -> None:
    """A chord matched as one note two octaves below: the period of 4:5:6."""
    sound = saw(220.0) + sum(saw(220.0 * 2.0 ** (step / 12.0)) for step in semitones)
    target = load_target(0.3 * np.asarray(sound))
    assert target.polyphonic
    assert target.note.name == "A3"
    assert "several notes at once: matched as one sound on its lowest note" in target.remarks


def test_long_sounds_are_matched_by_their_beginning() -> None:
    """A render of a minute for each candidate."""
    target = load_target(saw(110.0, 20.0, 19.0))
    assert target.note.render_seconds == 10.0
    assert target.note.hold_seconds == 10.0
    assert "longer than 10 s: its beginning is matched" in target.remarks


def test_velocity_follows_the_documented_curve() -> None:
    """Velocity 127 or 1 for every recording: 40 log10 makes 12.04 dB half the velocity."""
    sine = np.sin(np.arange(44_100) * 0.05).astype(np.float32)[None]
    forte = np.float32(2.0**0.5 * 10.0 ** (-10.0 / 20.0))
    assert velocity_of(forte * sine) == 100
    assert velocity_of(forte / np.float32(4.0) * sine) == 50
    assert velocity_of(np.float32(30.0) * sine) == 127
    assert velocity_of(np.float32(1e-4) * sine) == 1


@pytest.mark.parametrize(
    ("given_velocity", "velocity"), [(None, 100), ("sound", 50), (64, 64), (np.int64(1), 1), ("127", 127)]
)
def test_velocity_is_100_unless_given_or_asked_from_the_sound(given_velocity: Any, velocity: int) -> None:
    """Catches a velocity that follows the level where nobody asked for it, and a number that is overruled by the sound."""
    forte = 2.0**0.5 * 10.0 ** (-10.0 / 20.0)
    sine = forte / 4.0 * np.sin(np.arange(44_100) * 0.05)
    assert load_target(sine, velocity=given_velocity).note.velocity == velocity


@pytest.mark.parametrize("wrong", [0, 128, -1, 64.5, float("nan"), True, "loud", "", "0", "64.5", "1e2", 10**30])
def test_a_wrong_velocity_is_told_in_one_line(wrong: Any) -> None:
    """Catches a refusal that does not say what was got, what is expected and how to mend it."""
    with pytest.raises(InputError) as refusal:
        load_target(dx7(60), velocity=wrong)
    words = str(refusal.value)
    assert words.startswith(f"velocity is {wrong!r}, expected a whole number 1..127, or sound") or wrong == "0"
    assert words.endswith("without one it is 100")
    assert "\n" not in words


@pytest.mark.parametrize(
    ("name", "pitch"), [("bass.flac", "C2"), ("bell.flac", "C4"), ("tabla.flac", "D#4"), ("glass.ogg", "F#5")]
)
def test_bundled_examples_are_clear_single_notes(name: str, pitch: str) -> None:
    """A first match, by `make match`, on a wrong note; a recording without its licence."""
    target = load_target(EXAMPLES / name)
    assert target.note.name == pitch
    assert target.pitched
    assert not target.phrase
    assert not target.polyphonic
    assert f"`{name}`" in (EXAMPLES / "LICENSES.md").read_text()
