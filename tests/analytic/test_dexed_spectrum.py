"""The spectrum that is computed of a DX7 voice, and the frequencies of its operators, against what Dexed plays."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter1d

from synthmatch.analytic.model import analytic_of
from synthmatch.analytic.played import PlayedPresets
from synthmatch.audio import decibels, mono
from synthmatch.features.sketch import HOP, WINDOW, segment_means, sketch
from synthmatch.features.stft import FLOOR_DB, channel_power
from synthmatch.library.builtin import builtin_library
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.surrogate.inputs import MIDDLES_SECONDS, Inputs
from synthmatch.synths.dexed.synth import Dexed

Wide = npt.NDArray[np.float64]
DEXED = Dexed()
SPACE = DEXED.space
ENGINE = DEXED.engine()
INPUTS = Inputs(DEXED)
SILENT = {f"op{n}_output_level": 0 for n in range(1, 7)}
#: What Dexed's output is below full output of its operators, in dB.
OUTPUT_DB = -8.6


def played(native: Wide, note: Note) -> Wide:
    """The sketch of a render, in dB. Shape: (segments, bands)."""
    return sketch(ENGINE.render(DEXED.preset(native), note)).astype(np.float64)


def computed(native: Wide, note: Note) -> Wide:
    """What the formulas expect of the same."""
    found = INPUTS(SPACE.to_unit(native)[None], [note.pitch], [note.hold_seconds]).levels[0]
    return np.maximum(found.astype(np.float64) + OUTPUT_DB, -90.0)


@given(
    mode=st.integers(0, 1), coarse=st.integers(0, 31), fine=st.integers(0, 99), detune=st.integers(0, 14),
    pitch=st.integers(40, 80), level=st.sampled_from([0, 20, 50, 80, 99]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_an_operator_plays_the_frequency_that_is_computed(
    mode: int, coarse: int, fine: int, detune: int, pitch: int, level: int
) -> None:
    """Catches a wrong ratio, fixed frequency, step of detune or level of the pitch envelope."""
    values = {**SILENT, "algorithm": 31, "op1_output_level": 99, "op1_mode": mode, "op1_coarse": coarse}
    values |= {"op1_fine": fine, "op1_detune": detune} | {f"pitch_level_{s}": level for s in range(1, 5)}
    native = SPACE.from_named(values)
    note = Note(pitch=pitch, hold_seconds=1.0, render_seconds=1.0)
    bands = computed(native, note)
    audio = mono(ENGINE.render(DEXED.preset(native), note))[4410:36_864]
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    peak_hz = np.argmax(spectrum) * SAMPLE_RATE_HZ / len(audio)
    assume(peak_hz > 60)  # below it, a frame of the sketch holds no whole period
    # the loudest band is the one around the peak
    edges_hz = 700.0 * ((1 + SAMPLE_RATE_HZ / 2 / 700) ** (np.arange(66) / 65) - 1)
    loudest = int(bands[5].argmax())
    assert edges_hz[loudest] - 25 < peak_hz < edges_hz[loudest + 2] + 25


@pytest.mark.parametrize("algorithm", range(32))
def test_what_operators_do_to_each_other_is_what_dexed_plays(algorithm: int) -> None:
    """Catches a wrong modulator, depth or feedback of an algorithm: bands of six operators at work."""
    rng = np.random.default_rng(algorithm)
    values: dict[str, float] = {"algorithm": algorithm, "feedback": 5}
    for number in range(1, 7):
        values |= {f"op{number}_coarse": int(rng.integers(0, 6)), f"op{number}_output_level": int(rng.integers(60, 95))}
    native, note = SPACE.from_named(values), Note(pitch=48)
    ours, real = computed(native, note), played(native, note)
    # up to 30 dB below the loudest: there, what a shorter window spreads hides nothing
    loud = real > real.max(axis=1, keepdims=True) - 30
    loud[13:] = False
    assert np.median(np.abs(ours - real)[loud]) < 2.5


@pytest.mark.parametrize("feedback", [0, 3, 5, 6, 7])
@pytest.mark.parametrize("algorithm", [3, 4, 5, 31])
def test_feedback_is_what_dexed_plays(algorithm: int, feedback: int) -> None:
    """Catches a loop of operators that is not closed, and feedback of another strength than the algorithm has."""
    values = {**SILENT, "algorithm": algorithm, "feedback": feedback}
    values |= {"op6_output_level": 85, "op5_output_level": 85, "op4_output_level": 85}
    native, note = SPACE.from_named(values), Note(pitch=48)
    assert np.abs(computed(native, note) - played(native, note))[4:10].mean() < 3  # measured: 0.5 to 2.1 dB


def test_bins_stand_out_where_dexeds_do() -> None:
    """Catches partials in the wrong bins, and a frame of another length than a render's: by how much bins are louder than
    their neighbourhood, in voices of the library."""
    library = builtin_library("dexed")
    assert library
    rows = np.random.default_rng(2).choice(len(library), 24, replace=False)
    natives = SPACE.to_native(library.unit[rows])
    expected = analytic_of(DEXED).spectrum(
        PlayedPresets(natives, np.full(24, 60), np.full(24, Note().hold_seconds), MIDDLES_SECONDS)
    )
    assert expected is not None
    alike = []
    for native, ours in zip(natives, expected, strict=True):
        power = channel_power(ENGINE.render(DEXED.preset(native), Note()), WINDOW, HOP)
        real = decibels(segment_means(power), FLOOR_DB)
        fine = [(levels - uniform_filter1d(levels, 40, axis=1))[:, 20:520] for levels in (real, ours)]
        # a segment's mean power is of its beginning where a voice ends within it
        loud = np.flatnonzero(np.minimum(real, ours)[:, 20:520].max(axis=1) > -60)
        alike += [float(np.corrcoef(fine[0][moment], fine[1][moment])[0, 1]) for moment in loud]
    assert np.median(alike) > 0.8


def test_a_stage_that_has_nowhere_to_go_waits() -> None:
    """Catches a stage between equal levels that is taken for none, so that the note is over when it begins."""
    values = {**SILENT, "algorithm": 31, "op1_output_level": 99, "op1_level_1": 99, "op1_level_2": 99}
    values |= {"op1_level_3": 0, "op1_rate_1": 99, "op1_rate_2": 34, "op1_rate_3": 80}
    native, note = SPACE.from_named(values), Note(pitch=48)
    real, ours = played(native, note).max(axis=1), computed(native, note).max(axis=1)
    # a second, then down
    assert real[8] > -6
    assert real[-3] < -80
    assert np.abs(real - ours)[:9].max() < 0.9  # measured: 0.43 dB
    assert ours[-3] < -80


def test_the_librarys_voices_sound_as_is_computed() -> None:
    """Catches a formula that is right for plain voices and wrong for those that people made."""
    library = builtin_library("dexed")
    assert library
    rows = np.random.default_rng(1).choice(len(library), 40, replace=False)
    natives = SPACE.to_native(library.unit[rows])
    errors = [np.abs(computed(native, Note()) - played(native, Note())).mean() for native in natives]
    assert np.median(errors) < 4.5
