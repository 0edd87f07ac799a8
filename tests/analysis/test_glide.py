"""Glides that are found by all harmonics of sounds whose pitch is known."""

import numpy as np
import pytest

from synthmatch.analysis.glide import glide_track
from synthmatch.analysis.pitch import refined
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.proposers.drawn.parts import moving_pitch

NOTE_HZ = 220.0
#: Amplitudes of a sine, of a saw, and of a tone whose fifteenth harmonic is its loudest.
SINE = np.ones(1)
SAW = 1 / np.arange(1, 31)
FORMANT = 0.2 / np.sqrt(1 + np.abs(np.arange(1, 31) - 15))


def played(hz: F64, amplitudes: F64, noise: float = 0.003) -> F64:
    """Harmonics of a pitch that moves, below half the sampling rate, and noise."""
    turns = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    order = np.arange(1, len(amplitudes) + 1)
    sound = noise * np.random.default_rng(0).standard_normal(len(hz))
    for each, amplitude in zip(order, amplitudes, strict=True):
        sound += 0.3 * amplitude * np.sin(each * turns) * (each * hz < SAMPLE_RATE_HZ / 2)
    return np.asarray(sound)


def gliding(semitones: float, glide_s: float, *, straight: bool = True) -> F64:
    """A pitch that begins so far from the note, stays for 0.2 s, and glides to the note, which stays for half a second."""
    time = np.arange(round((0.7 + glide_s) * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    since = np.maximum(time - 0.2, 0.0) / glide_s
    left = np.maximum(1 - since, 0.0) if straight else np.exp(-4 * since)
    return np.asarray(NOTE_HZ * 2 ** (semitones * left / 12))


def missed_cents(hz: F64, amplitudes: F64) -> F64:
    """How far the track is from the pitch, without the first and last moments."""
    sound = played(hz, amplitudes)
    track = refined(sound, glide_track(sound, NOTE_HZ), NOTE_HZ)
    found = track.at(np.arange(len(hz)) / SAMPLE_RATE_HZ)
    return np.asarray(1200 * np.abs(np.log2(found / hz))[1000:-1000])


@pytest.mark.parametrize(
    ("semitones", "straight"), [(-24.0, True), (-12.0, False), (-0.5, True), (7.0, False), (24.0, True)]
)
@pytest.mark.parametrize("glide_s", [0.1, 2.0])
@pytest.mark.parametrize("amplitudes", [SINE, SAW[:5], SAW, FORMANT], ids=["sine", "five", "saw", "formant"])
def test_a_glide_is_followed(semitones: float, glide_s: float, straight: bool, amplitudes: F64) -> None:
    """Catches a track that follows a formant or a harmonic, that is an octave or a twelfth off, and one that is late."""
    assert missed_cents(gliding(semitones, glide_s, straight=straight), amplitudes).mean() < 25


@pytest.mark.parametrize("semitones", [-12.0, -0.5, 7.0])
@pytest.mark.parametrize("amplitudes", [SINE, SAW, FORMANT], ids=["sine", "saw", "formant"])
def test_a_glide_of_20_ms_is_followed(semitones: float, amplitudes: F64) -> None:
    """Catches a window that smears a short glide over the notes beside it."""
    assert missed_cents(gliding(semitones, 0.02), amplitudes).mean() < 15


def test_a_rich_glide_moves_where_one_partial_does_not_tell() -> None:
    """Catches a glide that is only looked for in the loudest partial, which here is another one at each moment."""
    hz = gliding(-12.0, 0.3)
    track = moving_pitch(played(hz, FORMANT), NOTE_HZ, NOTE_HZ, harmonic=True)[1]
    assert track
    found = track.at(np.arange(len(hz)) / SAMPLE_RATE_HZ)
    assert 1200 * np.abs(np.log2(found / hz))[1000:-1000].mean() < 25


@pytest.mark.parametrize("amplitudes", [SINE, SAW, FORMANT], ids=["sine", "saw", "formant"])
@pytest.mark.parametrize("vibrato_cents", [0.0, 30.0])
def test_what_does_not_glide(amplitudes: F64, vibrato_cents: float) -> None:
    """Catches steps of a quarter of a semitone in a pitch that stands still, and a vibrato that is taken for a glide."""
    time = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    hz = NOTE_HZ * 2 ** (vibrato_cents * np.sin(2 * np.pi * 5.5 * time) / 1200)
    track = moving_pitch(played(hz, amplitudes), NOTE_HZ, NOTE_HZ, harmonic=True)[1]
    furthest = 0.0 if track is None else float(1200 * np.abs(np.log2(track.hz / NOTE_HZ)).max())
    assert furthest == pytest.approx(vibrato_cents, abs=8.0)


@pytest.mark.parametrize("samples", [1, 100, 1323])
@pytest.mark.parametrize("hz", [20.0, 8000.0])
@pytest.mark.filterwarnings("error")
def test_any_sound_has_a_track(samples: int, hz: float) -> None:
    """Catches an error for 30 ms and less, for the lowest and the highest notes, and for silence."""
    for sound in (played(np.full(samples, hz), SINE), np.zeros(samples)):
        assert np.isfinite(glide_track(sound, hz).at(np.arange(samples) / SAMPLE_RATE_HZ)).all()
