"""Metrics against an independent computation: librosa where it has the definition, plain loops where it has not."""

import itertools

import librosa
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from librosa.decompose import hpss
from librosa.filters import mel
from librosa.sequence import dtw
from metric_signals import RATE_HZ, click, noise, tone
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

from synthmatch.features.bands import slaney_mel_bands
from synthmatch.features.stft import magnitudes
from synthmatch.metrics import (
    harmonic_percentage,
    lsd,
    lsd_icassp2023,
    mss,
    rms_cosine,
    sot,
    spectral_convergence,
    wmfcc,
)
from synthmatch.metrics.dtw import symmetric2
from synthmatch.metrics.inputs import samples
from synthmatch.metrics.mfcc import mfcc

Floats = npt.NDArray[np.float64]

#: librosa keeps mel filters and windows in float32.
FLOAT32_RELATIVE = 1e-5
#: Both sides in float64: rounding alone.
FLOAT64_RELATIVE = 1e-9

STEREO = np.stack([tone(), noise(3)]).astype(np.float64)
OTHER = np.stack([tone(300), noise(4, amplitude=0.01)]).astype(np.float64)
#: (window, hop) of every metric
WINDOWS = [(2048, 512), (1024, 256), (441, 220), (1102, 441), (4410, 2205), (2205, 441), (2205, 882)]


def librosa_stft(signal: Floats, window: int = 2048, hop: int = 512) -> Floats:
    """Magnitudes by librosa. Shape: (..., samples) -> (..., bins, frames)."""
    return np.asarray(np.abs(librosa.stft(signal, n_fft=window, hop_length=hop)))


@pytest.mark.parametrize(("window", "hop"), WINDOWS)
@pytest.mark.parametrize("length", [1, 999, 44_100])
@pytest.mark.filterwarnings("ignore:n_fft=.* is too large:UserWarning")
def test_magnitudes_are_librosas(window: int, hop: int, length: int) -> None:
    """Catches frames off by one, a symmetric window, reflected ends, and odd windows padded to one side."""
    ours = magnitudes(STEREO[:, :length], window, hop)
    np.testing.assert_allclose(ours.swapaxes(-1, -2), librosa_stft(STEREO[:, :length], window, hop), atol=1e-4)


@pytest.mark.parametrize(("milliseconds", "expected"), [(5, 220), (10, 441), (25, 1102), (50, 2205), (100, 4410)])
def test_milliseconds_round_down(milliseconds: float, expected: int) -> None:
    """Catches rounding to the nearest sample, which gives other windows than the published scores."""
    assert samples(milliseconds) == expected


@pytest.mark.parametrize(("window", "mels"), [(441, 32), (1102, 64), (4410, 128), (2205, 128)])
def test_mel_filters_are_librosas(window: int, mels: int) -> None:
    """Catches the HTK mel scale and filters without area normalisation."""
    theirs = mel(sr=RATE_HZ, n_fft=window, n_mels=mels, dtype=np.float64)
    np.testing.assert_allclose(slaney_mel_bands(window, mels), theirs, rtol=1e-7, atol=1e-12)


def test_mfcc_is_librosas() -> None:
    """Catches another DCT norm, decibels relative to the maximum, and a floor a channel instead of over all."""
    theirs = librosa.feature.mfcc(y=STEREO, sr=RATE_HZ, n_mfcc=20, n_fft=2205, hop_length=441, n_mels=128)
    np.testing.assert_allclose(mfcc(STEREO).swapaxes(-1, -2), theirs, rtol=FLOAT32_RELATIVE, atol=1e-3)


def test_lsd_by_loops() -> None:
    """Catches a mean over the wrong axis and a root of the mean over frames."""
    window = np.hanning(2049)[:-1]
    frames = []
    for start in range(0, RATE_HZ + 1, 512):
        levels = []
        for side in (STEREO, OTHER):
            padded = np.pad((side[0] + side[1]) / 2, 1024)
            spectrum = np.fft.fft(padded[start : start + 2048] * window)[:1025]
            levels.append(np.clip(20 * np.log10(np.abs(spectrum) / 512 + 1e-300), -90, None))
        frames.append(np.sqrt(np.mean((levels[0] - levels[1]) ** 2)))
    assert lsd(STEREO, OTHER) == pytest.approx(np.mean(frames), rel=FLOAT64_RELATIVE)


def test_lsd_icassp2023_by_librosa() -> None:
    """Catches a difference from the published code's transform, where its logarithm is defined."""
    power = [librosa_stft(side.mean(axis=0)) ** 2 for side in (STEREO, OTHER)]
    expected = np.mean((np.log10(power[0]) - np.log10(power[1])) ** 2)
    assert min(power[0].min(), power[1].min()) > 1e-10
    assert lsd_icassp2023(STEREO, OTHER) == pytest.approx(expected, rel=FLOAT32_RELATIVE)


def test_mss_by_librosa() -> None:
    """Catches a maximum taken a frame or a channel, another range, and a wrong set of scales."""
    distances = []
    for window, hop, mels in ((441, 220, 32), (1102, 441, 64), (4410, 2205, 128)):
        spectra = [
            librosa.power_to_db(
                librosa.feature.melspectrogram(y=side, sr=RATE_HZ, n_fft=window, hop_length=hop, n_mels=mels),
                ref=np.max,
            )
            for side in (STEREO, OTHER)
        ]
        distances.append(np.abs(spectra[0] - spectra[1]).mean())
    assert mss(STEREO, OTHER) == pytest.approx(np.mean(distances), rel=FLOAT32_RELATIVE)


