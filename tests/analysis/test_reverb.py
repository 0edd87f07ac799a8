"""Reverbs whose truth is known: notes in rooms of decaying noise, and sounds that ring or hiss without a room."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import fftconvolve

from synthmatch.analysis.reverb import find_reverb, without_reverb
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ

HOLD_S = 1.5
TIME = np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def note(hz: float, release_s: float = 0.06, partials: int = 12) -> F64:
    """Harmonics that are held, and released in a straight line of amplitude."""
    waves = [np.sin(2 * np.pi * hz * h * TIME + h * h) / h for h in range(1, partials + 1)]
    level = np.minimum(TIME / 0.02, 1) * np.clip((HOLD_S + release_s - TIME) / release_s, 0, 1)
    return np.asarray(0.2 * np.sum(waves, axis=0) * level)[None]


def in_room(sound: F64, decay_s: float, density: float, channels: int, seed: int = 0) -> F64:
    """A sound with the tail of a room whose response is white noise, other noise in each channel."""
    noise = np.random.default_rng(seed).standard_normal((channels, len(TIME)))
    # a noise whose samples have variance v has v * SAMPLE_RATE_HZ of energy a second
    response = noise * 10 ** (-3 * TIME / decay_s) * np.sqrt(density / SAMPLE_RATE_HZ)
    response[:, 0] += 1
    return np.asarray(fftconvolve(np.repeat(sound, channels, axis=0), response, axes=1)[:, : len(TIME)])


@pytest.mark.parametrize(("decay_s", "density"), [(1.0, 0.2), (2.0, 0.5), (3.0, 1.0)])
def test_rooms_are_found(decay_s: float, density: float) -> None:
    """Catches decays of amplitude for those of power, a level that depends on the hold, and tails of one channel that are missed.

    A tail through few partials is one draw of a random process: one room may be 2 dB and another 20 % off, the middle is near.
    """
    rooms = [
        in_room(note(hz), decay_s, density, channels) for hz in (110.0, 220.0, 330.0, 660.0) for channels in (1, 2)
    ]
    found = [reverb for reverb in (find_reverb(room, HOLD_S) for room in rooms) if reverb]
    assert len(found) >= 5
    for band in (0, 1):
        assert np.median([reverb.decay_s[band] for reverb in found]) == pytest.approx(decay_s, rel=0.1)
    assert abs(10 * np.log10(np.median([reverb.density for reverb in found]) / density)) < 3
    assert all(HOLD_S < reverb.gone_s < HOLD_S + 0.4 for reverb in found)


def test_the_note_without_its_room_is_the_note() -> None:
    """Catches a tail that stays, and a note that goes with it."""
    dry = note(220)
    held, after = slice(SAMPLE_RATE_HZ // 2, SAMPLE_RATE_HZ), slice(round((HOLD_S + 0.3) * SAMPLE_RATE_HZ), None)
    rooms = [in_room(dry, 2.0, 1.0, 2, seed) for seed in range(8)]
    both = [(without_reverb(wet, found), wet) for wet in rooms if (found := find_reverb(wet, HOLD_S))]
    assert len(both) >= 5
    left = [np.square(again[:, after]).sum() / np.square(wet[:, after]).sum() for again, wet in both]
    assert max(left) < 0.1
    shares = [[np.square(one[:, held]).mean() / np.square(dry[:, held]).mean() for one in pair] for pair in both]
    # partials of the room add to those of the note and take from them: the mean of powers counts
    without, room = np.mean(shares, axis=0)
    assert abs(without - 1) < 0.5 * (room - 1)


def _struck(slowest_db: float) -> F64:
    """Inharmonic partials that ring on, each at its own rate, and beat."""
    waves = [
        np.sin(2 * np.pi * hz * TIME) * 10 ** (-slowest_db * (1 + place) * TIME / 20)
        for place, pair in enumerate([(523.0, 524.1), (1244.0, 1245.3), (2630.0, 2633.0), (3900.0, 3903.0)])
        for hz in pair
    ]
    return np.asarray(0.1 * np.sum(waves, axis=0))[None]


def _noise(decay_s: float, channels: int = 2) -> F64:
    noise = np.random.default_rng(5).standard_normal((channels, len(TIME)))
    return np.asarray(0.2 * noise * 10 ** (-3 * TIME / decay_s))


DRY: dict[str, Callable[[], F64]] = {
    "a held note": lambda: note(220),
    "a slow release": lambda: note(220, 2.0),
    "a release to nothing, then hiss": lambda: note(220) + 1e-4 * np.random.default_rng(1).standard_normal(len(TIME)),
    "a bell": lambda: _struck(6.0),
    "a damped piano": lambda: _struck(8.0) * np.where(TIME < HOLD_S, 1.0, 10 ** (-60 * (TIME - HOLD_S) / 20)),
    "a burst": lambda: _noise(0.2),
    "a long burst": lambda: _noise(2.0),
    "held noise": lambda: _noise(1e6) * (TIME < HOLD_S),
    "silence": lambda: np.zeros((2, len(TIME))),
    "30 ms": lambda: note(220)[:, :1323],
    "cut off at its end": lambda: note(220)[:, : round(HOLD_S * SAMPLE_RATE_HZ)],
    "one sample": lambda: np.ones((1, 1)),
}


@pytest.mark.parametrize("name", DRY)
def test_what_has_no_reverb_has_none(name: str) -> None:
    """Catches beats, natural releases and noise that are taken for a room, and sounds that are too short to tell."""
    sound = DRY[name]()
    for hold_s in (HOLD_S, 0.02, 4.0):
        assert find_reverb(sound, hold_s) is None, (name, hold_s)
