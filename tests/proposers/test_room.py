"""A target's reverb as that of Vital, through the real Vital."""

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.signal import fftconvolve

from synthmatch.analysis.level import fall_db_per_second
from synthmatch.analysis.reverb import Reverb
from synthmatch.arrays import F32, F64
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn.room import dried, reverb_settings
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.registry import get_synth

VITAL = get_synth("vital")
NOTE = Note(pitch=57, hold_seconds=1.5, render_seconds=4.0)
TIME = np.arange(NOTE.samples) / SAMPLE_RATE_HZ


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """Workers of Vital."""
    with RenderPool(VITAL, workers=2) as opened:
        yield opened


def organ(density: float, hold_s: float = 1.5, hz: float = 220.0) -> F32:
    """Eight harmonics in a room that has a tail of 2.5 s, other noise in each channel."""
    waves = [np.sin(2 * np.pi * hz * h * TIME + h) / h for h in range(1, 9)]
    dry = 0.1 * np.sum(waves, axis=0) * np.clip((hold_s + 0.06 - TIME) / 0.06, 0, 1)
    noise = np.random.default_rng(2).standard_normal((2, len(TIME)))
    response: F64 = noise * 10 ** (-3 * TIME / 2.5) * np.sqrt(density / SAMPLE_RATE_HZ)
    response[:, 0] += 1
    return np.asarray(fftconvolve(np.stack([dry, dry]), response, axes=1)[:, : len(TIME)], np.float32)


def rendered(pool: RenderPool, settings: dict[str, float], note: Note) -> F64:
    """A burst of 20 ms of Vital's noise."""
    burst = {"sample_on": 1.0, "env_1_attack": 0.0, "env_1_decay": 0.02**0.25, "env_1_sustain": 0.0, "osc_1_on": 0.0}
    (audio,) = pool.run([Preset("vital", VITAL.space.from_named(burst | settings))], note)
    assert isinstance(audio, np.ndarray)
    return audio.astype(np.float64)


@pytest.mark.parametrize(
    ("low_s", "high_s", "density"), [(0.6, 0.6, 2.0), (1.5, 1.0, 0.5), (3.0, 3.0, 0.2), (2.0, 3.0, 1.0)]
)
def test_knobs_make_the_reverb(pool: RenderPool, low_s: float, high_s: float, density: float) -> None:
    """Catches a decay of the knob's, not of the sound; shelves of the wrong band; wet and dry that are levels for powers."""
    knobs = reverb_settings(Reverb(np.array([low_s, high_s]), density, 0.0))
    dry = rendered(pool, {}, Note(60, 100, 0.5, 3.0))
    both = rendered(pool, knobs, Note(60, 100, 0.5, 3.0))
    spectrum = np.fft.rfft(both)
    bins = np.arange(spectrum.shape[1]) * SAMPLE_RATE_HZ / both.shape[1]
    for wanted_s, kept in ((low_s, bins < 1000), (high_s, (bins > 2500) & (bins < 8000))):
        band = np.fft.irfft(spectrum * kept, both.shape[1])
        fall = fall_db_per_second(np.sqrt(np.square(band).mean(axis=0)), 0.1, 0.1 + 0.6 * wanted_s)
        assert 60 / fall == pytest.approx(wanted_s, rel=0.25)
    low = [np.square(np.abs(np.fft.rfft(sound)[:, bins < 1000])).sum() for sound in (dry, both)]
    share = density * low_s / (6 * np.log(10))
    mix = knobs["reverb_dry_wet"] * np.pi / 2
    # direct and wet sound add up in power
    assert abs(10 * np.log10(low[1] / low[0] / np.square(np.cos(mix)) / (1 + share))) < 1.5


def test_a_tail_is_the_effects(pool: RenderPool) -> None:
    """Catches a tail that is drawn as before, one that is played twice, and one at another level."""
    target = organ(0.15)
    (preset,) = draw_vital(VITAL.space, target, NOTE)
    ((preset, audio),) = levelled(pool, NOTE, [preset], target)
    assert isinstance(audio, np.ndarray)
    assert evaluate(target, audio, ("envelope_error",))["envelope_error"] < 2.3
    knobs = VITAL.space.index
    assert preset.native[knobs["reverb_on"]] == 1
    off = preset.native.copy()
    off[knobs["reverb_on"]] = 0
    (without,) = pool.run([Preset("vital", off, "", preset.extra)], NOTE)
    assert isinstance(without, np.ndarray)
    after = slice(round(1.9 * SAMPLE_RATE_HZ), None)
    assert np.square(without[:, after]).sum() < 0.05 * np.square(audio[:, after]).sum()


def test_a_shorter_note_has_the_same_tail(pool: RenderPool) -> None:
    """Catches a tail that belongs to the recorded hold."""
    target, short = organ(0.15), organ(0.15, 0.3)
    ((preset, _),) = levelled(pool, NOTE, draw_vital(VITAL.space, target, NOTE), target)
    (audio,) = pool.run([preset], Note(57, 100, 0.3, 4.0))
    assert isinstance(audio, np.ndarray)
    assert evaluate(short, audio, ("envelope_error",))["envelope_error"] < 2.0


def test_a_dry_target_is_left_as_it_is() -> None:
    """Catches presets that change where there is no reverb."""
    target = organ(0.0)
    audio, settings = dried(target, NOTE)
    assert audio is target
    assert settings == {}


def test_a_room_that_is_louder_stays_in_the_table() -> None:
    """Catches partials that another room makes louder and softer."""
    assert dried(organ(0.15), NOTE).settings
    assert dried(organ(2.0), NOTE).settings == {}