def test_wmfcc_by_librosa() -> None:
    """Catches a wrong local cost, stacking of channels or normalisation of the whole metric."""
    rows = []
    for side in (STEREO, OTHER):
        cepstra = librosa.feature.mfcc(y=side, sr=RATE_HZ, n_mfcc=20, n_fft=2205, hop_length=441, n_mels=128)
        rows.append(cepstra.reshape(40, -1).T)
    cost = np.array([[np.mean(np.abs(a - b)) for b in rows[1]] for a in rows[0]])
    assert wmfcc(STEREO, OTHER) == pytest.approx(librosa_symmetric2(cost), rel=FLOAT32_RELATIVE)


def test_sot_by_wasserstein_distance() -> None:
    """Catches sums for means and an axis in hertz: scipy's earth mover's distance over bin numbers, frame by frame."""
    spectra = [librosa_stft(side.mean(axis=0), 2205, 882).T for side in (STEREO, OTHER)]
    bins = np.arange(1103)
    distances = [wasserstein_distance(bins, bins, a, b) / 1103 for a, b in zip(*spectra, strict=True)]
    assert sot(STEREO, OTHER) == pytest.approx(np.mean(distances), rel=FLOAT32_RELATIVE)


def test_rms_cosine_by_librosa() -> None:
    """Catches another frame length, hop or end of the envelopes."""
    quiet, other = np.concatenate([STEREO, 0.1 * STEREO], axis=1), np.concatenate([0.3 * OTHER, OTHER], axis=1)
    first, second = (
        librosa.feature.rms(y=side.mean(axis=0), frame_length=2205, hop_length=1102)[0] for side in (quiet, other)
    )
    expected = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    assert expected < 0.9
    assert rms_cosine(quiet, other) == pytest.approx(expected, rel=FLOAT32_RELATIVE)


def test_spectral_convergence_by_librosa() -> None:
    """Catches the spectral norm in place of Frobenius', and channels averaged in place of kept."""
    first, second = (librosa_stft(side, 1024, 256) for side in (STEREO, OTHER))
    expected = np.sqrt(np.sum((first - second) ** 2) / np.sum(first**2))
    assert spectral_convergence(STEREO, OTHER) == pytest.approx(expected, rel=FLOAT32_RELATIVE)


@pytest.mark.parametrize("sound", ["tone", "noise", "click", "mixture", "short"])
def test_harmonic_percentage_by_librosa(sound: str) -> None:
    """Catches another mask power, a margin on the wrong side, split zeros, and a filter of another border."""
    audio = {
        "tone": tone(),
        "noise": noise(2),
        "click": click(),
        "mixture": tone() + noise(2, amplitude=0.01) + click(),
        "short": tone(seconds=0.05),
    }[sound].astype(np.float64)
    whole = librosa.stft(audio)
    harmonic, _ = hpss(whole, margin=3.0)
    expected = 100 * np.abs(harmonic).mean() / np.abs(whole).mean()
    assert harmonic_percentage(audio) == pytest.approx(expected, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("length", [1, 600, 1200, 3000])
def test_harmonic_percentage_of_few_frames(length: int) -> None:
    """Catches scipy's median filter reading stale memory where 31 frames are asked of 1 to 6: NaN now and then."""
    audio = noise(5)[:length].astype(np.float64)
    whole = np.abs(librosa.stft(np.pad(audio, 1024), center=False))
    first, second = (
        np.median(np.lib.stride_tricks.sliding_window_view(np.pad(whole, pad, "symmetric"), 31, axis), axis=-1)
        for axis, pad in ((1, ((0, 0), (15, 15))), (0, ((15, 15), (0, 0))))
    )
    expected = 100 * (whole * first**2 / (first**2 + 9 * second**2)).mean() / whole.mean()
    for frames in range(10):
        stale = [np.full(size, np.nan) for size in (62, 1025, 1025 * (1 + frames), 4096)]
        del stale
        assert harmonic_percentage(audio) == pytest.approx(expected, rel=1e-4)


def librosa_symmetric2(cost: Floats) -> float:
    """Normalised symmetric2 cost by librosa's DTW; its start costs once, as ours."""
    total, _ = dtw(
        C=cost,
        step_sizes_sigma=np.array([[1, 1], [0, 1], [1, 0]]),
        weights_mul=np.array([2.0, 1.0, 1.0]),
        weights_add=np.zeros(3),
    )
    return float(total[-1, -1] / sum(cost.shape))


def naive_symmetric2(cost: Floats) -> float:
    """The recursion, cell by cell."""
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    for i, j in itertools.product(range(rows), range(columns)):
        best = min(total[i, j + 1] + cost[i, j], total[i + 1, j] + cost[i, j], total[i, j] + 2 * cost[i, j])
        total[i + 1, j + 1] = cost[0, 0] if i == j == 0 else best
    return float(total[rows, columns] / (rows + columns))


@settings(max_examples=200, deadline=None)
@given(cost=arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.floats(0, 10)))
def test_symmetric2_by_recursion(cost: Floats) -> None:
    """Catches a wrong diagonal stride or a stale cell, at every shape from 1 x 1 up."""
    assert symmetric2(cost) == pytest.approx(naive_symmetric2(cost), rel=1e-12)


def test_symmetric2_by_librosa_at_full_size() -> None:
    """Catches an error that shows only where the matrix is longer than the buffers' first turn."""
    rng = np.random.default_rng(5)
    cost = cdist(rng.standard_normal((310, 20)), rng.standard_normal((400, 20)), "cityblock") / 20
    assert symmetric2(cost) == pytest.approx(librosa_symmetric2(cost), rel=1e-12)
