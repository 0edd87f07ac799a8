"""The strike note of a bell: the perceived pitch where the partials are no harmonic series.

Partials at 1, 2.4 and 3.8 times a note repeat at a fifth of it, which is not perceived. So a period whose own partial is
missing, and most of whose harmonics are, is not believed. The note is then one of the strong partials, as the carrier of
an FM bell, or half of one where the second, third and fourth harmonics stand in for it (the virtual pitch of a church
bell: Terhardt, Stoll and Seewann, JASA 71, 1982).
"""

import numpy as np
import scipy.fft
import scipy.signal

from synthmatch.arrays import F32, F64, Bool, Bools, Float32, Float64
from synthmatch.audio import decibels
from synthmatch.features.stft import hann
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.target.pitch import PITCHED, Pitch

#: Thresholds here were set on sounds of bench/targets.py at other keys, holds and phrases (docs/targets.md); no table compares them.

_WINDOW, _HOP = 16_384, 4_096
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 8_000.0
#: Partials below the strongest: the weakest looked at, the weakest that counts as a harmonic, the weakest that is a note.
_AUDIBLE_DB, _STRONG_DB, _NOTE_DB = 40.0, 30.0, 20.0
#: A period is not believed where its own partial is that weak and less than that share of its harmonics is there.
_MISSING_DB, _SPARSE = 20.0, 0.35
#: Partials that are near to a harmonic, and those that are a candidate's own.
_NEAR_CENTS, _OWN_CENTS = 40.0, 120.0
#: The strike note lies above the period, which is a divisor of it.
_HIGHER = 1.8
#: How much each of the first four harmonics of a note counts.
_HARMONICS = np.array([1.0, 0.9, 0.8, 0.6])
#: The lowest of the candidates that stand out about as much is the note.
_SALIENT = 0.85
#: Where strike notes lie: the middle, and the octaves to either side at which a partial counts for 0.6 of itself. Both are
#: the best of 8 pairs on the bells of `bench/bells.py` and the single notes of `bench/targets.py`.
_MIDDLE_HZ, _OCTAVES = 300.0, 2.2


def strike_note(samples: Float32[F32, " samples"], pitch: Pitch) -> Pitch:
    """`pitch`, or the strike note of `samples`, shape (samples,), where its period is no note; as sure as the period."""
    if pitch.confidence < PITCHED or len(samples) < _WINDOW:
        return pitch
    hz, level = _partials(samples)
    if len(hz) < 2 or _is_series(hz, level, pitch.hz):
        return pitch
    strong = hz[level > level.max() - _NOTE_DB]
    candidates = np.concatenate([strong, strong / 2.0])
    candidates = candidates[candidates > _HIGHER * pitch.hz]
    if not len(candidates):
        return pitch
    salience = np.array([_salience(hz, level, float(candidate)) for candidate in candidates])
    return Pitch(float(candidates[salience > _SALIENT * salience.max()].min()), pitch.confidence)


def _partials(samples: Float32[F32, " samples"]) -> tuple[Float64[F64, " partials"], Float64[F64, " partials"]]:
    """Frequencies in Hz, ascending, and levels in dB of the partials; each moment counts alike, so what lasts counts."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    frames = windows * hann(_WINDOW)
    magnitude = np.abs(scipy.fft.rfft(frames, 2 * _WINDOW))
    size = np.sqrt(np.square(magnitude).sum(axis=1, keepdims=True))
    level = decibels(np.square((magnitude / np.maximum(size, 1e-9)).mean(axis=0)), -240.0)
    bin_hz = SAMPLE_RATE_HZ / (2 * _WINDOW)
    peaks, _ = scipy.signal.find_peaks(level, height=level.max() - _AUDIBLE_DB, prominence=10.0)
    peaks = peaks[(peaks * bin_hz > _LOWEST_HZ) & (peaks * bin_hz < _HIGHEST_HZ)]
    return peaks * bin_hz, level[peaks]


def _is_series(hz: Float64[F64, " partials"], level: Float64[F64, " partials"], fundamental_hz: float) -> bool:
    """Whether partials are the harmonics of `fundamental_hz`."""
    harmonic, near = _harmonics(hz, fundamental_hz)
    # a stiff bar's period is not exactly that of its lowest partial
    own = np.abs(1_200.0 * np.log2(hz / fundamental_hz)) < _OWN_CENTS
    if own.any() and level[own].max() > level.max() - _MISSING_DB:
        return True
    there = np.unique(harmonic[near & (level > level.max() - _STRONG_DB)])
    return len(there) >= _SPARSE * there.max(initial=1.0)


def _salience(hz: Float64[F64, " partials"], level: Float64[F64, " partials"], note_hz: float) -> float:
    """How much a note stands out: its harmonics by the root of their amplitude; 0 for a missing one without stand-ins."""
    harmonic, near = _harmonics(hz, note_hz)
    near &= harmonic <= len(_HARMONICS)
    there = np.unique(harmonic[near])
    if 1.0 not in there and len(there) < 2:
        return 0.0
    weight = _HARMONICS[harmonic[near].astype(int) - 1] * 10.0 ** ((level[near] - level.max()) / 40.0)
    return float(weight.sum() * np.exp(-0.5 * (np.log2(note_hz / _MIDDLE_HZ) / _OCTAVES) ** 2))


def _harmonics(
    hz: Float64[F64, " partials"], fundamental_hz: float
) -> tuple[Float64[F64, " partials"], Bool[Bools, " partials"]]:
    """Number of the harmonic nearest to each frequency, and whether it is near."""
    harmonic = np.maximum(np.round(hz / fundamental_hz), 1.0)
    return harmonic, np.abs(1_200.0 * np.log2(hz / (harmonic * fundamental_hz))) < _NEAR_CENTS
