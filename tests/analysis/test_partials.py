"""Partials that are found in sounds whose truth is known."""

import numpy as np
import pytest

from synthmatch.analysis.partials import partial_amplitudes, strongest_partials
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ

TIME = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
SECONDS = 2 * np.linspace(0, 1, 60) ** 2
#: Frequency in Hz, amplitude, decay a second: a bell's.
BELL = np.array([(261.6, 0.3, 1.5), (721.3, 0.2, 3.0), (1413.7, 0.1, 6.0), (2336.1, 0.1, 12.0), (3489.9, 0.05, 20.0)])


def ringing(partials: F64) -> F64:
    """Sines that die away, each from another phase."""
    waves = [a * np.exp(-d * TIME) * np.sin(2 * np.pi * hz * TIME + i) for i, (hz, a, d) in enumerate(partials)]
    return np.asarray(np.sum(waves, axis=0))


def test_a_bell_has_its_partials() -> None:
    """Catches a peak between bins that is rounded, a window that fades the onset in, and a decay that is another partial's."""
    found = strongest_partials(ringing(BELL), SECONDS, 24)
    assert len(found.hz) == len(BELL)
    assert np.abs(1200 * np.log2(found.hz / BELL[:, 0])).max() < 0.1
    for track, (_, amplitude, decay) in zip(found.amplitudes, BELL, strict=True):
        assert track[0] == pytest.approx(amplitude, rel=0.05)
        heard = track > 0.03 * track[0]
        assert -np.polyfit(SECONDS[heard], np.log(track[heard]), 1)[0] == pytest.approx(decay, rel=0.02)


def test_the_strongest_come_first_and_are_sorted() -> None:
    """Catches the weakest partials in place of the strongest."""
    assert strongest_partials(ringing(BELL), SECONDS, 2).hz == pytest.approx(BELL[:2, 0], rel=1e-3)


def test_two_that_beat_are_one() -> None:
    """Catches two operators that are spent on one partial, whose beats its level keeps."""
    found = strongest_partials(ringing(np.array([(1000.0, 0.3, 1.0), (1008.0, 0.2, 1.0)])), SECONDS, 24)
    assert found.hz == pytest.approx([1000.0], abs=2.0)
    steady = found.amplitudes[0] * np.exp(SECONDS)
    assert steady.max() > 0.4
    assert steady.min() < 0.2


def test_a_partial_starts_where_it_starts() -> None:
    """Catches amplitudes of a window that reaches to before the time it is asked for."""
    late = 0.5 * np.sin(2 * np.pi * 500 * TIME) * (TIME > 1.0)
    before, after = partial_amplitudes(late, np.array([500.0]), np.array([0.9, 1.1]))[0]
    assert before < 0.001
    assert after == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("samples", [1, 15, 700, 1323])
def test_a_short_sound_is_looked_at(samples: int) -> None:
    """Catches an error for 30 ms and less, and values that are no numbers."""
    found = strongest_partials(ringing(BELL)[:samples], np.linspace(0, samples / SAMPLE_RATE_HZ, 5), 24)
    assert np.isfinite(found.hz).all()
    assert np.isfinite(found.amplitudes).all()


def test_silence_has_no_partial() -> None:
    """Catches a peak of rounding errors."""
    assert not len(strongest_partials(np.zeros(SAMPLE_RATE_HZ), SECONDS, 24).hz)
