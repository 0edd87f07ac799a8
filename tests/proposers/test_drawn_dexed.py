"""DX7 voices drawn from the target, through the real Dexed."""

from collections.abc import Iterator

import numpy as np
import pytest

from synthmatch.analytic.dexed.envelopes import FULL, Stages, envelope_octaves
from synthmatch.arrays import F32, F64
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn.dexed.drawer import draw_dexed
from synthmatch.proposers.drawn.dexed.envelope import EnvelopeFitter
from synthmatch.proposers.drawn.dexed.frequency import Tuner, Tuning
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.registry import get_synth

DEXED = get_synth("dexed")
NOTE = Note(pitch=60, hold_seconds=0.8, render_seconds=1.2)
TIME = np.arange(NOTE.samples) / SAMPLE_RATE_HZ
C4_HZ = 440 * 2 ** (-9 / 12)
#: Ratio, amplitude, decay a second.
BELL = ((1.0, 0.3, 2.0), (2.756, 0.2, 3.0), (5.404, 0.1, 6.0), (8.933, 0.05, 9.0))


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """A worker of Dexed."""
    with RenderPool(DEXED, workers=1) as opened:
        yield opened


def as_audio(sound: F64) -> F32:
    """One channel."""
    return np.asarray(sound, np.float32)[None]


def drawn(target: F32, note: Note = NOTE) -> list[Preset]:
    """The presets that are proposed."""
    return draw_dexed(DEXED.space, target, note)


def scores(pool: RenderPool, target: F32, metric: str) -> list[float]:
    """Of each drawn preset at the target's level."""
    found = levelled(pool, NOTE, drawn(target), target)
    return [evaluate(target, audio, (metric,))[metric] for _, audio in found if isinstance(audio, np.ndarray)]


def bell() -> F32:
    """A struck bar's partials."""
    return as_audio(np.sum([a * np.exp(-d * TIME) * np.sin(2 * np.pi * C4_HZ * r * TIME) for r, a, d in BELL], axis=0))


def test_a_bell_comes_back(pool: RenderPool) -> None:
    """Catches a ratio, a level or a decay that is another partial's: the library's nearest preset is at 6.4 dB."""
    assert scores(pool, bell(), "mss")[0] < 3.5


def test_a_bright_tone_needs_pairs(pool: RenderPool) -> None:
    """Catches a modulator that is silent, or at another ratio or depth: six sines are 15.0 dB from 24 harmonics."""
    bright = np.sum([0.2 / h * np.sin(2 * np.pi * C4_HZ * h * TIME + h * h) for h in range(1, 25)], axis=0)
    six, *pairs = scores(pool, as_audio(np.exp(-TIME) * bright), "mss")
    assert min(pairs) < 5.0
    assert min(pairs) < six - 6.0


def test_noise_is_drawn_by_feedback(pool: RenderPool) -> None:
    """Catches feedback at an operator that has none: without it the noise under a bell is not played, at 0.48."""
    hissing = bell() + as_audio(0.05 * np.random.default_rng(3).standard_normal(len(TIME)) * np.exp(-4 * TIME))
    six, *pairs = scores(pool, hissing, "loudness_distance")
    assert six > 0.4
    assert min(pairs) < 0.25
    assert all(DEXED.space.named(preset.native)["feedback"] == 7 for preset in drawn(hissing)[1:])


def test_the_same_target_gives_the_same_presets() -> None:
    """Catches random numbers, and a level that changes what is found."""
    first, second, louder = drawn(bell()), drawn(bell()), drawn(2 * bell())
    assert [preset.key() for preset in first] == [preset.key() for preset in second]
    assert first[0].key() == louder[0].key()


