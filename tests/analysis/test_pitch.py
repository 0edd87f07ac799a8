"""How the pitch of sounds moves whose movement is known."""

import numpy as np
import pytest

from synthmatch.analysis.pitch import harmonic_track, partial_track, refined
from synthmatch.analysis.warp import Warp
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.proposers.drawn.parts import moving_pitch

TIME = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def played(hz: F64, amplitudes: list[float]) -> F64:
    """Harmonics of a pitch that moves."""
    turns = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    return np.asarray(np.sum([a * np.sin(h * turns) for h, a in enumerate(amplitudes, 1)], axis=0))


def vibrato(hz: float, cents: float = 30.0) -> F64:
    """5.5 times a second."""
    return np.asarray(hz * 2 ** (cents * np.sin(2 * np.pi * 5.5 * TIME) / 1200))


def kick(hz: float) -> F64:
    """Three times as high at first."""
    return np.asarray(hz * (1 + 2 * np.exp(-TIME / 0.03)))


@pytest.mark.parametrize(("hz", "cents"), [(55.0, 20.0), (220.0, 3.0), (880.0, 4.0), (3000.0, 10.0)])
def test_vibrato_is_followed(hz: float, cents: float) -> None:
    """Catches a track that is late, flat, or half a harmonic off."""
    track = harmonic_track(played(vibrato(hz), [0.3, 0.2, 0.1, 0.1]), hz)
    inner = slice(3000, -3000)
    assert np.abs(1200 * np.log2(track.at(TIME) / vibrato(hz)))[inner].max() < cents
    assert track.mean_hz == pytest.approx(hz, rel=0.002)


@pytest.mark.parametrize("hz", [55.0, 220.0])
def test_a_kick_is_followed(hz: float) -> None:
    """Catches a fall that is smoothed away, and one that starts at the note."""
    sound = played(kick(hz), [0.5]) * np.exp(-3 * TIME)
    track = refined(sound, partial_track(sound, hz), hz)
    cents = 1200 * np.log2(track.at(TIME) / kick(hz))
    assert np.abs(cents[round(0.02 * SAMPLE_RATE_HZ) : SAMPLE_RATE_HZ // 2]).mean() < 25


def test_what_moves_and_what_does_not() -> None:
    """Catches a pitch course of a still tone or of noise, which would be nonsense, and one that is missed."""
    noise = np.random.default_rng(0).standard_normal(len(TIME))
    assert moving_pitch(noise, 220.0, 220.0, harmonic=False) == (220.0, None)
    assert moving_pitch(0 * noise, 220.0, 220.0, harmonic=True)[1] is None
    still_hz, still = moving_pitch(played(223.0 + 0 * TIME, [0.3, 0.1]), 220.0, 222.5, harmonic=True)
    assert still is None
    assert still_hz == pytest.approx(223.0, abs=0.02)
    assert moving_pitch(played(vibrato(220.0, 12.0), [0.3, 0.1]), 220.0, 220.0, harmonic=True)[1] is not None
    assert moving_pitch(played(kick(55.0), [0.5]) * np.exp(-3 * TIME), 55.0, 55.0, harmonic=False)[1] is not None


@pytest.mark.parametrize("samples", [1, 100, 1323])
@pytest.mark.parametrize("hz", [20.0, 8000.0])
@pytest.mark.filterwarnings("error")
def test_any_sound_has_a_track(samples: int, hz: float) -> None:
    """Catches an error for 30 ms and less, and for the lowest and the highest notes."""
    sound = played(np.full(samples, hz), [0.3])
    for track in (harmonic_track(sound, hz), refined(sound, partial_track(sound, hz), hz)):
        assert np.isfinite(track.at(TIME)).all()
        assert len(track.warp(samples, hz).moving(track.warp(samples, hz).flat(sound))) == samples


def test_a_warp_takes_movement_out_and_brings_it_back() -> None:
    """Catches a warp of the wrong way round, and a sound that is a sample late afterwards."""
    sound = played(vibrato(440.0), [0.3, 0.1])
    warp = Warp(vibrato(440.0) / 440.0)
    assert harmonic_track(warp.flat(sound), 440.0).spread_cents < 2
    assert np.abs(warp.moving(warp.flat(sound)) - sound)[100:-100].max() < 1e-3
    assert warp.flat_seconds(np.array([0.0])) == pytest.approx(0.0, abs=1e-4)
