"""What is computed of amsynth's parts, against what the real one does."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from synthmatch.analytic.features import PartFeatures
from synthmatch.analytic.model import analytic_of
from synthmatch.analytic.played import PlayedPresets
from synthmatch.audio import Audio, mono
from synthmatch.features.sketch import sketch
from synthmatch.library.builtin import builtin_library
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.surrogate.inputs import Inputs
from synthmatch.synths.amsynth.synth import Amsynth

SYNTH = Amsynth()
Wide = npt.NDArray[np.float64]
#: Curves.
LEVEL, LIMITER, CUTOFF, ABSOLUTE_CUTOFF, ENVELOPE, LFO, BEND_1, BEND_2 = range(8)
#: One sine, no filter, below the limiter.
SINE = {"osc1_waveform": 0, "osc2_waveform": 0, "osc_mix": -1, "filter_type": 4, "master_vol": 0.4}
SAW = SINE | {"osc1_waveform": 2, "osc2_waveform": 2}
BOTH = SAW | {"osc_mix": 0}


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """One worker; each render is a fork of it."""
    with RenderPool(SYNTH, workers=1) as pool:
        yield pool


def played(pool: RenderPool, rows: Sequence[Mapping[str, float]], note: Note) -> tuple[Wide, list[Audio]]:
    """Native values of presets and their audio."""
    native = np.stack([SYNTH.space.from_named(dict(row)) for row in rows])
    results = pool.run([SYNTH.preset(row) for row in native], note)
    audio = [result for result in results if not isinstance(result, RenderFailure)]
    assert len(audio) == len(rows)
    return native, audio


def workings(native: Wide, note: Note, seconds: Wide) -> PartFeatures:
    """Of presets that are played alike."""
    count = len(native)
    return analytic_of(SYNTH).features(
        PlayedPresets(native, np.full(count, note.pitch), np.full(count, note.hold_seconds), seconds)
    )


def curves(native: Wide, note: Note, seconds: Wide) -> Wide:
    """The curves of presets. Shape: (N, curves, T)."""
    return workings(native, note, seconds).curves


def expected_sketches(native: Wide, note: Note) -> Wide:
    """Sketches as they are computed, in dB. Shape: (N, SEGMENTS, BANDS)."""
    count = len(native)
    found = Inputs(SYNTH)(SYNTH.space.to_unit(native), np.full(count, note.pitch), np.full(count, note.hold_seconds))
    return found.levels.astype(np.float64)


def level_db(audio: Audio, seconds: Wide) -> Wide:
    """Levels of 20 ms around times."""
    middles = np.rint(seconds * SAMPLE_RATE_HZ).astype(int)
    parts = [mono(audio)[max(m - 441, 0) : m + 441].astype(np.float64) for m in middles]
    return np.array([10 * np.log10(np.mean(np.square(part)) + 1e-12) for part in parts])


def test_levels_are_what_amsynth_plays(pool: RenderPool) -> None:
    """Catches a wrong law of a duration, a curve for a straight line, and a decay of nothing taken for a fast one."""
    rng = np.random.default_rng(0)
    names = ("amp_attack", "amp_decay", "amp_release")
    rows = [
        {**SINE, **{n: rng.uniform(0.2, 1.2) for n in names}, "amp_sustain": rng.uniform(0.1, 1)} for _ in range(16)
    ]
    rows += [{**SINE, "amp_attack": 0.6, "amp_decay": 0.0, "amp_sustain": 0.3}]
    note, seconds = Note(hold_seconds=1.0, render_seconds=2.0), np.linspace(0.05, 1.9, 24)
    native, audio = played(pool, rows, note)
    computed = curves(native, note, seconds)[:, LEVEL] * 20 - 30
    heard = np.stack([level_db(sound, seconds) for sound in audio])
    # a sine has half the power of its amplitude squared, and amsynth without reverb plays at twice the volume
    difference = heard - (computed - 10 * np.log10(2) + 20 * np.log10(2))
    # a release of 8 ms is over within the 20 ms that are heard
    assert np.mean(np.abs(difference[heard > -55]) < 1.0) > 0.98
    assert (computed[heard < -100] <= -80).all()


@pytest.mark.parametrize("waveform", [0, 1, 2, 4, 5, 6])
def test_the_lfo_is_where_amsynth_has_it(pool: RenderPool, waveform: int) -> None:
    """Catches a wrong shape, rate, phase at the onset, or order of random values: the tremolo rises and falls with it."""
    rows = [{**SINE, "lfo_waveform": waveform, "lfo_freq": speed, "amp_mod_amount": 0.6} for speed in (0.7, 1.1, 1.7)]
    note, seconds = Note(hold_seconds=2.0, render_seconds=2.0), np.linspace(0.05, 1.9, 40)
    native, audio = played(pool, rows, note)
    depth, found = 0.8, curves(native, note, seconds)[:, LFO]
    computed = 20 * np.log10(1 - depth * (1 - found) / 2)
    heard = np.stack([level_db(sound, seconds) for sound in audio])
    difference = heard - computed
    difference -= np.median(difference, axis=1, keepdims=True)
    # steps are averaged over the 20 ms that are heard
    assert np.mean(np.abs(difference) < 1.0) > 0.85


def test_the_second_oscillator_is_where_its_ratio_says(pool: RenderPool) -> None:
    """Catches a wrong law of detune, octave or semitones."""
    rng = np.random.default_rng(1)
    rows: list[dict[str, float]] = []
    for _ in range(12):
        tuning = {
            "osc2_detune": rng.uniform(-1, 1),
            "osc2_pitch": float(rng.integers(-12, 13)),
            "osc2_range": float(rng.integers(-1, 4)),
        }
        rows.append({**SINE, **tuning, "osc_mix": 1})
    note = Note(hold_seconds=1.0, render_seconds=1.0)
    native, audio = played(pool, rows, note)
    values = (
        analytic_of(SYNTH).features(PlayedPresets(native, np.full(12, 60), np.full(12, 1.0), np.array([0.5]))).values
    )
    for row, sound in enumerate(audio):
        part = mono(sound)[4096:36864]
        peak = np.argmax(np.abs(np.fft.rfft(part * np.hanning(len(part))))) * SAMPLE_RATE_HZ / len(part)
        assert abs(np.log2(peak / 261.626) - 2 * values[row, 0]) < 0.01


def test_pitch_moves_as_amsynths(pool: RenderPool) -> None:
    """Catches a glide that starts elsewhere or is no straight line, a glide in poly mode, and a vibrato of another depth."""
    glide, vibrato = {"keyboard_mode": 1, "portamento_time": 0.8}, {"freq_mod_amount": 0.8, "lfo_freq": 0.6}
    rows = [SINE | glide, SINE | glide | {"keyboard_mode": 0}, SINE | glide | {"portamento_mode": 1}, SINE | vibrato]
    note, seconds = Note(pitch=81, hold_seconds=2.0, render_seconds=2.0), np.linspace(0.1, 1.8, 18)
    native, audio = played(pool, rows, note)
    computed = 880.0 * 2.0 ** (2.0 * curves(native, note, seconds)[:, BEND_1])
    for row, sound in enumerate(audio):
        for place, second in enumerate(seconds):
            part = mono(sound)[round((second - 0.03) * SAMPLE_RATE_HZ) : round((second + 0.03) * SAMPLE_RATE_HZ)]
            crossings = np.flatnonzero(np.diff(np.signbit(part)))
            heard = (len(crossings) - 1) / 2 / ((crossings[-1] - crossings[0]) / SAMPLE_RATE_HZ)
            assert abs(heard / computed[row, place] - 1) < 0.02  # measured: at most 0.0103


FILTERS: list[Mapping[str, float]] = [
    *({"filter_type": kind, "filter_slope": slope, "filter_cutoff": 0.6} for kind in range(5) for slope in (0, 1)),
    {"filter_type": 0, "filter_cutoff": 0.3, "filter_resonance": 0.8},
    {"filter_type": 0, "filter_cutoff": 0.2, "filter_env_amount": 8, "filter_attack": 0.8, "filter_sustain": 0.2},
    {"filter_type": 0, "filter_cutoff": 1.0, "filter_env_amount": -12, "filter_decay": 1.0, "filter_sustain": 0.3},
    {"filter_type": 1, "filter_cutoff": 0.3, "filter_kbd_track": 0.0, "filter_vel_sens": 0.0},
    {"filter_type": 2, "filter_cutoff": 0.5, "filter_mod_amount": 0.5, "lfo_freq": 0.8},
]


def test_the_filter_shapes_the_spectrum_as_amsynths(pool: RenderPool) -> None:
    """Catches a wrong type, slope, resonance, key tracking, envelope or LFO of the cutoff: bands of a saw."""
    note = Note(pitch=45)
    native, audio = played(pool, [SAW | dict(row) for row in FILTERS], note)
    for row, computed, sound in zip(FILTERS, expected_sketches(native, note), audio, strict=True):
        measured = sketch(sound)
        loud = measured > -55
        # the first segments hold the onset's click
        assert np.abs(computed - measured)[2:12][loud[2:12]].mean() < 1.5, row


#: name, parameters, and the error in dB that is allowed: up to twice what is measured
SPECTRA: list[tuple[str, Mapping[str, float], float]] = [
    ("pulse", SINE | {"osc1_waveform": 1, "osc1_pulsewidth": 0.5}, 1.2),
    ("square", SINE | {"osc1_waveform": 1, "osc1_pulsewidth": 0.0}, 1.2),
    ("triangle", SAW | {"osc1_pulsewidth": 0.0}, 0.6),
    ("beats", BOTH | {"osc2_detune": 0.01}, 1.5),
    ("beats an octave up", BOTH | {"osc2_detune": 0.02, "osc2_range": 1, "osc1_waveform": 1}, 1.5),
    ("in unison", BOTH, 0.6),
    ("a fifth", BOTH | {"osc2_pitch": 7}, 1.5),
    ("sync", SAW | {"osc_mix": 1, "osc2_sync": 1, "osc2_pitch": 7, "osc2_detune": 0.2}, 2.0),
    ("a pulse syncs nothing", BOTH | {"osc1_waveform": 1, "osc2_sync": 1, "osc2_pitch": 7}, 1.5),
    ("ring modulation", BOTH | {"osc_mix_mode": 1, "osc2_pitch": 5, "osc1_waveform": 0}, 0.8),
    ("noise", SINE | {"osc1_waveform": 3}, 1.5),
    ("held noise", SINE | {"osc1_waveform": 4}, 3.0),
    ("slow vibrato", SAW | {"freq_mod_amount": 0.8, "lfo_freq": 0.6}, 2.0),
    ("distorted sine", SINE | {"distortion_crunch": 0.5}, 3.0),
    ("limited", SAW | {"master_vol": 1.0}, 1.2),
    ("reverb", SAW | {"reverb_wet": 0.6, "reverb_roomsize": 0.5, "reverb_damp": 0.5}, 2.0),
]


def test_spectra_are_what_amsynth_plays(pool: RenderPool) -> None:
    """Catches wrong harmonics, phases that cancel, a wrong product, level or tail: bands of each part by itself."""
    note = Note(hold_seconds=2.0)
    native, audio = played(pool, [row for _, row, _ in SPECTRA], note)
    for (name, _, most_db), computed, sound in zip(SPECTRA, expected_sketches(native, note), audio, strict=True):
        measured = sketch(sound)
        loud = measured > -60
        assert loud[2:12].sum() > 50, name
        assert np.abs(computed - measured)[2:12][loud[2:12]].mean() < most_db, name


def test_presets_of_people_sound_as_computed(pool: RenderPool) -> None:
    """Catches parts that are right alone and wrong together: the mean sketch is off by 13 dB, this by 3.2."""
    library = builtin_library("amsynth")
    assert library
    native = SYNTH.space.to_native(library.unit[:: len(library.unit) // 40][:40])
    note = Note()
    _, audio = played(pool, [SYNTH.space.named(row) for row in native], note)
    measured = np.stack([sketch(sound) for sound in audio])
    assert np.abs(expected_sketches(native, note) - measured).mean() < 4.0


def test_what_is_not_heard_changes_nothing() -> None:
    """Catches a silent oscillator, an unused LFO or a finished note that is in the spectrum."""
    seconds, note = np.array([0.1, 0.5, 1.5]), Note(hold_seconds=1.0)
    unheard = [{}, {"osc2_waveform": 1, "osc2_pitch": 7}, {"osc2_waveform": 3}, {"lfo_freq": 3, "lfo_waveform": 1}]
    native = np.stack([SYNTH.space.from_named(SAW | row) for row in unheard])
    bands = workings(native, note, seconds).levels
    assert np.allclose(bands, bands[:1], atol=1e-3)
    assert (bands[:, :, 2] == -90).all()
    silent = np.stack([SYNTH.space.from_named(SAW | {"master_vol": 0})])
    assert (workings(silent, note, seconds).levels == -90).all()
