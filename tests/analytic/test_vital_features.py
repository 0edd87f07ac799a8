"""What is computed of Vital's parts, against what the real Vital does."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.analytic.model import analytic_of
from synthmatch.analytic.played import PlayedPresets
from synthmatch.analytic.vital.bands import BANDS, IN_OCTAVE, LOWEST_HZ
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

VITAL = get_synth("vital")
SPACE = VITAL.space
#: Curves: the amplifier, the levels of the three oscillators and the sample, pitches.
AMPLIFIER, LEVEL, PITCH = 0, 1, 5
SINE = {"osc_1_wavetable": SPACE["osc_1_wavetable"].choices.index("sine to saw"), "osc_1_wave_frame": 0}
FILTER_MODELS = SPACE["filter_1_model"].choices[:5]
HOLD_SECONDS = 1.0
SECONDS = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.05, 1.2])


POOLS: list[RenderPool] = []


@pytest.fixture(scope="module", autouse=True)
def _pool() -> Iterator[None]:
    """Vital plays in a process of its own: vita has the processor flush small numbers, which hypothesis refuses."""
    with RenderPool(VITAL, 1) as pool:
        POOLS.append(pool)
        yield
        POOLS.clear()


def play(values: dict[str, float], pitch: int = 60, render_seconds: float = 1.3) -> Floats:
    """Mean of both channels of a render."""
    note = Note(pitch=pitch, hold_seconds=HOLD_SECONDS, render_seconds=render_seconds)
    audio = POOLS[0].run([VITAL.preset(SPACE.from_named(values))], note)[0]
    assert not isinstance(audio, RenderFailure)
    return mono(audio).astype(np.float64)


def curves(values: dict[str, float], pitch: int = 60, seconds: Floats = SECONDS) -> Floats:
    """Curves of one preset. Shape: (curves, T)."""
    native = SPACE.from_named(values)[None]
    return (
        analytic_of(VITAL)
        .features(PlayedPresets(native, np.array([pitch]), np.array([HOLD_SECONDS]), seconds))
        .curves[0]
    )


def spectrum(values: dict[str, float], pitch: int = 60, seconds: Floats = SECONDS) -> Floats:
    """Levels in dB of one preset. Shape: (BANDS, T)."""
    native = SPACE.from_named(values)[None]
    return (
        analytic_of(VITAL)
        .features(PlayedPresets(native, np.array([pitch]), np.array([HOLD_SECONDS]), seconds))
        .levels[0]
    )


def decibels(curve: Floats) -> Floats:
    """What a curve of levels says, in dB."""
    return curve * 30 - 45


def levels_db(audio: Floats, seconds: Floats = SECONDS) -> Floats:
    """Level of 20 ms around each time."""
    middles = np.rint(seconds * SAMPLE_RATE_HZ).astype(int)
    return np.array([10 * np.log10(np.mean(np.square(audio[max(m - 441, 0) : m + 441])) + 1e-12) for m in middles])


def bands_db(audio: Floats, second: float) -> Floats:
    """Power of 93 ms around a time in quarter octaves. Shape: (BANDS,)."""
    middle, window = round(second * SAMPLE_RATE_HZ), np.hanning(4096)
    power = np.square(np.abs(np.fft.rfft(audio[middle - 2048 : middle + 2048] * window)))
    power *= 2 / (np.sum(np.square(window)) * len(window))
    edges = LOWEST_HZ * 2.0 ** ((np.arange(BANDS + 1) - 0.5) / IN_OCTAVE)
    places = np.searchsorted(np.fft.rfftfreq(4096, 1 / SAMPLE_RATE_HZ), edges)
    return 10 * np.log10(np.array([power[a:b].sum() for a, b in itertools.pairwise(places)]) + 1e-12)


def wide(bands: Floats) -> Floats:
    """Power of each band and its neighbours, in dB. Shape: (BANDS,)."""
    return 10 * np.log10(np.convolve(10 ** (bands / 10), np.ones(3), "same"))


def assert_follows(values: dict[str, float], curve: int, tolerance_db: float, jump: float = 0.0) -> None:
    """The level that is played is the one that is computed, but for a constant, wherever it is loud."""
    played, computed = levels_db(play(values)), decibels(curves(values)[curve])
    # a jump is seen early or late
    loud = (played > -55) & (computed > -55) & (jump != SECONDS)
    assert loud.sum() > 1
    assert np.ptp((played - computed)[loud]) < tolerance_db
    assert (computed[played < -70] < -55).all()


# tenths: vita flushes the smallest numbers to 0 in the thread that plays, which a strategy of floats refuses
@given(
    delay=st.sampled_from([0, 5]),
    attack=st.integers(2, 8),
    hold=st.sampled_from([0, 6]),
    decay=st.integers(5, 11),
    sustain=st.integers(2, 10),
    release=st.integers(5, 10),
    powers=st.tuples(st.integers(-60, 60), st.integers(-60, 60), st.integers(-60, 60)),
)
@settings(max_examples=8, deadline=None)
def test_the_amplifier_follows_its_envelope(
    delay: int, attack: int, hold: int, decay: int, sustain: int, release: int, powers: tuple[int, ...]
) -> None:
    """Catches a wrong stage, a time that is not quartic, and a power that bends the wrong way."""
    stages = {"delay": delay, "attack": attack, "hold": hold, "decay": decay, "sustain": sustain, "release": release}
    values = SINE | {f"env_1_{stage}": tenths / 10 for stage, tenths in stages.items()}
    values |= {f"env_1_{s}_power": p / 10 for s, p in zip(("attack", "decay", "release"), powers, strict=True)}
    # a steep slope is averaged over the 20 ms that are heard
    assert_follows(values, AMPLIFIER, 5.0)


@pytest.mark.parametrize("kind", SPACE["lfo_1_sync_type"].choices)
def test_an_lfo_moves_a_level(kind: str) -> None:
    """Catches a wrong phase, shape, direction or loop of an LFO, and of what a slot makes of it."""
    values = SINE | {
        "lfo_1_sync_type": SPACE["lfo_1_sync_type"].choices.index(kind),
        "lfo_1_shape": SPACE["lfo_1_shape"].choices.index("slow rise"),
        "lfo_1_sync": 0,
        "lfo_1_frequency": 0.0,
        "lfo_1_phase": 0.3,
        "lfo_1_delay_time": 0.1,
        "osc_1_level": 0.3,
        "modulation_1_source": 4,
        "modulation_1_destination": SPACE["modulation_1_destination"].choices.index("osc_1_level"),
        "modulation_1_amount": 0.6,
    }
    assert_follows(values, LEVEL, 4.0, jump=0.8)


@pytest.mark.parametrize(("bipolar", "power"), [(0, 4.0), (1, -3.0)])
def test_an_envelope_moves_a_level(bipolar: int, power: float) -> None:
    """Catches a slot whose power, polarity or amount is not applied as Vital does."""
    values = SINE | {
        "env_2_decay": 0.9,
        "env_2_sustain": 0.1,
        "osc_1_level": 0.5,
        "modulation_3_source": 2,
        "modulation_3_destination": SPACE["modulation_1_destination"].choices.index("osc_1_level"),
        "modulation_3_amount": 0.7,
        "modulation_3_bipolar": bipolar,
        "modulation_3_power": power,
    }
    assert_follows(values, LEVEL, 4.0)


def test_an_oscillators_pitch_is_what_is_played() -> None:
    """Catches a pitch that leaves out tuning, the voice's transposition, or what the note moves."""
    values = SINE | {
        "osc_1_transpose": 7,
        "osc_1_tune": 0.4,
        "voice_transpose": -5,
        "modulation_1_source": SPACE["modulation_1_source"].choices.index("note"),
        "modulation_1_destination": SPACE["modulation_1_destination"].choices.index("osc_1_transpose"),
        "modulation_1_amount": 0.2,
    }
    audio = play(values, pitch=52)[22_050 : 22_050 + 16_384]
    peak_hz = np.argmax(np.abs(np.fft.rfft(audio * np.hanning(len(audio))))) * SAMPLE_RATE_HZ / len(audio)
    computed = 52 + curves(values, pitch=52)[PITCH, 3] * 24
    assert 69 + 12 * np.log2(peak_hz / 440) == pytest.approx(computed, abs=0.15)


