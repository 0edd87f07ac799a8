"""Presets drawn from several notes, through the real Vital."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from synthmatch.analysis.pitch import harmonic_track
from synthmatch.arrays import F32
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn.together import draw_together
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.render.pool import RenderPool
from synthmatch.synths.preset_files import read_presets, write_presets
from synthmatch.synths.registry import get_synth
from synthmatch.target import Target, load_target

VITAL = get_synth("vital")
TIME = np.arange(round(1.0 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
PITCHES = (48, 60, 72)


def plucked(pitch: int) -> Target:
    """A string: higher notes fall faster, are duller and 20 cents sharp in the middle."""
    hz = Note(pitch).hz * 2 ** ((20 if pitch == PITCHES[1] else 0) / 1200)
    slope, fall = 1 + (pitch - 48) / 12, 2 ** ((pitch - 48) / 12)
    waves = [np.sin(2 * np.pi * hz * h * TIME + h) / h**slope for h in range(1, 13)]
    sound = 0.2 * np.sum(waves, axis=0) * np.exp(-fall * TIME) * np.clip((0.86 - TIME) / 0.06, 0, 1)
    return load_target(sound.astype(np.float32), note=pitch, hold_seconds=0.8)


TARGETS = [plucked(pitch) for pitch in PITCHES]


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """Workers of Vital."""
    with RenderPool(VITAL, workers=2) as opened:
        yield opened


def rendered(pool: RenderPool, preset: Preset, pitches: Sequence[int]) -> list[F32]:
    """Its audio at each key."""
    sounds = pool.run([preset] * len(pitches), [Note(pitch, 100, 0.8, 1.0) for pitch in pitches])
    played = [audio for audio in sounds if isinstance(audio, np.ndarray)]
    assert len(played) == len(pitches)
    return played


def away(pitch: int, audio: F32) -> float:
    """How far a sound is from the instrument's own note, in dB of `mss`."""
    return evaluate(plucked(pitch).audio, audio, ("mss",))["mss"]


def test_keys_sound_as_the_instrument_does(pool: RenderPool) -> None:
    """Catches a table, course or tuning on another key, two oscillators that beat or cancel between keys, a key between that has one
    neighbour's sound, and tables that are scaled to one peak and stay so.

    A preset of the middle note is at 6.4 and 3.9 dB at C3 and F#3, where the one of all three is at 1.4 and 2.2.
    """
    (middle,) = draw_vital(VITAL.space, TARGETS[1].audio, TARGETS[1].note)
    keys = [48, 54, 60, 72]
    sounds = rendered(pool, draw_together(VITAL.space, TARGETS), keys)
    several = {pitch: away(pitch, audio) for pitch, audio in zip(keys, sounds, strict=True)}
    one = {pitch: away(pitch, audio) for pitch, audio in zip([48, 54], rendered(pool, middle, [48, 54]), strict=True)}
    assert max(several[pitch] for pitch in PITCHES) < 2
    assert several[48] < 0.5 * one[48]
    assert several[54] < 0.75 * one[54]
    body = slice(2205, 22050)
    louder_db = [
        10 * np.log10(np.square(audio[:, body]).mean() / np.square(plucked(pitch).audio[:, body]).mean())
        for pitch, audio in zip(keys, sounds, strict=True)
    ]
    assert np.ptp(louder_db) < 2


def test_wide_notes_stay_wide(pool: RenderPool) -> None:
    """Catches channels that are mixed or swapped, in a table that two of them share."""

    def wide(pitch: int) -> Target:
        """The fundamental on the left, the octave on the right."""
        waves = [np.sin(2 * np.pi * Note(pitch).hz * h * TIME) for h in (1, 2)]
        sound = 0.2 * np.stack(waves) * np.clip((0.8 - TIME) / 0.05, 0, 1)
        return load_target(sound.astype(np.float32), note=pitch, hold_seconds=0.8)

    preset = draw_together(VITAL.space, [wide(pitch) for pitch in PITCHES])
    for pitch, audio in zip(PITCHES, rendered(pool, preset, PITCHES), strict=True):
        part = audio[:, 8820:30870] * np.hanning(22050)
        # bins of 2 Hz
        octaves = [round(Note(pitch).hz * h / 2) for h in (1, 2)]
        (left, left_octave), (right, right_octave) = np.abs(np.fft.rfft(part))[:, octaves]
        assert 20 * np.log10(left / left_octave) > 30
        assert 20 * np.log10(right_octave / right) > 30


def test_vibrato_is_at_all_keys(pool: RenderPool) -> None:
    """Catches vibrato that is left out of a preset of several notes, or half or twice as deep, and what Vital has no room for."""

    def sung(pitch: int) -> Target:
        """30 cents, 5.5 times a second."""
        hz = Note(pitch).hz * 2 ** (30 * np.sin(2 * np.pi * 5.5 * TIME) / 1200)
        turns = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
        sound = (0.2 * np.sin(turns) + 0.1 * np.sin(2 * turns)) * np.clip((0.8 - TIME) / 0.05, 0, 1)
        return load_target(sound.astype(np.float32), note=pitch, hold_seconds=0.8)

    keys, preset = [54, 60, 72], draw_together(VITAL.space, [sung(pitch) for pitch in PITCHES])
    # Vital has so many slots and LFOs
    assert max(map(int, preset.extra["modulations"])) <= 64
    assert len(preset.extra["lfos"]) <= 8
    for pitch, audio in zip(keys, rendered(pool, preset, keys), strict=True):
        held = audio[0, : round(0.75 * SAMPLE_RATE_HZ)].astype(np.float64)
        assert 14 < harmonic_track(held, Note(pitch).hz).spread_cents < 28


def test_two_notes_and_a_file(pool: RenderPool, tmp_path: Path) -> None:
    """Catches a third oscillator without a table, slots, LFOs and lines that a file loses, and a file that is too large."""
    preset = draw_together(VITAL.space, TARGETS[:2])
    path = tmp_path / "two.vital"
    write_presets(path, [preset])
    (again,) = read_presets(path, VITAL)
    assert np.array_equal(rendered(pool, again, [54]), rendered(pool, preset, [54]))
    assert path.stat().st_size < 3_500_000
    assert preset.extra["header"]["comments"].startswith("Drawn from C3, C4. The sampler plays ")


def test_a_file_of_three_long_notes_can_be_passed_on(tmp_path: Path) -> None:
    """Catches three tables of 65 keyframes beside 6 s of residual, which have 2.3 MB."""
    time = np.arange(7 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    wobble = 2 * np.pi * 5 * time
    notes = []
    for pitch in PITCHES:
        waves = [
            np.sin(2 * np.pi * Note(pitch).hz * h * time) / (1 + (h - 6 - 5 * np.sin(wobble)) ** 2) for h in range(1, 9)
        ]
        hiss = 0.02 * np.random.default_rng(pitch).standard_normal(len(time))
        notes.append(load_target((0.1 * np.sum(waves, axis=0) + hiss).astype(np.float32), note=pitch, hold_seconds=6.5))
    path = tmp_path / "three.vital"
    write_presets(path, [draw_together(VITAL.space, notes)])
    assert 1_000_000 < path.stat().st_size < 1_500_000