#: What is no note of an instrument, as it begins.
MADE = {
    "sine": 0.5 * np.sin(2 * np.pi * 220 * TIME),
    "constant": np.full(len(TIME), 0.5),
    "clipped": np.sign(np.sin(2 * np.pi * 220 * TIME)),
    "noise": 0.1 * np.random.default_rng(1).standard_normal(len(TIME)),
}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("samples", [1323, 22_050])
@pytest.mark.parametrize("decay", [0.0, 4.0])
def test_what_falls_and_has_partials_is_drawn(pool: RenderPool, kind: str, samples: int, decay: float) -> None:
    """Catches voices of a sound that is held, of noise or of 30 ms, an error for a sound without partials, and a silent voice."""
    seconds = samples / SAMPLE_RATE_HZ
    note = Note(57, 100, seconds, seconds)
    presets = drawn(as_audio((MADE[kind] * np.exp(-decay * TIME))[:samples]), note)
    assert len(presets) == (4 if kind in ("sine", "clipped") and decay and samples > 1323 else 0)
    for audio in pool.run(presets, note):
        assert isinstance(audio, np.ndarray)
        assert np.isfinite(audio).all()
        assert np.abs(audio).max() > 0.01


def test_a_short_note_that_rings_on_is_drawn() -> None:
    """Catches a fall that is measured only while the key is held."""
    assert len(drawn(bell(), Note(60, 100, 0.05, NOTE.render_seconds))) == 4


def test_silence_is_not_drawn() -> None:
    """Catches a division by nothing."""
    assert drawn(np.zeros((1, 4410), np.float32)) == []
    assert drawn(np.full((1, 1), 0.5, np.float32), Note(57, 100, 0.01, 1 / SAMPLE_RATE_HZ)) == []


@pytest.mark.parametrize(
    ("rates", "levels"),
    [((99, 50, 35, 60), (99, 80, 0, 0)), ((60, 40, 20, 50), (99, 92, 92, 0)), ((99, 70, 30, 45), (99, 60, 50, 0))],
)
def test_an_envelope_is_found_again(rates: tuple[int, ...], levels: tuple[int, ...]) -> None:
    """Catches a stage that is fitted with another one's rate, and an envelope of a law that is not the synthesizer's."""
    seconds = 1.2 * np.linspace(0, 1, 64) ** 2

    def played(rates: tuple[int, ...], levels: tuple[int, ...]) -> F64:
        whole, none = np.full((1, 1), 127 * 32), np.zeros((1, 1), np.int64)
        stages = Stages(np.array([[rates]]), np.array([[levels]]), whole, none)
        return np.asarray(2 ** (envelope_octaves(stages, np.array([0.8]), seconds)[0, 0] - FULL - 1))

    track = 0.1 * played(rates, levels)
    found = EnvelopeFitter(seconds, 0.8).fitted(track)
    again = 10 ** (found.level_db / 20) * played(tuple(found.rates.tolist()), tuple(found.levels.tolist()))
    heard = track > 0.01 * track.max()
    assert np.abs(20 * np.log10(again[heard] / track[heard])).mean() < 1.5


def test_harmonics_share_a_detune() -> None:
    """Catches a modulator that drifts against its carrier, whose line at 0 Hz is heard then."""
    tuner = Tuner(C4_HZ, C4_HZ * 2 ** (3 / 1200))
    own = tuner(C4_HZ * 2 ** (3 / 1200)).detune
    assert own > 7
    for harmonic in range(1, 32):
        assert tuner(harmonic * C4_HZ * 2 ** (5 / 1200)) == Tuning(0, harmonic, 0, own)


def test_frequencies_are_reached() -> None:
    """Catches a ratio of the wrong coarse value, and a frequency below all ratios that is a ratio all the same."""
    tuner = Tuner(C4_HZ, C4_HZ)
    for hz in np.geomspace(0.51 * C4_HZ, 60 * C4_HZ, 97).tolist():
        mode, coarse, fine, detune = tuner(hz)
        assert mode == 0
        ratio = (coarse or 0.5) * (1 + fine / 100) * 2 ** ((detune - 7) * 1.2 / 1200)
        # what is within 12 cents of a harmonic is moved there
        assert abs(1200 * np.log2(ratio * C4_HZ / hz)) < 13
    mode, coarse, fine, _ = tuner(50.0)
    assert mode == 1
    assert 10 ** ((coarse & 3) + fine / 100) == pytest.approx(50.0, rel=0.012)
