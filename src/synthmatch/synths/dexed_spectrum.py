"""The spectrum that a DX7 voice should have at a few moments: its operators, held still and added up over one short frame.

What operators do to each other is what msfa (Dexed's engine, Google, Apache-2.0: fm_op_kernel.cc) computes: each is a sine
whose phase its modulators move by their output in cycles; one of them also by the mean of its own last two samples. Held
still: levels and frequencies, for the 23 ms of a frame.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft

from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.synths.workings import Floats

Samples = npt.NDArray[np.float32]

#: Samples of a frame.
_FRAME = 1024
#: Frames at a time: their arrays stay near the processor.
_CHUNK = 48
#: An operator, or a whole voice, that is quieter is left out.
_SILENT = 2.0**-11
_CYCLE = np.float32(2 * np.pi)
BANDS = 64


@cache
def _triangles() -> Samples:
    """Weight of each bin of a frame in bands evenly spaced in mel, each summing to 1. Shape: (bins, BANDS)."""
    bin_hz = SAMPLE_RATE_HZ / _FRAME
    edges_hz = 700.0 * ((1 + SAMPLE_RATE_HZ / 2 / 700) ** (np.arange(BANDS + 2) / (BANDS + 1)) - 1)
    hz = np.arange(_FRAME // 2 + 1)[:, None] * bin_hz
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    low, high = np.minimum(low, centre - bin_hz), np.maximum(high, centre + bin_hz)
    weights = np.maximum(np.minimum((hz - low) / (centre - low), (high - hz) / (high - centre)), 0.0)
    return np.asarray(weights / weights.sum(axis=0), np.float32)


@cache
def _window() -> Samples:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)
    return np.asarray(hann * 2 / hann.sum(), np.float32)


class Wiring:
    """Who modulates whom, (32, 6, 6); who is heard, and whose feedback is on, (32, 6)."""

    def __init__(self, modulates: Floats, heard: Floats, feedback: Floats) -> None:
        self.modulators = [[np.flatnonzero(one[:, to]).tolist() for to in range(6)] for one in modulates]
        self.heard, self.feedback = heard > 0, feedback > 0


def expected_power(
    wiring: Wiring,
    algorithm: npt.NDArray[np.int64],
    feedback: Floats,
    amplitude: Floats,
    frequency_hz: Floats,
    seconds: Floats,
) -> Samples:
    """Power in each band. Full output of one operator is a full-scale sine, whose band reads its share of 1.

    Shape: algorithm (N,), feedback (N,) in cycles at full output, amplitude and frequency (N, 6, T), seconds (T,) ->
    (N, T, BANDS).
    """
    count, _, times = amplitude.shape
    heard = wiring.heard[algorithm]  # (N, 6)
    loud = (amplitude * heard[:, :, None]).max(axis=1) > _SILENT  # (N, T)
    power = np.zeros((count, times, BANDS), np.float32)
    for kind in np.unique(algorithm):
        voices, moments = np.nonzero(loud & (algorithm == kind)[:, None])
        for start in range(0, len(voices), _CHUNK):
            rows, at = voices[start : start + _CHUNK], moments[start : start + _CHUNK]
            level = amplitude[rows, :, at]  # (rows, 6)
            hz = frequency_hz[rows, :, at]
            frames = _frames(wiring, kind, level, hz, feedback[rows], seconds[at])
            spectrum = rfft(frames * _window(), axis=1)
            power[rows, at] = (np.square(spectrum.real) + np.square(spectrum.imag)) @ _triangles()
    return power


def _frames(
    wiring: Wiring, algorithm: int, level: Floats, hz: Floats, feedback: Floats, seconds: Floats
) -> Samples:
    """What is heard of voices of one algorithm. Shape: twice (R, 6), twice (R,) -> (R, _FRAME)."""
    times = np.arange(_FRAME, dtype=np.float32) / np.float32(SAMPLE_RATE_HZ)
    begin = (hz * seconds[:, None] % 1.0).astype(np.float32)
    step, level = hz.astype(np.float32), level.astype(np.float32)
    needed = _needed(wiring, algorithm)
    sounds: dict[int, Samples] = {}
    total = np.zeros((len(hz), _FRAME), np.float32)
    for operator in range(6):
        if operator not in needed or level[:, operator].max() < _SILENT:
            continue
        cycles = begin[:, operator, None] + step[:, operator, None] * times
        for modulator in wiring.modulators[algorithm][operator]:
            if modulator in sounds:
                cycles += sounds[modulator]
        if wiring.feedback[algorithm, operator] and feedback.any():
            sound = _fed_back(cycles, (feedback * level[:, operator]).astype(np.float32))
        else:
            cycles *= _CYCLE
            sound = np.sin(cycles, out=cycles)
        sound *= level[:, operator, None]
        sounds[operator] = sound
        if wiring.heard[algorithm, operator]:
            total += sound
    return total


def _needed(wiring: Wiring, algorithm: int) -> set[int]:
    """Operators that are heard, or modulate one that is needed."""
    needed = set(np.flatnonzero(wiring.heard[algorithm]).tolist())
    for operator in range(5, -1, -1):
        if operator in needed:
            needed.update(wiring.modulators[algorithm][operator])
    return needed


def _fed_back(cycles: Samples, strength: Samples) -> Samples:
    """Sines whose phase the mean of their last two samples moves. Shape: (R, _FRAME), (R,) in cycles -> (R, _FRAME)."""
    phases = np.ascontiguousarray((cycles * _CYCLE).T)
    half = strength * (_CYCLE / 2)
    before = last = np.zeros(len(half), np.float32)
    for phase in phases:
        phase += half * (before + last)
        before, last = last, np.sin(phase, out=phase)
    return np.ascontiguousarray(phases.T)
