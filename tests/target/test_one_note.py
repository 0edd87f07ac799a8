"""One note stays one note, and what comes before it is left out: vibrato, gates, noises, offsets, bells."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

import synthmatch
from synthmatch.audio import Audio, load
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target import load_target
from synthmatch.target.offset import without_offset

Samples = npt.NDArray[np.float32]
EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"


def saw(hz: float, length_seconds: float = 1.0, hold_seconds: float = 0.8, rate_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """A sawtooth with an attack of 5 ms and a release of 200 dB a second, shape (samples,)."""
    time = np.arange(round(length_seconds * rate_hz)) / rate_hz
    partials = [np.sin(2 * np.pi * n * hz * time) / n for n in range(1, 16)]
    release = 10.0 ** (-10.0 * np.maximum(time - hold_seconds, 0.0))
    return np.asarray(0.3 * np.sum(partials, axis=0) * np.minimum(time / 0.005, 1.0) * release, dtype=np.float32)


def swinging(cents: npt.NDArray[np.float64], hz: float = 440.0) -> Samples:
    """A sawtooth whose pitch is that many cents above `hz`, with a release of 0.1 s, shape (samples,)."""
    cycles = np.cumsum(hz * 2.0 ** (cents / 1_200.0)) / SAMPLE_RATE_HZ
    release = np.clip((len(cents) - np.arange(len(cents))) / 4_410.0, 0.0, 1.0)
    partials = [np.sin(2 * np.pi * n * cycles) / n for n in range(1, 20)]
    return np.asarray(0.25 * np.sum(partials, axis=0) * release, dtype=np.float32)


def seconds(length: float) -> npt.NDArray[np.float64]:
    """Times of the samples of so many seconds."""
    return np.arange(round(length * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def before(note: Samples, lead: npt.NDArray[np.float64]) -> Samples:
    """0.6 s with `lead` at its beginning, then `note`."""
    silence = np.zeros(26_460)
    silence[: len(lead)] += lead
    return np.concatenate([silence, note]).astype(np.float32)


def hum(hz: float, level: float) -> npt.NDArray[np.float64]:
    """0.6 s of a hum with harmonics."""
    time = seconds(0.6)
    return np.asarray(level * sum(np.sin(2 * np.pi * n * hz * time) / n for n in (1, 2, 3, 5)), dtype=np.float64)


@pytest.mark.parametrize(
    ("cents", "rate_hz", "delay"), [(62, 5.8, 0), (62, 5.8, 0.4), (100, 3, 0), (150, 7, 0.3), (200, 9, 0), (200, 4, 0)]
)
def test_wide_vibrato_is_one_note_at_its_centre(cents: float, rate_hz: float, delay: float) -> None:
    """The top and the bottom of a vibrato taken for two notes, or the top for the note."""
    time = seconds(1.5)
    target = load_target(swinging(cents * np.sin(2 * np.pi * rate_hz * np.maximum(time - delay, 0.0))))
    assert not target.phrase
    assert not target.polyphonic
    assert target.note.name == "A4"
    assert abs(target.tuning_cents) < 15.0
    assert target.note.render_seconds > 1.45


def test_a_melody_with_vibrato_is_cut_at_its_second_note() -> None:
    """Vibrato that hides a melody."""
    time = seconds(1.2)
    cents = 40.0 * np.sin(2 * np.pi * 5.5 * time) + np.where(time < 0.6, 0.0, 400.0)
    target = load_target(swinging(cents))
    assert target.phrase
    assert target.note.name == "A4"
    assert target.note.render_seconds == pytest.approx(0.59, abs=0.06)


@pytest.mark.parametrize(("rate_hz", "duty"), [(2, 0.5), (4, 0.3), (8, 0.5), (8, 0.7), (12, 0.4)])
def test_a_gated_pad_is_one_note(rate_hz: float, duty: float) -> None:
    """A pad cut at the second opening of its gate."""
    time = seconds(2.0)
    pad = 0.5 * (saw(220.0, 2.0, 1.95) + saw(221.5, 2.0, 1.95))
    target = load_target(pad * ((time * rate_hz) % 1.0 < duty))
    assert not target.phrase
    assert target.note.name == "A3"
    assert target.note.render_seconds > 1.7


@pytest.mark.parametrize("step_seconds", [0.25, 0.5])
def test_a_struck_note_that_is_repeated_is_a_phrase(step_seconds: float) -> None:
    """Repeated notes taken for a gate."""
    time = seconds(step_seconds)
    struck = saw(220.0, step_seconds, step_seconds) * np.exp(-time * 2.5 / step_seconds)
    struck *= np.clip((step_seconds - time) / 0.02, 0.0, 1.0)
    target = load_target(np.tile(struck, 5))
    assert target.phrase
    assert target.note.render_seconds == pytest.approx(step_seconds - 0.01, abs=0.03)


NOISE = np.random.default_rng(1).normal(size=26_460)
BUMP = np.sin(2 * np.pi * 90.0 * seconds(0.03)) * np.exp(-seconds(0.03) * 60.0)
LEADS = {
    "offset": np.full(26_460, 0.03),
    "negative offset": np.full(26_460, -0.05),
    "drift": np.linspace(-0.03, 0.04, 26_460),
    "50 Hz": hum(50.0, 0.02),
    "60 Hz, 15 dB below": hum(60.0, 0.05),
    "hiss": 0.008 * NOISE,
    "bump": 0.06 * BUMP,
    "two bumps, the second 8 dB below": np.concatenate([0.06 * BUMP, np.zeros(11_025), 0.15 * BUMP]),
    "click": np.concatenate([np.zeros(20_000), 0.1 * NOISE[:130]]),
    "breath": 0.02 * NOISE[:13_230] * np.hanning(13_230),
}


@pytest.mark.parametrize("lead", LEADS)
def test_the_note_is_matched_and_not_what_comes_before_it(lead: str) -> None:
    """Hum, an offset or a noise before the note taken for the note."""
    target = load_target(before(saw(220.0), LEADS[lead]))
    assert target.note.name == "A3"
    assert not target.phrase
    assert target.note.render_seconds == pytest.approx(1.0, abs=0.02)
    assert target.remarks == ()


@pytest.mark.parametrize("rate_hz", [22_050, 44_100])
def test_an_offset_throughout_is_removed(rate_hz: int, tmp_path: Path) -> None:
    """An offset that is matched, or whose steps at the ends of a resampled file are taken for a click."""
    audio = np.pad(saw(220.0, rate_hz=rate_hz), (rate_hz // 2, rate_hz // 5)) - np.float32(0.04)
    soundfile.write(tmp_path / "a.wav", audio, rate_hz)
    target = load_target(tmp_path / "a.wav")
    assert target.note.name == "A3"
    assert target.note.render_seconds == pytest.approx(1.0, abs=0.02)
    assert abs(float(target.audio.mean())) < 0.002


@pytest.mark.parametrize("name", ["bass.flac", "bell.flac", "tabla.flac", "glass.ogg"])
def test_a_recording_without_an_offset_stays_as_it_is(name: str) -> None:
    """Every sound filtered for the sake of the few with an offset."""
    audio = load(EXAMPLES / name)
    assert without_offset(audio) is audio


@pytest.mark.parametrize("attack_seconds", [0.3, 1.0])
def test_a_swell_is_kept_from_its_beginning(attack_seconds: float) -> None:
    """The soft beginning of a pad taken for a background."""
    note = saw(220.0, 2.0, 1.8)
    target = load_target(np.pad(note * np.minimum(seconds(2.0) / attack_seconds, 1.0), (8_820, 0)))
    assert target.note.render_seconds == pytest.approx(2.0, abs=0.02)


def test_the_noise_of_an_attack_is_kept() -> None:
    """A chiff or a hammer's knock cut from the note that it begins."""
    chiff = 0.05 * NOISE[:1_323] * np.linspace(1.0, 0.4, 1_323)
    target = load_target(np.concatenate([np.zeros(8_820), chiff, saw(220.0)]))
    assert target.note.render_seconds == pytest.approx(1.03, abs=0.01)


