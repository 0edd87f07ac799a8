"""Presets drawn from the target, through the real Vital."""

import dataclasses
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pytest
from drawing import NOTE, VITAL, drawn, moving, played, rendered

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.pitch import harmonic_track, partial_track, refined
from synthmatch.arrays import F32
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.proposers.drawn.release import fitted_release
from synthmatch.render.pool import RenderPool
from synthmatch.synths.preset_files import read_presets, write_presets

TIME = np.arange(NOTE.samples) / SAMPLE_RATE_HZ


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """Workers of Vital."""
    with RenderPool(VITAL, workers=2) as opened:
        yield opened


def organ(cents: float = 0.0) -> F32:
    """Eight harmonics, the higher the sooner gone, which end 60 ms after the note."""
    hz = 220 * 2 ** (cents / 1200)
    waves = [np.sin(2 * np.pi * hz * h * TIME + h) / h * np.exp(-h * TIME) for h in range(1, 9)]
    end = np.clip((NOTE.hold_seconds + 0.06 - TIME) / 0.06, 0, 1)
    return np.asarray(0.2 * np.sum(waves, axis=0) * end, np.float32)[None]


@pytest.mark.parametrize("cents", [0.0, 30.0])
def test_a_harmonic_sound_comes_back(pool: RenderPool, cents: float) -> None:
    """Catches a table in the wrong order, an LFO that runs backwards or at another speed, a tune left out, and a level that is
    not the target's: searched presets are at 5 dB of `mss`."""
    scores = evaluate(organ(cents), played(pool, organ(cents))[1], ("mss", "envelope_error", "loudness_error"))
    assert scores["mss"] < 2.5
    assert scores["envelope_error"] < 2.0
    assert scores["loudness_error"] < 1.0


def test_a_wide_sound_stays_wide(pool: RenderPool, tmp_path: Path) -> None:
    """Catches channels that are mixed, swapped, or at another level than each other's, and a file that is too large."""
    left, right = organ(), np.asarray(0.5 * np.square(organ()), np.float32)
    hiss = 0.01 * np.random.default_rng(1).standard_normal((2, NOTE.samples)).astype(np.float32)
    target = np.concatenate([left, right]) + hiss
    preset, audio = played(pool, target)
    mixed = np.repeat(target.mean(axis=0, keepdims=True), 2, axis=0)
    assert evaluate(target, audio, ("mss",))["mss"] < 0.5 * evaluate(target, mixed, ("mss",))["mss"]
    write_presets(tmp_path / "wide.vital", [preset])
    assert (tmp_path / "wide.vital").stat().st_size < 1_500_000
    assert np.array_equal(rendered(pool, read_presets(tmp_path / "wide.vital", VITAL)[0]), audio)


def test_channels_that_are_detuned_stay_so(pool: RenderPool) -> None:
    """Catches a chorus that is played at one pitch, in the middle of its two."""
    target = np.concatenate([organ(-8.0), organ(8.0)])
    _, audio = played(pool, target)
    cents = [1200 * np.log2(fundamental_hz(channel.astype(np.float64), 220.0) / 220) for channel in audio]
    assert cents == pytest.approx([-8, 8], abs=2)


def test_vibrato_comes_back_and_goes_on(pool: RenderPool) -> None:
    """Catches vibrato that is smeared into the table, too deep, late, or gone where a long note loops."""
    hz = 220 * 2 ** (30 * np.sin(2 * np.pi * 5.5 * TIME) / 1200)
    target = np.asarray(moving(hz, (0.2, 0.1, 0.1)) * (NOTE.hold_seconds > TIME), np.float32)[None]
    preset, audio = played(pool, target)
    middle = slice(round(0.1 * SAMPLE_RATE_HZ), round(0.7 * SAMPLE_RATE_HZ))
    found = harmonic_track(audio[0].astype(np.float64), 220.0).at(TIME)
    assert np.abs(1200 * np.log2(found / hz))[middle].mean() < 5
    longer = rendered(pool, preset, Note(57, 100, 3.0, 3.0))[0, 2 * SAMPLE_RATE_HZ :].astype(np.float64)
    assert 12 < harmonic_track(longer, 220.0).spread_cents < 30