@pytest.mark.parametrize(("table", "frame"), [("sine to saw", 200), ("organ drawbars", 100), ("folded sine", 21)])
def test_the_spectrum_is_that_of_the_wavetables_frame(table: str, frame: float) -> None:
    """Catches a wrong frame, scale or pitch of a wavetable's harmonics."""
    values = {"osc_1_wavetable": SPACE["osc_1_wavetable"].choices.index(table), "osc_1_wave_frame": frame}
    played, computed = bands_db(play(values, 36), 0.5), spectrum(values, 36)[:, 3]
    played, computed = wide(played), wide(computed)
    # a partial between two bands counts in both, so the edge of a gap is another
    loud = (computed > computed.max() - 40) & (np.arange(BANDS) < BANDS - 3)
    # measured: at most 0.14 and 0.68 dB
    assert np.median(np.abs(played - computed)[loud]) < 0.3
    assert np.quantile(np.abs(played - computed)[loud], 0.8) < 1.4


@pytest.mark.parametrize(
    "change", [*(("distortion", k) for k in range(1, 7)), ("spectral_morph", 7), ("spectral_morph", 8)]
)
def test_a_bent_wave_has_the_spectrum_that_is_played(change: tuple[str, int]) -> None:
    """Catches a distortion that reads the wave at other phases, and a morph that cuts elsewhere."""
    kind, number = change
    table = SPACE["osc_1_wavetable"].choices.index("saw to square")
    values = {
        "osc_1_wavetable": table,
        "osc_1_wave_frame": 128,
        f"osc_1_{kind}_type": number,
        f"osc_1_{kind}_amount": 0.35,
    }
    played, computed = wide(bands_db(play(values, 36), 0.5)), wide(spectrum(values, 36)[:, 3])
    loud = (computed > computed.max() - 30) & (np.arange(BANDS) < BANDS - 3)
    assert np.median(np.abs(played - computed)[loud]) < 2


