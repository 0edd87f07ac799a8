"""amsynth presets drawn from the target, through the real amsynth."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from synthmatch.arrays import F32
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn.amsynth.drawer import draw_amsynth
from synthmatch.proposers.drawn.amsynth.lines import Lines
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.amsynth.waveforms import NOISE, PULSE, SAW, SINE
from synthmatch.synths.registry import get_synth

AMSYNTH = get_synth("amsynth")
SPACE = AMSYNTH.space
NOTE = Note(pitch=57, hold_seconds=0.8, render_seconds=1.2)
TIME = np.arange(NOTE.samples) / SAMPLE_RATE_HZ
PLUCK = {
    "amp_decay": 0.8,
    "amp_sustain": 0.2,
    "amp_release": 0.5,
    "filter_cutoff": 0.6,
    "filter_slope": 1,
    "osc_mix": -1,
}
#: Sounds by name, as settings of amsynth.
MADE = {
    "saw": PLUCK | {"osc1_waveform": SAW},
    "opening": PLUCK
    | {"osc1_waveform": SAW, "filter_cutoff": 0.1, "filter_env_amount": 12, "filter_decay": 0.7, "filter_sustain": 0},
    "hiss": PLUCK | {"osc1_waveform": NOISE, "amp_sustain": 0},
    "two": PLUCK | {"osc1_waveform": SINE, "osc2_waveform": PULSE, "osc2_range": 1, "osc_mix": 0},
    "room": PLUCK
    | {"osc1_waveform": SAW, "amp_decay": 0.5, "amp_sustain": 0, "reverb_wet": 0.5, "reverb_roomsize": 0.8},
}


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """A worker of amsynth."""
    with RenderPool(AMSYNTH, workers=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def sounds(pool: RenderPool) -> dict[str, F32]:
    """Renders of `MADE`."""
    presets = [Preset("amsynth", SPACE.from_named(settings)) for settings in MADE.values()]
    return {name: np.asarray(audio) for name, audio in zip(MADE, pool.run(presets, NOTE), strict=True)}


def drawn(target: F32, note: Note = NOTE) -> list[Preset]:
    """The presets that are proposed."""
    return draw_amsynth(SPACE, target, note)


@pytest.fixture(scope="module")
def found(sounds: dict[str, F32]) -> dict[str, list[Preset]]:
    """What is drawn of each."""
    return {name: drawn(sound) for name, sound in sounds.items()}


@pytest.mark.parametrize(("name", "most"), [("saw", 0.8), ("opening", 1.7), ("hiss", 0.8), ("two", 1.8), ("room", 3.8)])
def test_a_sound_of_amsynth_comes_back(
    pool: RenderPool, sounds: dict[str, F32], found: dict[str, list[Preset]], name: str, most: float
) -> None:
    """Catches a formula that is not the engine's, or a knob in the wrong unit: the library's nearest are at 2.6 to 6.7 dB."""
    ((_, audio),) = levelled(pool, NOTE, found[name][:1], sounds[name])
    assert isinstance(audio, np.ndarray)
    assert evaluate(sounds[name], audio, ("mss",))["mss"] < most


def test_knobs_are_those_of_the_sound(found: dict[str, list[Preset]]) -> None:
    """Catches an envelope or a cutoff that makes up for another knob's error."""
    saw, opening, hiss, two, room = (SPACE.named(found[name][0].native) for name in MADE)
    assert saw["amp_decay"] == pytest.approx(0.8, abs=0.05)
    assert saw["amp_sustain"] == pytest.approx(0.2, abs=0.05)
    assert saw["filter_cutoff"] == pytest.approx(0.6, abs=0.1)
    assert opening["filter_env_amount"] == pytest.approx(12, abs=2)
    assert opening["filter_decay"] == pytest.approx(0.7, abs=0.1)
    assert (hiss["osc1_waveform"], hiss["osc_mix"], hiss["amp_sustain"]) == (NOISE, -1, 0)
    assert (two["osc1_waveform"], two["osc2_waveform"], two["osc2_range"]) == (SINE, PULSE, 1)
    assert room["reverb_roomsize"] == pytest.approx(0.8, abs=0.1)


