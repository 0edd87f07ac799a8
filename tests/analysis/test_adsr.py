"""The envelope that is found in sounds whose envelope is known."""

import numpy as np
import pytest

from synthmatch.analysis.adsr import Adsr, adsr
from synthmatch.arrays import F64
from synthmatch.note import SAMPLE_RATE_HZ


def played(envelope: Adsr, hold_s: float, seconds: float, hz: float = 220.0) -> F64:
    """A saw of twenty harmonics with an envelope: a straight rise, and falls by a tenth in the same time again and again."""
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ

    def level(at: F64) -> F64:
        after = np.maximum(at - envelope.attack_s, 0.0)
        fallen = envelope.sustain + (1 - envelope.sustain) * 10 ** (-after / envelope.decay_s)
        return np.where(at < envelope.attack_s, at / max(envelope.attack_s, 1e-9), fallen)

    after_s = np.maximum(time - hold_s, 0.0)
    release = 10 ** (-after_s / envelope.release_s) if envelope.release_s else (after_s == 0)
    waves = [np.sin(2 * np.pi * hz * h * time) / h for h in range(1, 21) if hz * h < SAMPLE_RATE_HZ / 2]
    return np.asarray(0.3 * np.sum(waves, axis=0) * level(np.minimum(time, hold_s)) * release)


def assert_near(found: Adsr | None, truth: Adsr) -> None:
    """Times within 20 % or 5 ms, a sustain within 0.05."""
    assert found
    assert found.attack_s == pytest.approx(truth.attack_s, rel=0.2, abs=0.005)
    assert found.decay_s == pytest.approx(truth.decay_s, rel=0.2, abs=0.005)
    assert found.sustain == pytest.approx(truth.sustain, abs=0.05)
    assert found.release_s == (truth.release_s and pytest.approx(truth.release_s, rel=0.2, abs=0.005))


@pytest.mark.parametrize("attack_s", [0.0, 0.02, 0.3])
@pytest.mark.parametrize("decay_s", [0.06, 0.5])
@pytest.mark.parametrize("sustain", [0.1, 0.6])
@pytest.mark.parametrize("release_s", [0.02, 0.4])
def test_an_envelope_is_found(attack_s: float, decay_s: float, sustain: float, release_s: float) -> None:
    """Catches a part that is measured in another's time, a window that smears a short one, and a curve of the wrong unit."""
    truth = Adsr(attack_s, decay_s, sustain, release_s)
    assert_near(adsr(played(truth, 2.0, 2.6), 2.0, 220.0), truth)


@pytest.mark.parametrize(("hold_s", "seconds"), [(0.3, 0.5), (10.0, 12.0), (50.0, 60.0)])
@pytest.mark.parametrize("hz", [110.0, 1760.0])
def test_an_envelope_is_found_however_long_a_sound_is(hold_s: float, seconds: float, hz: float) -> None:
    """Catches a grid of times or of seconds that ends before the sound does."""
    truth = Adsr(0.1 * hold_s, 0.4 * hold_s, 0.4, 0.7 * (seconds - hold_s))
    assert_near(adsr(played(truth, hold_s, seconds, hz), hold_s, hz), truth)


@pytest.mark.parametrize("hz", [110.0, 1760.0])
@pytest.mark.parametrize("decay_s", [0.01, 0.02])
def test_a_click_of_30_ms_has_a_decay(hz: float, decay_s: float) -> None:
    """Catches a window that is longer than the sound."""
    truth = Adsr(0.0, decay_s, 0.0, None)
    assert_near(adsr(played(truth, 0.03, 0.03, hz), 0.03, hz), truth)


def test_what_a_sound_does_by_itself_is_left_out() -> None:
    """Catches a fall of the open sound that counts as a decay or a release."""
    truth = Adsr(0.05, 0.2, 0.5, 0.3)
    sound = played(truth, 1.0, 1.6)
    time = np.arange(len(sound)) / SAMPLE_RATE_HZ
    own = (0.4 + 0.3 * np.sin(5 * time)) * np.exp(-time)
    opened = played(Adsr(0.0, 1.0, 1.0, 1.0), 1.6, 1.6)
    assert_near(adsr(sound * own, 1.0, 220.0, opened * own), truth)
    alone = adsr(sound * own, 1.0, 220.0)
    assert alone
    assert alone.sustain < truth.sustain - 0.3


@pytest.mark.filterwarnings("error")
def test_a_level_that_stays_and_silence() -> None:
    """Catches a decay of nothing for a level that stays, a division by nothing, and an envelope of silence."""
    held = adsr(played(Adsr(0.0, 1.0, 1.0, 0.1), 1.0, 1.5), 1.0, 220.0)
    assert held
    assert held.decay_s == np.inf
    assert held.sustain == pytest.approx(1.0, abs=0.05)
    silence = np.zeros(SAMPLE_RATE_HZ)
    assert adsr(silence, 0.5, 220.0) is None
    assert adsr(played(held._replace(decay_s=1.0), 0.5, 1.0), 0.5, 220.0, silence)
    for samples in (1, 10, 1323):
        assert adsr(played(Adsr(0.0, 1.0, 1.0, 0.1), 1.0, 1.0)[1 : samples + 1], 1.0, 220.0)