@pytest.mark.parametrize("style", [0, 1])
@pytest.mark.parametrize("model", FILTER_MODELS)
def test_a_filter_leaves_what_it_lets_through(model: str, style: int) -> None:
    """Catches a wrong cutoff, slope or resonance of a model, and a route past the filter."""
    values = {
        "filter_1_on": 1,
        "filter_1_model": FILTER_MODELS.index(model),
        "filter_1_style": style,
        "filter_1_cutoff": 62,
        "filter_1_resonance": 0.3,
        "filter_1_keytrack": 0.5,
        "osc_1_level": 0.35,
        "modulation_1_source": 2,
        "modulation_1_destination": SPACE["modulation_1_destination"].choices.index("filter_1_cutoff"),
        "modulation_1_amount": 0.1,
        "env_2_sustain": 1.0,
        "volume": 7399,
    }
    played, computed = bands_db(play(values, 36), 0.5), spectrum(values, 36)[:, 3]
    loud = (played > -80) & (computed > -80) & (np.arange(BANDS) > 10)
    assert loud.sum() > 6
    assert np.median(np.abs(played - computed)[loud]) < 4
    # what is cut off is cut off in both
    assert (computed[-8:] < computed[12] - 25).all()


@pytest.mark.parametrize("off", [{"osc_1_on": 0}, {"osc_1_level": 0}, {"voice_amplitude": 0}])
def test_what_is_silent_has_no_spectrum(off: dict[str, float]) -> None:
    """Catches a source that is counted though it is off, at level 0 or behind a closed amplifier."""
    # a level that is not where Vital starts glides there
    later = SECONDS > 0.3
    assert levels_db(play(off))[later].max() < -85
    assert spectrum(off)[:, later].max() <= -89.9


def test_the_reverb_sounds_on() -> None:
    """Catches a tail that decays at another rate than the reverb's, or none."""
    values = {"reverb_on": 1, "reverb_dry_wet": 0.6, "reverb_decay_time": 1.5, "env_1_release": 0.2}
    seconds = np.array([0.8, 1.1, 1.4, 1.7, 2.0])
    played = levels_db(play(values, 48, render_seconds=2.2), seconds)
    computed = 10 * np.log10(np.sum(10 ** (spectrum(values, 48, seconds) / 10), axis=0))
    assert np.abs(played - computed).max() < 10
    assert np.ptp((played - computed)[[0, 2, 3, 4]]) < 6
