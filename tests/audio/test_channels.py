"""Many channels become one, and channels that cancel are turned: the level that is heard stays."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from synthmatch.audio import from_array, load, mono, rms_dbfs
from synthmatch.audio.channels import without_cancelling
from synthmatch.cli.app import app
from synthmatch.target import load_target

Samples = npt.NDArray[np.float32]
RATE_HZ = 44_100
TIME = np.arange(RATE_HZ) / RATE_HZ
#: A note with an attack and harmonics, shape (samples,).
NOTE = np.asarray(
    sum(0.2 / n * np.sin(2 * np.pi * n * 146.83 * TIME) for n in range(1, 12)) * np.minimum(TIME / 0.01, 1.0),
    np.float32,
)
NOISE = np.random.default_rng(0).normal(0, 0.1, (8, RATE_HZ)).astype(np.float32)


@pytest.mark.parametrize("channels", [3, 4, 6, 8])
def test_one_channel_of_several_is_as_loud_as_alone(tmp_path: Path, channels: int) -> None:
    """A 5.1 file with the sound in its centre 15.6 dB too quiet, so that "sound" gives velocity 37 in place of 89."""
    audio = np.zeros((channels, RATE_HZ), dtype=np.float32)
    audio[2] = NOTE
    soundfile.write(tmp_path / "centre.wav", audio.T, RATE_HZ, subtype="FLOAT")
    np.testing.assert_array_equal(load(tmp_path / "centre.wav"), NOTE[None])
    # the converter's hiss in the others
    hissing = audio + np.float32(1e-3) * NOISE[:channels]
    one, other = load_target(hissing, velocity="sound"), load_target(NOTE, velocity="sound")
    assert one.note.velocity == other.note.velocity
    two = np.zeros((channels, RATE_HZ), dtype=np.float32)
    two[0], two[1] = NOTE, NOISE[0]
    np.testing.assert_array_equal(from_array(two, RATE_HZ), two[:2])


@settings(max_examples=20, deadline=None)
@given(gains=st.lists(st.floats(0.05, 1.0), min_size=3, max_size=8), opposite=st.booleans())
def test_the_level_of_many_channels_follows_their_power(gains: list[float], opposite: bool) -> None:
    """Channels of independent or cancelling sounds that lose level when they are averaged."""
    audio = np.asarray(gains, np.float32)[:, None] * NOISE[: len(gains)]
    if opposite:
        audio = np.concatenate([audio, -audio])
    power = np.square(audio, dtype=np.float64).mean(axis=1)
    folded = from_array(audio, RATE_HZ)
    assert folded.shape[0] == 1
    assert rms_dbfs(folded) == pytest.approx(10 * np.log10((power**2).sum() / power.sum()), abs=0.01)
    assert power.mean() <= 1.001 * np.square(folded, dtype=np.float64).mean() <= 1.002 * power.max()


def test_opposite_phase_is_matched_at_its_level(tmp_path: Path) -> None:
    """A target that is silent in every score, so that the best preset is the one that is 38 dB too quiet."""
    for left, right in ((1.0, -1.0), (1.0, -0.7), (0.6, -1.0)):
        target = load_target(np.stack([np.float32(left) * NOTE, np.float32(right) * NOTE]), velocity="sound")
        alone = load_target(np.float32(np.hypot(left, right) / 2**0.5) * NOTE, velocity="sound")
        assert rms_dbfs(mono(target.audio)[None]) == pytest.approx(rms_dbfs(alone.audio), abs=0.5)
        assert target.note.velocity == alone.note.velocity
        assert target.remarks[0] == "the channels cancel each other: the right one is turned over"
    soundfile.write(tmp_path / "a.wav", np.stack([NOTE, -NOTE], axis=1), RATE_HZ, subtype="FLOAT")
    soundfile.write(tmp_path / "b.wav", NOTE, RATE_HZ, subtype="FLOAT")
    scored = CliRunner().invoke(app, ["score", str(tmp_path / "a.wav"), str(tmp_path / "b.wav")])
    assert scored.exit_code == 0
    assert "the right one is turned over" in scored.stderr
    assert float(scored.stdout.split("lsd ")[1].split()[0]) < 0.1


def test_one_side_of_two_is_as_loud_as_alone() -> None:
    """A synthesizer recorded on the left input matched 6 dB too quiet, by the mean with a silent channel."""
    for side, name in ((0, "left"), (1, "right")):
        audio = np.float32(1e-4) * NOISE[:2]
        audio[side] = NOTE
        target = load_target(audio, velocity="sound")
        np.testing.assert_array_equal(target.audio[0], target.audio[1])
        assert target.note.velocity == load_target(NOTE, velocity="sound").note.velocity
        assert target.remarks[0] == f"only the {name} channel holds sound: it is taken for both"


@pytest.mark.parametrize(
    "stereo",
    [
        lambda: NOISE[:2],
        lambda: np.stack([NOTE, 0.1 * NOTE]),
        # a widener: a part of the other side, turned over
        lambda: NOISE[:2] - 0.15 * NOISE[1::-1],
        lambda: np.stack([NOTE, np.roll(NOTE, 30)]),
    ],
    ids=["independent", "panned", "widened", "delayed"],
)
def test_ordinary_stereo_stays_as_it_is(stereo: Callable[[], Samples]) -> None:
    """A wide sound that is turned over or made mono, and matched as another sound."""
    audio = np.asarray(stereo(), dtype=np.float32)
    same, said = without_cancelling(audio)
    assert same is audio
    assert said is None
