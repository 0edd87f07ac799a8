"""A held target's reverb as the knobs of Vital's, and the target without it.

Vital's reverb is 16 delays that feed each other through allpass filters (Matt Tytel, GPL-3: src/synthesis/effects/reverb.cpp).
A delay takes away what its length has of `reverb_decay_time`, an allpass filter nothing, so that sounds decay slower than the knob
says. Shelves take away their gain each time that a sound goes round.
"""

from typing import NamedTuple

import numpy as np

from synthmatch.analysis.reverb import CROSSOVER_HZ, Reverb, find_reverb, without_reverb
from synthmatch.arrays import Audio
from synthmatch.note import SAMPLE_RATE_HZ, Note

#: Power of the reverb of a steady sound at most, as a share of the sound's: with more, partials of one room are not as loud as
#: those of another, and closeness at the note itself falls (docs/results/tried.md, "Reverb of drawn presets").
MOST_SHARE = 0.05
#: Seconds that a dry target has after it is below the tail. Not tuned.
_AFTER = 0.15
#: `reverb_size`, and the share that delays have of their full lengths then.
_SIZE = 0.35
_LENGTH = 2.0 ** (4 * _SIZE - 3)
#: What allpass filters add to that share, and the energy a second at the beginning of what a wet impulse becomes, as a multiple
#: of its own, by the share of both. Measured: within 3 and 7 % for sizes of 0 to 0.7 and decays of 0.3 to 3 s.
_ALLPASS = 0.171
_DENSITY = 2.13 / (_LENGTH + _ALLPASS)
#: How often a second a shelf counts. Measured: 5.8 divided by the same share.
_ROUNDS = 5.8 / (_LENGTH + _ALLPASS)
#: Between knobs and what they mean.
_DECAY_OCTAVES, _MOST_SHELF_DB, _HIGHEST_KEY = (-6.0, 6.0), -6.0, 128.0


class DryTarget(NamedTuple):
    """A target without reverb, (channels, samples), and the reverb's settings: none where there is none."""

    audio: Audio
    settings: dict[str, float]


def dried(target: Audio, note: Note) -> DryTarget:
    """The target that `note` plays, without a tail if it has one, and Vital's reverb that gives it the tail again."""
    sound = target[:, note.start_samples :].astype(np.float64)
    reverb = find_reverb(sound, note.hold_seconds)
    if reverb is None or reverb.share > MOST_SHARE:
        return DryTarget(target, {})
    end = round((reverb.gone_s + _AFTER) * SAMPLE_RATE_HZ)
    audio = without_reverb(sound, reverb)[:, :end].astype(np.float32)
    return DryTarget(np.pad(audio, ((0, 0), (note.start_samples, 0))), reverb_settings(reverb))


def reverb_settings(reverb: Reverb) -> dict[str, float]:
    """Knobs of Vital's reverb that make a tail like another reverb's."""
    longest_s = float(reverb.decay_s.max())
    low_db, high_db = (
        float(max(_MOST_SHELF_DB, (60 / longest_s - 60 / seconds) / _ROUNDS)) for seconds in reverb.decay_s.tolist()
    )
    crossover = 69 + 12 * float(np.log2(CROSSOVER_HZ / 440))
    return {
        "reverb_on": 1,
        # dry and wet fade with equal power
        "reverb_dry_wet": float(np.arctan(np.sqrt(reverb.density / _DENSITY)) * 2 / np.pi),
        "reverb_decay_time": float(np.clip(np.log2(longest_s * _LENGTH / (_LENGTH + _ALLPASS)), *_DECAY_OCTAVES)),
        "reverb_size": _SIZE,
        "reverb_chorus_amount": 0.0,
        "reverb_pre_low_cutoff": 0.0,
        "reverb_pre_high_cutoff": _HIGHEST_KEY,
        "reverb_low_shelf_cutoff": crossover,
        "reverb_low_shelf_gain": low_db,
        "reverb_high_shelf_cutoff": crossover,
        "reverb_high_shelf_gain": high_db,
    }
