"""What is computed of a synthesizer's parts, against what the real one does."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synthmatch.analytic.model import analytic_of
from synthmatch.analytic.played import PlayedPresets
from synthmatch.audio import mono
from synthmatch.library.builtin import builtin_library
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.synths.registry import get_synth

DEXED = get_synth("dexed")
ENGINE = DEXED.engine()
#: What a full level of one operator reads as, and an octave of level, in dB.
OCTAVE_DB = 20 * np.log10(2)


def level_db(audio: np.ndarray[tuple[int, ...], np.dtype[np.float32]], seconds: float) -> float:
    """Level of 20 ms around a time."""
    middle = round(seconds * SAMPLE_RATE_HZ)
    part = mono(audio)[max(middle - 441, 0) : middle + 441]
    return float(10 * np.log10(np.mean(np.square(part, dtype=np.float64)) + 1e-12))


rates, levels = st.integers(20, 75), st.integers(30, 99)


@given(
    rates=st.tuples(rates, rates, rates, rates),
    levels=st.tuples(levels, levels, levels),
    output_level=st.integers(60, 99),
    pitch=st.integers(36, 84),
    depth=st.integers(0, 60),
    curve=st.integers(0, 3),
    scaling=st.integers(0, 7),
)
@settings(max_examples=30, deadline=None)
def test_an_operators_level_is_what_dexed_plays(
    rates: tuple[int, ...], levels: tuple[int, ...], output_level: int, pitch: int, depth: int, curve: int, scaling: int
) -> None:
    """Catches a wrong stage, slope, table or keyboard scaling: a sine by itself has the level that is computed."""
    values = {f"op1_rate_{stage}": rate for stage, rate in enumerate(rates, 1)}
    values |= {f"op1_level_{stage}": level for stage, level in enumerate((*levels, 0), 1)}
    values |= {"op1_output_level": output_level, "algorithm": 31, "op1_rate_scaling": scaling}
    values |= {"op1_right_depth": depth, "op1_left_depth": depth, "op1_right_curve": curve, "op1_left_curve": curve}
    values |= {f"op{other}_output_level": 0 for other in range(2, 7)}
    native = DEXED.space.from_named(values)
    note = Note(pitch=pitch, hold_seconds=1.0, render_seconds=2.0)
    audio = ENGINE.render(DEXED.preset(native), note)
    seconds = np.array([0.1, 0.2, 0.5, 0.9, 1.1, 1.5])
    heard = seconds[:, None] + np.linspace(-0.01, 0.01, 21)  # a steep slope is averaged over the 20 ms that are heard
    found = analytic_of(DEXED).features(PlayedPresets(native[None], np.array([pitch]), np.array([1.0]), heard.ravel()))
    power = 10 ** (found.curves[0, 5] * 4 * OCTAVE_DB / 10)
    computed = 10 * np.log10(power.reshape(heard.shape).mean(axis=1))
    played = np.array([level_db(audio, second) for second in seconds])
    full = played - computed
    loud = played > -65
    assume(loud.sum() > 1)  # one moment alone differs from none
    assert np.ptp(full[loud]) < 4  # measured: 0.25 dB, and 1.3 dB in one of a hundred voices


@pytest.mark.parametrize("algorithm", range(32))
def test_the_operators_that_are_heard_are_the_carriers(algorithm: int) -> None:
    """Catches a wrong line of the table of algorithms: with the carriers down, nothing sounds; with one up, it does."""
    native = DEXED.space.from_named({"algorithm": algorithm, **{f"op{n}_output_level": 90 for n in range(1, 7)}})
    note = Note(hold_seconds=0.3, render_seconds=0.3)
    found = analytic_of(DEXED).features(PlayedPresets(native[None], np.array([60]), np.array([0.3]), np.array([0.2])))
    heard = found.values[0, 48:54]
    for place, number in enumerate(range(6, 0, -1)):
        others = {f"op{n}_output_level": 0 for n in range(1, 7) if n != number}
        alone = DEXED.space.from_named(others, native)
        sounds = level_db(ENGINE.render(DEXED.preset(alone), note), 0.2) > -60
        assert sounds == bool(heard[place]), f"operator {number}"


@pytest.mark.parametrize("synth", ["vital", "dexed", "amsynth"])
def test_workings_are_finite_for_any_preset_and_note(synth: str) -> None:
    """Catches a logarithm of nothing, and curves that depend on what else is computed beside."""
    instrument, library = get_synth(synth), builtin_library(synth)
    assert library
    space = instrument.space
    rng = np.random.default_rng(0)
    native = space.to_native(np.concatenate([library.unit[:50], rng.random((50, len(space)))]))
    pitch, hold = rng.integers(0, 128, 100), rng.uniform(0.01, 10, 100)
    seconds = np.linspace(0, 4, 9)
    found = analytic_of(instrument).features(PlayedPresets(native, pitch, hold, seconds))
    for part in (found.curves, found.values):
        assert np.isfinite(part).all()
        assert np.abs(part).max(initial=0) < 6
    assert found.levels.min() >= -90
    assert found.levels.max() < 30  # measured: 13 dB
    alone = analytic_of(instrument).features(PlayedPresets(native[7:8], pitch[7:8], hold[7:8], seconds))
    assert np.allclose(alone.curves[0], found.curves[7])
    assert np.allclose(alone.values[0], found.values[7])
    assert np.allclose(alone.levels[0], found.levels[7], atol=0.01)


def test_spectra_are_finite_for_any_preset_and_note() -> None:
    """Catches the same in spectra, which of these three synthesizers only Dexed's formulas give."""
    library = builtin_library("dexed")
    assert library
    rng = np.random.default_rng(0)
    native = DEXED.space.to_native(np.concatenate([library.unit[:50], rng.random((50, len(DEXED.space)))]))
    pitch, hold, seconds = rng.integers(0, 128, 100), rng.uniform(0.01, 10, 100), np.linspace(0, 4, 9)
    spectra = analytic_of(DEXED).spectrum(PlayedPresets(native, pitch, hold, seconds))
    assert spectra is not None
    assert spectra.shape == (100, 9, 1025)
    assert np.isfinite(spectra).all()
    one = analytic_of(DEXED).spectrum(PlayedPresets(native[7:8], pitch[7:8], hold[7:8], seconds))
    assert one is not None
    assert np.allclose(one, spectra[7:8], atol=0.1)