def test_a_kick_falls(pool: RenderPool) -> None:
    """Catches a fall in pitch of the wrong depth, and one that the table plays as a chord."""
    hz = 110 * (1 + 2 * np.exp(-TIME / 0.03))
    note = Note(45, 100, NOTE.hold_seconds, NOTE.render_seconds)
    target = np.asarray(moving(hz, (0.3,)) * np.exp(-3 * TIME), np.float32)[None]
    audio = rendered(pool, drawn(target, note), note)[0].astype(np.float64)
    track = refined(audio, partial_track(audio, 110.0), 110.0)
    early = slice(round(0.02 * SAMPLE_RATE_HZ), round(0.3 * SAMPLE_RATE_HZ))
    assert np.abs(1200 * np.log2(track.at(TIME) / hz))[early].mean() < 20


def test_noise_plays_in_the_sampler(pool: RenderPool) -> None:
    """Catches a residual that is lost, or at another level than the partials."""
    noise = 0.2 * np.random.default_rng(3).standard_normal(NOTE.samples) * np.exp(-6 * TIME)
    hiss = np.asarray(noise, np.float32)[None]
    assert evaluate(hiss, played(pool, hiss)[1], ("mss",))["mss"] < 4
    preset, _ = played(pool, organ() + 0.1 * hiss)
    assert preset.extra["header"]["comments"].startswith("Drawn from the target. The sampler plays ")
    assert VITAL.space.named(preset.native)["sample_level"] > 0


def test_a_file_is_what_was_played(pool: RenderPool, tmp_path: Path) -> None:
    """Catches a table, shape or sample that the file loses, and a file that is too large to pass on."""
    preset, audio = played(pool, organ())
    path = tmp_path / "organ.vital"
    write_presets(path, [preset])
    assert np.array_equal(rendered(pool, read_presets(path, VITAL)[0]), audio)
    assert path.stat().st_size < 1_500_000


@pytest.mark.parametrize(("channels", "seconds"), [(1, 60), (2, 8)])
def test_a_minute_is_a_file_of_the_same_size(tmp_path: Path, channels: int, seconds: int) -> None:
    """Catches a preset that carries a minute of recording."""
    noise = 0.1 * np.random.default_rng(0).standard_normal((channels, seconds * SAMPLE_RATE_HZ))
    write_presets(
        tmp_path / "minute.vital", [drawn(noise.astype(np.float32), Note(57, 100, float(seconds), float(seconds)))]
    )
    assert (tmp_path / "minute.vital").stat().st_size < 1_500_000


def test_a_held_note_lasts_and_a_short_one_ends(pool: RenderPool) -> None:
    """Catches a recording in disguise, which plays to its end whatever the key does."""
    steady = np.asarray(0.2 * np.sin(2 * np.pi * 220 * TIME) * (NOTE.hold_seconds > TIME), np.float32)[None]
    preset, _ = played(pool, steady)
    short, long = (rendered(pool, preset, Note(57, 100, hold, 1.6)) for hold in (0.2, 1.4))
    at = {
        seconds: slice(round((seconds - 0.05) * SAMPLE_RATE_HZ), round(seconds * SAMPLE_RATE_HZ))
        for seconds in (0.2, 0.5, 1.4)
    }
    loudest = np.abs(short[:, at[0.2]]).max()
    assert np.abs(short[:, at[0.5]]).max() < 0.03 * loudest
    assert np.abs(long[:, at[1.4]]).max() > 0.5 * loudest


def decibels_at(audio: F32, seconds: float) -> float:
    """Level of the 0.1 s before a time."""
    part = audio[:, round((seconds - 0.1) * SAMPLE_RATE_HZ) : round(seconds * SAMPLE_RATE_HZ)]
    return float(10 * np.log10(np.square(part).mean() + 1e-12))


