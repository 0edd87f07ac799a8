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
target = np.load(sys.argv[1])
print([p.key().hex() for p in draw_amsynth(get_synth("amsynth").space, target, Note(57, 100, 0.8, 1.2))])
"""


def test_presets_are_the_same_under_every_kernel(
    sounds: dict[str, F32], found: dict[str, list[Preset]], tmp_path: Path
) -> None:
    """Catches random numbers, and a product of matrices, whose last digits decide between two knobs."""
    np.save(tmp_path / "target.npy", sounds["two"])

    def drawn_with(kernel: str, threads: int) -> str:
        settings = {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": str(threads)}
        command = [sys.executable, "-c", _DRAW, str(tmp_path / "target.npy")]
        return subprocess.run(
            command, env=os.environ | settings, check=True, capture_output=True, text=True, timeout=300
        ).stdout

    here = f"{[preset.key().hex() for preset in found['two']]}\n"
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


def test_a_held_sound_is_not_drawn() -> None:
    """Catches a fall that is measured in the release, and a short note or a fall that is taken for a held one."""
    for hold, fall, count in ((1.5, 0.0, 0), (0.8, 0.0, 2), (1.5, 1.0, 2)):
        note = Note(57, 100, hold, hold + 0.2)
        time = np.arange(note.samples) / SAMPLE_RATE_HZ
        sound = 0.3 * np.sin(2 * np.pi * note.hz * time) * np.exp(-fall * time) * (time < hold)
        assert len(drawn(np.asarray(sound, np.float32)[None], note)) == count