def partial_hz(audio: F32, near_hz: float) -> float:
    """Where the spectrum is highest within a semitone."""
    part = audio.mean(axis=0)[: NOTE.samples // 2]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 19))
    hz = np.arange(len(power)) * SAMPLE_RATE_HZ / (1 << 19)
    power[np.abs(np.log2(np.maximum(hz, 1) / near_hz)) > 1 / 12] = 0
    return float(hz[power.argmax()])


@pytest.mark.parametrize("cents", [-30, 30])
def test_a_sound_beside_its_note_is_tuned(pool: RenderPool, cents: int) -> None:
    """Catches a detune of the wrong sign or unit."""
    hz = NOTE.hz * 2 ** (cents / 1200)
    sound = np.sum([0.3 / h * np.sin(2 * np.pi * hz * h * TIME) for h in range(1, 20)], axis=0)
    target = np.asarray(sound * np.exp(-2 * TIME), np.float32)[None]
    (audio,) = pool.run(drawn(target)[:1], NOTE)
    assert isinstance(audio, np.ndarray)
    assert 1200 * np.log2(partial_hz(audio, hz) / hz) == pytest.approx(0, abs=3)


_DRAW = """
import sys
import numpy as np
from synthmatch.note import Note
from synthmatch.proposers.drawn.amsynth.drawer import draw_amsynth
from synthmatch.synths.registry import get_synth
hold, whole = float(sys.argv[2]), float(sys.argv[3])
target = np.load(sys.argv[1])
print([p.key().hex() for p in draw_amsynth(get_synth("amsynth").space, target, Note(57, 100, hold, whole))])
"""


def held_tone(note: Note, cents: float) -> F32:
    """A bright tone with a vibrato 5.5 times a second."""
    time = np.arange(note.samples) / SAMPLE_RATE_HZ
    hz = note.hz * 2 ** (cents / 1200 * np.sin(2 * np.pi * 5.5 * time))
    turned = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    sound = np.sum([0.3 / h * np.sin(h * turned) for h in range(1, 20)], axis=0) * (time < note.hold_seconds)
    return np.asarray(sound, np.float32)[None]


@pytest.mark.parametrize("held", [False, True])
def test_presets_are_the_same_under_every_kernel(sounds: dict[str, F32], tmp_path: Path, held: bool) -> None:
    """Catches random numbers, and a product of matrices, whose last digits decide between two knobs."""
    note = Note(57, 100, 2.0, 2.3) if held else NOTE
    target = held_tone(note, 10.0) if held else sounds["two"]
    np.save(tmp_path / "target.npy", target)

    def drawn_with(kernel: str, threads: int) -> str:
        settings = {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": str(threads)}
        times = [str(note.hold_seconds), str(note.render_seconds)]
        command = [sys.executable, "-c", _DRAW, str(tmp_path / "target.npy"), *times]
        return subprocess.run(
            command, env=os.environ | settings, check=True, capture_output=True, text=True, timeout=300
        ).stdout

    here = f"{[preset.key().hex() for preset in drawn(target, note)]}\n"
    assert here == drawn_with("Nehalem", 1) == drawn_with("Haswell", 2)


@pytest.mark.parametrize(("kind", "samples"), [("constant", 1), ("constant", 22_050), ("noise", 1323)])
@pytest.mark.filterwarnings("error")
def test_any_sound_is_drawn(pool: RenderPool, kind: str, samples: int) -> None:
    """Catches divisions by nothing, and presets that are silent or no presets."""
    seconds = samples / SAMPLE_RATE_HZ
    made = {"constant": np.full(samples, 0.5), "noise": 0.1 * np.random.default_rng(1).standard_normal(samples)}
    presets = drawn(np.asarray(made[kind], np.float32)[None], Note(57, 100, seconds, seconds))
    assert presets
    for preset in presets:
        np.testing.assert_array_equal(SPACE.snap(preset.native), preset.native)
    for audio in pool.run(presets, NOTE):
        assert isinstance(audio, np.ndarray)
        assert np.isfinite(audio).all()


def test_a_tone_that_is_held_gets_no_reverb() -> None:
    """Catches a fall that is measured in the release: what the formulas say of reverb is not true of a tone that stands still."""
    for hold, fall, dry in ((1.5, 0.0, True), (0.8, 0.0, False), (1.5, 1.0, False)):
        note = Note(57, 100, hold, hold + 0.6)
        time = np.arange(note.samples) / SAMPLE_RATE_HZ
        after = np.exp(-8 * np.maximum(time - hold, 0))
        sound = 0.3 * np.sin(2 * np.pi * note.hz * time) * np.exp(-fall * time) * after
        wet = [SPACE.named(preset.native)["reverb_wet"] for preset in drawn(np.asarray(sound, np.float32)[None], note)]
        assert (max(wet) == 0) == dry


@pytest.mark.parametrize("cents", [4.0, 25.0])
def test_vibrato_is_the_lfo(cents: float) -> None:
    """Catches a vibrato of the wrong rate or depth, and one that is fitted as hiss or a filter."""
    note = Note(57, 100, 2.0, 2.3)
    for preset in drawn(held_tone(note, cents), note):
        knobs = SPACE.named(preset.native)
        assert knobs["lfo_freq"] ** 2 == pytest.approx(5.5, abs=0.1)
        assert 1200 * np.log2(1 + knobs["freq_mod_amount"] ** 3 / 2) == pytest.approx(cents, rel=0.25)
    assert all(SPACE.named(preset.native)["freq_mod_amount"] == 0 for preset in drawn(held_tone(note, 1.0), note))


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({"osc1_waveform": SAW, "osc_mix": -1}, 0.4),
        ({"osc1_waveform": SAW, "osc2_waveform": SAW, "osc2_detune": 0.03, "osc_mix": 0}, 0.4),
        ({"osc1_waveform": SINE, "osc2_waveform": PULSE, "osc2_pitch": 7, "osc_mix": 0, "osc_mix_mode": 1}, 0.6),
        ({"osc1_waveform": NOISE, "osc2_waveform": SAW, "osc_mix": 0.8}, 0.4),
    ],
    ids=["one", "beats", "ring", "noise"],
)
def test_partials_are_those_of_the_render(pool: RenderPool, settings: dict[str, float], most: float) -> None:
    """Catches a product or noise that is not the engine's, and a tuning that costs nothing: 37 cents beside are at 0.68 to 0.82."""
    note = Note(57, 100, 1.8, 2.0)
    native = SPACE.from_named({"amp_sustain": 1, "filter_cutoff": 0.8, "filter_slope": 1} | settings)
    (audio,) = pool.run([Preset("amsynth", native)], note)
    assert isinstance(audio, np.ndarray)
    beside = native.copy()
    beside[[SPACE.index["freq_mod_amount"], SPACE.index["lfo_waveform"]]] = 0.35, 1
    own, other = Lines(SPACE, note, audio.astype(np.float64)).errors(np.stack([native, beside]))
    assert own < most
    assert other > own + 0.15
