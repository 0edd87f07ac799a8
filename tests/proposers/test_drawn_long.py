"""Long notes drawn from the target, through the real Vital: what goes on for longer than the points of a shape, or a file."""

from collections.abc import Iterator

import numpy as np
import pytest
from drawing import VITAL, drawn, moving, played, rendered

from synthmatch.analysis.pitch import harmonic_track
from synthmatch.arrays import F32
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """Workers of Vital."""
    with RenderPool(VITAL, workers=2) as opened:
        yield opened


LONG = Note(57, 100, 8.0, 8.5)
LONG_TIME = np.arange(LONG.samples) / SAMPLE_RATE_HZ
#: Vibrato and tremolo begin after 0.8 s and grow for 0.4 s.
SWING = np.clip((LONG_TIME - 0.8) / 0.4, 0, 1) * np.sin(2 * np.pi * 5.5 * (LONG_TIME - 0.8))


def lfo_names(preset: Preset) -> list[str]:
    """What the LFOs are called."""
    return [shape["name"] for shape in preset.extra["lfos"].values()]


def test_the_vibrato_of_a_long_note_comes_back(pool: RenderPool) -> None:
    """Catches a vibrato that the points of a shape are too few for, one that begins at once, and one out of phase."""
    hz = 220 * 2 ** (30 * SWING / 1200)
    target = np.asarray(moving(hz, (0.2, 0.1, 0.1)) * np.clip((8 - LONG_TIME) / 0.03, 0, 1), np.float32)[None]
    preset, audio = played(pool, target, LONG)
    assert "vibrato" in lfo_names(preset)
    found = 1200 * np.log2(harmonic_track(audio[0].astype(np.float64), 220.0).at(LONG_TIME) / hz)
    before, held = (slice(round(a * SAMPLE_RATE_HZ), round(b * SAMPLE_RATE_HZ)) for a, b in ((0.1, 0.7), (1.4, 7.8)))
    assert np.abs(found[before]).mean() < 2
    # the shape alone misses 11 cents
    assert np.abs(found[held]).mean() < 5


def test_the_tremolo_of_a_long_note_comes_back(pool: RenderPool) -> None:
    """Catches a tremolo that the points of a shape are too few for, and one at half its depth."""
    wave = 0.2 * (1 + 0.2 * SWING) * np.sin(2 * np.pi * 220 * LONG_TIME)
    target = np.asarray(wave * np.clip((8 - LONG_TIME) / 0.03, 0, 1), np.float32)[None]
    preset, audio = played(pool, target, LONG)
    assert "tremolo" in lfo_names(preset)
    # without it the error is 1.1 dB
    assert evaluate(target, audio, ("envelope_error",))["envelope_error"] < 0.8


def test_breath_goes_on_as_long_as_the_key_is_held(pool: RenderPool) -> None:
    """Catches noise that stops after the seconds that fit a file, and an onset's that comes again."""
    noise = np.random.default_rng(5).standard_normal(len(LONG_TIME)) * (0.002 + 0.05 * np.exp(-30 * LONG_TIME))
    target = np.asarray(0.1 * np.sin(2 * np.pi * 220 * LONG_TIME) + noise, np.float32)[None]
    target *= np.clip((8 - LONG_TIME) / 0.03, 0, 1)
    _, audio = played(pool, target, LONG)

    def noise_db(seconds: float, sound: F32) -> float:
        """Level of what is above 2 kHz in 0.5 s."""
        part = sound[0, round(seconds * SAMPLE_RATE_HZ) : round((seconds + 0.5) * SAMPLE_RATE_HZ)].astype(np.float64)
        spectrum = np.square(np.abs(np.fft.rfft(part * np.hanning(len(part)))))
        return float(10 * np.log10(spectrum[1000:].sum()))

    for seconds in (0.0, 3.0, 5.5, 7.0):
        assert noise_db(seconds, audio) == pytest.approx(noise_db(seconds, target), abs=3)
    longer = rendered(pool, drawn(target, LONG), Note(57, 100, 30.0, 30.0))
    held = [noise_db(seconds, longer) for seconds in np.arange(3.0, 29.0, 0.5)]
    assert np.ptp(held) < 6
