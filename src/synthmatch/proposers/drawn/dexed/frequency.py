"""The DX7's knobs that are nearest to a frequency."""

from typing import NamedTuple

import numpy as np

#: All ratios of coarse and fine, 32 by 100, in octaves above the note.
_RATIOS = np.log2(np.array([0.5, *range(1, 32)]))[:, None] + np.log2(1 + np.arange(100) / 100)
_DETUNES = np.arange(-7, 8)
#: All fixed frequencies, in octaves above 1 Hz: four decades by 100.
_FIXED = (np.arange(4)[:, None] + np.arange(100) / 100) * np.log2(10)
#: A ratio that is nearer than this, in octaves, is taken before a fixed frequency, which does not follow the keyboard.
_NEAR = 50 / 1200
#: A partial that is nearer than this to a harmonic, in octaves, is one. Not tuned.
_HARMONIC = 12 / 1200
#: The highest value of coarse.
_HIGHEST = 31


class Tuning(NamedTuple):
    """Knobs of an operator's frequency, as native values."""

    mode: int
    coarse: int
    fine: int
    detune: int


class Tuner:
    """Finds the knobs of frequencies that a note plays. `fundamental_hz` is that of the sound.

    Harmonics all have the fundamental's detune, so that they stay in phase: a modulator and a carrier that drift apart beat,
    and move the line at 0 Hz, which is silent while they are in phase, to where it is heard.
    """

    def __init__(self, note_hz: float, fundamental_hz: float) -> None:
        self._octave, self._fundamental_hz = float(np.log2(note_hz)), fundamental_hz
        # as `analytic.dexed.pitch`: the higher a note, the less a step of detune is
        self._detuned = self._octave * 0.0209 * np.exp(-0.396 * self._octave) / 7 * _DETUNES
        self._own = self._nearest(fundamental_hz, slice(None))

    def __call__(self, hz: float) -> Tuning:
        """The nearest knobs, fixed where no ratio comes within half a semitone."""
        harmonic = round(hz / self._fundamental_hz)
        if harmonic and abs(np.log2(hz / (harmonic * self._fundamental_hz))) < _HARMONIC:
            if self._own.coarse == 1 and harmonic <= _HIGHEST:
                return self._own._replace(coarse=harmonic)
            place = self._own.detune
            return self._nearest(harmonic * self._fundamental_hz, slice(place, place + 1))._replace(detune=place)
        return self._nearest(hz, slice(None))

    def _nearest(self, hz: float, detunes: slice) -> Tuning:
        octave = np.log2(hz)
        errors = np.abs(self._octave + _RATIOS[:, :, None] + self._detuned[detunes] - octave)
        # of equally near ones the least detuned, and a whole ratio
        coarse, fine, detune = np.unravel_index(
            (errors + 1e-6 * np.abs(_DETUNES[detunes]) + 1e-8 * np.arange(100)[:, None]).argmin(), errors.shape
        )
        if errors.min() <= _NEAR:
            return Tuning(0, int(coarse), int(fine), int(detune))
        coarse, fine = np.unravel_index(np.abs(_FIXED - octave).argmin(), _FIXED.shape)
        return Tuning(1, int(coarse), int(fine), 7)