def test_a_long_note_lives_on_and_does_not_click(pool: RenderPool) -> None:
    """Catches a frozen frame after the target's end, and loops that jump."""
    throb = 1 + 0.6 * np.sin(2 * np.pi * 4 * TIME)
    target = np.asarray(0.1 * throb * np.sin(2 * np.pi * 220 * TIME) * (NOTE.hold_seconds > TIME), np.float32)[None]
    preset, _ = played(pool, target)
    audio = rendered(pool, preset, Note(57, 100, 4.0, 4.0))
    moves = [decibels_at(audio, seconds) for seconds in np.arange(3.0, 4.0, 0.05)]
    # the target moves by 12 dB
    assert np.ptp(moves) > 6
    jumps = np.abs(np.diff(audio, 2, axis=1))
    first, later = (jumps[:, round(a * SAMPLE_RATE_HZ) : round(b * SAMPLE_RATE_HZ)] for a, b in ((0.1, 0.7), (0.9, 4)))
    assert later.max() < 2 * first.max()


def test_a_sound_that_falls_falls_on(pool: RenderPool) -> None:
    """Catches a piano that stands still where its recording's key was let go."""
    target = np.asarray(0.3 * 10 ** (-TIME) * np.sin(2 * np.pi * 220 * TIME), np.float32)[None]
    preset, _ = played(pool, target)
    audio = rendered(pool, preset, Note(57, 100, 2.2, 2.2))
    assert decibels_at(audio, 0.5) - decibels_at(audio, 2.0) == pytest.approx(30, abs=8)


def test_a_softer_key_is_softer(pool: RenderPool) -> None:
    """Catches a preset that does not hear how it is played."""
    preset, audio = played(pool, organ())
    softer = rendered(pool, preset, Note(57, 40, NOTE.hold_seconds, NOTE.render_seconds))
    assert decibels_at(audio, 0.5) - decibels_at(softer, 0.5) == pytest.approx(40 * np.log10(100 / 40), abs=1)


def test_formants_stay_where_they_are_at_other_keys(pool: RenderPool) -> None:
    """Catches a voice that an octave higher is a small animal's, and one that is another at its own key."""
    waves = [np.sin(2 * np.pi * 220 * h * TIME + h) / (1 + ((220 * h - 880) / 150) ** 2) for h in range(1, 20)]
    target = np.asarray(0.2 * np.sum(waves, axis=0) * (NOTE.hold_seconds > TIME), np.float32)[None]
    preset, audio = played(pool, target)
    higher = rendered(pool, preset, dataclasses.replace(NOTE, pitch=69))
    for sound in (audio, higher):
        # bins of 2 Hz
        spectrum = np.abs(np.fft.rfft(sound[0, round(0.2 * SAMPLE_RATE_HZ) : round(0.7 * SAMPLE_RATE_HZ)]))
        assert spectrum.argmax() * 2 == pytest.approx(880, abs=4)


def test_higher_keys_fall_faster(pool: RenderPool) -> None:
    """Catches a string of which each note rings as long as the recorded one."""
    target = np.asarray(0.3 * 10 ** (-TIME) * np.sin(2 * np.pi * 220 * TIME), np.float32)[None]
    preset, _ = played(pool, target)
    falls = [
        decibels_at(audio, 0.3) - decibels_at(audio, 0.7)
        for audio in (rendered(pool, preset, Note(pitch, 100, 1.0, 1.0)) for pitch in (57, 81))
    ]
    # two octaves are twice as fast
    assert falls == pytest.approx([8, 16], abs=2)


