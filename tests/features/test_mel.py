"""The models' mel spectrogram: librosa's, and its 8 bits."""

from collections.abc import Iterator

import librosa
import numpy as np
import numpy.typing as npt

from synthmatch.audio import Audio, mono
from synthmatch.features.mel import FRAMES, MELS, from_bytes, mel_spectrogram, to_bytes
from synthmatch.note import PROTOCOLS, SAMPLE_RATE_HZ
from synthmatch.render.pool import render
from synthmatch.synths.registry import get_synth

#: Half a step of 8 bits, in dB.
HALF_STEP_DB = 80 / 255 / 2


def librosas(audio: Audio) -> npt.NDArray[np.float32]:
    """The same by librosa."""
    power = librosa.feature.melspectrogram(y=mono(audio), sr=SAMPLE_RATE_HZ, n_fft=2048, hop_length=512, n_mels=128)
    return np.asarray((librosa.power_to_db(power, ref=np.max, top_db=80.0) + 80) / 80)


def sounds() -> Iterator[tuple[str, Audio]]:
    """Sounds of all levels, lengths and shapes, a real render among them."""
    rng = np.random.default_rng(0)
    seconds = np.arange(5 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sine = np.sin(2 * np.pi * 440 * seconds).astype(np.float32)
    yield "sine and noise", np.stack([sine, rng.normal(0, 0.1, sine.size).astype(np.float32)])
    yield "quiet", np.stack([1e-4 * sine, 1e-5 * sine])
    yield "almost silent", 1e-6 * sine[None]
    yield "decaying", (sine * np.exp(-8 * seconds)).astype(np.float32)[None]
    yield "short", rng.normal(0, 0.1, (2, 2100)).astype(np.float32)
    dexed = get_synth("dexed")
    yield "DX7", render(dexed, dexed.preset(dexed.space.default), PROTOCOLS["icassp2023"])


def test_it_is_librosas() -> None:
    """Catches frames off by one, HTK's scale, a symmetric window, another floor or reference, and reflected ends."""
    for name, audio in sounds():
        ours = mel_spectrogram(audio)
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, librosas(audio), atol=1e-4, err_msg=name)


def test_five_seconds_have_the_promised_shape() -> None:
    """Catches a model whose input does not fit what a data set holds."""
    assert mel_spectrogram(np.ones((2, PROTOCOLS["icassp2023"].samples), np.float32)).shape == (MELS, FRAMES)


def test_silence_is_zeros() -> None:
    """Catches NaN, and silence that looks like the loudest sound, which it is to librosa."""
    for silence in (np.zeros((2, 44_100), np.float32), np.full((1, 44_100), 1e-9, np.float32)):
        np.testing.assert_array_equal(mel_spectrogram(silence), np.zeros((MELS, 87), np.float32))


def test_level_does_not_count() -> None:
    """Catches a spectrogram that is relative to full scale."""
    sound = np.random.default_rng(1).normal(0, 0.1, (2, 30_000)).astype(np.float32)
    np.testing.assert_allclose(mel_spectrogram(sound), mel_spectrogram(sound * np.float32(0.125)), atol=1e-6)


def test_eight_bits_cost_half_a_step() -> None:
    """Catches truncation in place of rounding, ends that are not reached, and bytes that do not survive."""
    every = np.linspace(0, 1, 10_001, dtype=np.float32)
    assert 80 * np.abs(from_bytes(to_bytes(every)) - every).max() <= HALF_STEP_DB * 1.0001
    stored = np.arange(256, dtype=np.uint8)
    assert from_bytes(stored).dtype == np.float32
    assert from_bytes(stored)[[0, 255]].tolist() == [0, 1]
    np.testing.assert_array_equal(to_bytes(from_bytes(stored)), stored)
