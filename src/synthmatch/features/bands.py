"""Filter banks over STFT bins: mel bands for scores and models, semitone bands for an index that can be transposed.

Banks of triangles are sparse. A product with one takes six tenths of the time of a dense one, and adds up in one order on every
machine, which dense products do not promise.
"""

from functools import cache

import numpy as np
from scipy.sparse import csc_array

from synthmatch.arrays import F64, Float, Float64, Floats
from synthmatch.features.stft import powers
from synthmatch.note import SAMPLE_RATE_HZ

#: Semitone bands: the lowest (MIDI A1, 55 Hz) and how many, up to 19.9 kHz.
LOWEST_PITCH = 33
SEMITONE_BANDS = 102

#: Slaney's scale: linear up to the knee, logarithmic above.
_LINEAR_HZ_PER_MEL = 200 / 3
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _LINEAR_HZ_PER_MEL
_LOG_PER_MEL = np.log(6.4) / 27


@cache
def mel_bands(window: int, bands: int) -> csc_array:
    """Triangles evenly spaced on the mel scale, each summing to 1. Shape: (window // 2 + 1, bands)."""
    return _summing_to_one(triangles(mel_edges_hz(bands), window))


def mel_edges_hz(bands: int) -> Float64[F64, " {bands}+2"]:
    """Where the triangles of mel bands begin, have their centres and end, by HTK's formula. Shape: (bands + 2,)."""
    top = mel_of(SAMPLE_RATE_HZ / 2)
    return np.asarray(700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1))


def mel_of(hz: Float64[F64, " *shape"] | float) -> Float64[F64, " *shape"]:
    """A frequency in mel, by HTK's formula. Same shape."""
    return np.asarray(2595 * np.log10(1 + hz / 700))


@cache
def slaney_mel_bands(window: int, bands: int) -> Float64[F64, "bands bins"]:
    """Mel bands by Slaney's scale and area normalisation, librosa's default, read-only. Shape: (bands, window // 2 + 1).

    Below 1 kHz a mel is 200/3 Hz; above, 27 mels multiply the frequency by 6.4. Bands are triangles from 0 Hz to
    22.05 kHz whose corners are evenly spaced in mel, each divided by half its width in Hz.
    Source: M. Slaney, Auditory Toolbox, Interval Research report 1998-010.
    """
    top_mel = _KNEE_MEL + np.log(SAMPLE_RATE_HZ / 2 / _KNEE_HZ) / _LOG_PER_MEL
    corner_mel = np.linspace(0, top_mel, bands + 2)
    corner_hz = np.where(
        corner_mel < _KNEE_MEL,
        corner_mel * _LINEAR_HZ_PER_MEL,
        _KNEE_HZ * np.exp(_LOG_PER_MEL * (corner_mel - _KNEE_MEL)),
    )
    bin_hz = np.arange(window // 2 + 1) * SAMPLE_RATE_HZ / window
    low, centre, high = corner_hz[:-2, None], corner_hz[1:-1, None], corner_hz[2:, None]
    rising, falling = (bin_hz - low) / (centre - low), (high - bin_hz) / (high - centre)
    bank = np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)
    bank.setflags(write=False)
    return np.asarray(bank)


def slaney_mel_power(
    audio: Float[Floats, "*channels samples"], window: int, hop: int, bands: int
) -> Float[Floats, "*channels frames {bands}"]:
    """Power of centred frames in Slaney's bands, as precise as the audio. Shape: (..., samples) -> (..., frames, bands)."""
    return np.asarray(powers(audio, window, hop) @ slaney_mel_bands(window, bands).T.astype(audio.dtype, copy=False))


@cache
def semitone_bands(window: int) -> csc_array:
    """Triangles a semitone apart, each summing to 1. Shape: (window // 2 + 1, SEMITONE_BANDS)."""
    pitches = LOWEST_PITCH + np.arange(-1, SEMITONE_BANDS + 1)
    return _summing_to_one(triangles(440.0 * 2 ** ((pitches - 69) / 12), window))


def triangles(edges_hz: Float64[F64, " edges"], window: int) -> Float64[F64, "{window}//2+1 bands"]:
    """Weight of each bin in bands that are 1 at their centres. Shape: (bands + 2,) -> (window // 2 + 1, bands)."""
    bins_hz = np.arange(window // 2 + 1) * SAMPLE_RATE_HZ / window
    # a band narrower than two bins would fall between them: widen it to reach both neighbours
    width_hz = SAMPLE_RATE_HZ / window
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    low, high = np.minimum(low, centre - width_hz), np.maximum(high, centre + width_hz)
    rising = (bins_hz[:, None] - low) / (centre - low)
    falling = (high - bins_hz[:, None]) / (high - centre)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))


def _summing_to_one(bank: Float64[F64, "bins bands"]) -> csc_array:
    return csc_array((bank / bank.sum(axis=0)).astype(np.float32))