def test_macros_do_what_they_say(pool: RenderPool) -> None:
    """Catches a macro without a name or a connection, and one that changes the sound where it stands."""
    hiss = 0.02 * np.random.default_rng(3).standard_normal(NOTE.samples)
    preset, audio = played(pool, np.asarray(organ() + hiss, np.float32))
    names = [preset.extra["header"][f"macro{number}"] for number in range(1, 5)]
    assert names == ["TIMBRE", "NOISE", "BRIGHTNESS", "RELEASE"]

    def changed(settings: dict[str, float], without: Collection[str] = ()) -> F32:
        kept = {**preset.extra, "settings": {**preset.extra["settings"], **settings}}
        kept["modulations"] = {slot: one for slot, one in preset.extra["modulations"].items() if slot not in without}
        return rendered(pool, dataclasses.replace(preset, extra=kept))

    assert np.array_equal(changed({}, ("17", "18", "19", "20")), audio)
    quiet_hiss, bright, lasting, late = (
        changed({f"macro_control_{n}": value}) for n, value in ((2, 0.0), (3, 1.0), (4, 1.0), (1, 1.0))
    )
    spectrum, without, with_more = (
        np.square(np.abs(np.fft.rfft(one[0, : round(0.7 * SAMPLE_RATE_HZ)]))) for one in (audio, quiet_hiss, bright)
    )
    # 0.7 s: bins of 1.43 Hz; from 7 kHz there is the hiss alone
    assert without[5000:].sum() < 0.1 * spectrum[5000:].sum()
    assert with_more[5000:].sum() > 4 * spectrum[5000:].sum()
    assert decibels_at(lasting, 1.1) > decibels_at(audio, 1.1) + 3
    assert not np.allclose(late, audio, atol=0.01)


@pytest.mark.parametrize("samples", [1, 1323])
def test_a_short_sound_is_drawn(pool: RenderPool, samples: int) -> None:
    """Catches an error for 30 ms and less, and values that are no numbers."""
    note = Note(57, 100, 0.01, samples / SAMPLE_RATE_HZ)
    target = np.asarray(0.5 * np.cos(2 * np.pi * 220 * TIME[:samples]), np.float32)[None]
    assert np.isfinite(rendered(pool, drawn(target, note), note)).all()


@pytest.mark.parametrize(
    "sound",
    [
        np.full_like(TIME, 0.3),
        np.clip(5 * np.sin(2 * np.pi * 220 * TIME), -1, 1),
        np.where(TIME > 1.0, np.sin(2 * np.pi * 220 * TIME), 0),
        np.where(TIME < 0.02, np.sin(2 * np.pi * 220 * TIME), 0),
        1e-6 * np.sin(2 * np.pi * 220 * TIME),
    ],
    ids=["constant", "clipped", "after the note", "a moment", "far too quiet"],
)
@pytest.mark.filterwarnings("error")
def test_any_sound_is_drawn(pool: RenderPool, sound: F32) -> None:
    """Catches divisions by a level that is 0, and values that are no numbers."""
    audio = rendered(pool, drawn(np.asarray(sound, np.float32)[None]))
    assert np.isfinite(audio).all()
    assert audio.any()


def test_silence_is_not_drawn() -> None:
    """Catches a division by nothing."""
    rng = np.random.default_rng(0)
    assert DrawnProposer().propose(np.zeros((1, 4410), np.float32), Note(57, 100, 0.05, 0.1), VITAL, rng) == []


@pytest.mark.parametrize("seconds", [0.05, 0.4])
def test_a_release_is_fitted(seconds: float) -> None:
    """Catches a release of the wrong law: the amplitude is the square of Vital's envelope."""
    after = np.clip((TIME - NOTE.hold_seconds) / seconds, 0, 1)
    sound = np.random.default_rng(0).standard_normal(len(TIME)) * (1 - after) ** 2
    found = fitted_release(sound, NOTE.hold_seconds)
    assert found is not None
    assert found.power == 0
    assert found.seconds == pytest.approx(seconds, rel=0.25)
    assert fitted_release(sound[: round(NOTE.hold_seconds * SAMPLE_RATE_HZ)], NOTE.hold_seconds) is None


def test_a_sound_cut_in_its_fall_falls_on(pool: RenderPool) -> None:
    """Catches a last frame that stands still where a recording ends with its key down."""
    end = round(NOTE.hold_seconds * SAMPLE_RATE_HZ)
    target = np.asarray(0.3 * 10 ** (-TIME) * np.sin(2 * np.pi * 220 * TIME), np.float32)[None, :end]
    preset = drawn(target, Note(57, 100, NOTE.hold_seconds, NOTE.hold_seconds))
    audio = rendered(pool, preset, Note(57, 100, 2.2, 2.2))
    assert decibels_at(audio, 0.5) - decibels_at(audio, 2.0) == pytest.approx(30, abs=8)