def test_a_click_louder_than_the_note_is_said() -> None:
    """A pop that is cut, or that sets the level of the match, without a word."""
    pop = np.concatenate([np.zeros(13_230), 0.9 * np.sign(NOISE[:60])])
    target = load_target(before(0.3 * saw(220.0), pop))
    assert target.note.name == "A3"
    assert any("louder than the note, 0.30 s before it, is left out" in remark for remark in target.remarks)
    sound = 0.3 * saw(220.0)
    sound[20_000:20_040] += np.float32(0.9)
    kept = load_target(sound, velocity="sound")
    assert any("louder than the note at 0.45 s is kept" in remark for remark in kept.remarks)
    assert not kept.phrase
    assert abs(kept.note.velocity - load_target(0.3 * saw(220.0), velocity="sound").note.velocity) <= 2


def melody() -> Audio:
    """A3 for 0.5 s, then E4."""
    return np.concatenate([saw(220.0, 0.5, 0.4), saw(329.6, 0.5, 0.4)])[None]


def test_whole_keeps_a_phrase_and_what_comes_before_it() -> None:
    """A cut that nothing undoes."""
    assert load_target(melody()).note.render_seconds < 0.52
    target = load_target(melody(), whole=True)
    assert target.note.render_seconds == pytest.approx(1.0, abs=0.02)
    assert not target.phrase
    bump = before(saw(220.0), 0.06 * BUMP)
    assert load_target(bump, whole=True).note.render_seconds > 1.5


@pytest.mark.parametrize("hold_seconds", [0.3, 0.6, 0.8])
def test_a_target_is_as_long_as_a_given_hold(hold_seconds: float) -> None:
    """A note cut before the user says that it is let go."""
    target = load_target(melody(), hold_seconds=hold_seconds)
    assert target.note.hold_seconds == hold_seconds
    assert target.note.render_seconds > hold_seconds
    assert target.phrase == (hold_seconds < 0.5)


def test_steps_near_a_given_note_do_not_cut_it() -> None:
    """A trill or an odd vibrato that stays cut where the user says that it is one note."""
    steps = np.concatenate([saw(hz, 0.4, 0.4) for hz in (220.0, 246.9, 220.0)])
    assert load_target(steps).phrase
    assert not load_target(steps, note="A3").phrase
    assert load_target(melody(), note="A3").phrase


@pytest.mark.parametrize("ratio", [1.4, 2.756, 3.5])
@pytest.mark.parametrize("pitch", [57, 69, 81])
def test_an_fm_bell_has_the_note_of_its_key(ratio: float, pitch: int) -> None:
    """A bell's note taken for the common divisor of its partials: A4 called F2."""
    time = seconds(2.0)
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
    bell = np.exp(-2.0 * time) * np.sin(
        2 * np.pi * hz * time + 2.5 * np.exp(-3.0 * time) * np.sin(2 * np.pi * ratio * hz * time)
    )
    target = load_target(0.5 * bell)
    assert target.note.pitch == pitch
