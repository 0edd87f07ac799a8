"""Which parameters of a Vital preset are active."""

import numpy as np

from synthmatch.arrays import F64, Bool, Bools, Float64
from synthmatch.params import ParamSpace
from synthmatch.synths.active import ActiveParameters
from synthmatch.synths.vital.counts import ENVELOPES, LFOS, SLOTS

_SWITCHED = (
    *(f"osc_{k}" for k in (1, 2, 3)), "sample", "filter_1", "filter_2", "filter_fx", "chorus", "compressor", "delay",
    "distortion", "eq", "flanger", "phaser", "reverb",
)  # fmt: skip
_KNOBS = ("source", "destination", "amount", "bipolar", "power")
_SECONDS, _KEYTRACK = 0, 4
_TEMPO = ("chorus", "delay", "flanger", "phaser")


def vital_active_parameters(
    space: ParamSpace, native: Float64[F64, "presets parameters"]
) -> Bool[Bools, "presets parameters"]:
    """Of presets, (N, P)."""
    found = ActiveParameters(space, native)
    sources = space["modulation_1_source"].choices
    moves = np.zeros((len(native), len(sources)), np.bool_)
    for slot in (f"modulation_{number}" for number in range(1, SLOTS + 1)):
        source, destination = found[f"{slot}_source"], found[f"{slot}_destination"]
        still = found[f"{slot}_amount"] == 0
        loose, aimless = ~still & (source == 0), ~still & (source != 0) & (destination == 0)
        for rows, switch in ((still, "amount"), (loose, "source"), (aimless, "destination")):
            found.silence(rows, *(f"{slot}_{knob}" for knob in _KNOBS if knob != switch))
        moves[np.arange(len(native)), source.astype(np.int64)] |= ~still & ~loose & ~aimless
    for mover in (*(f"env_{k}" for k in range(2, ENVELOPES + 1)), *(f"lfo_{k}" for k in range(1, LFOS + 1))):
        found.silence_part(~moves[:, sources.index(mover)], f"{mover}_")
    for k in range(1, LFOS + 1):
        sync = found[f"lfo_{k}_sync"]
        found.silence(sync != _SECONDS, f"lfo_{k}_frequency")
        found.silence((sync == _SECONDS) | (sync == _KEYTRACK), f"lfo_{k}_tempo")
        found.silence(sync != _KEYTRACK, f"lfo_{k}_keytrack_transpose", f"lfo_{k}_keytrack_tune")
        smooth = found[f"lfo_{k}_smooth_mode"] == 1
        found.silence(smooth, f"lfo_{k}_fade_time")
        found.silence(~smooth, f"lfo_{k}_smooth_time")
    for effect in _TEMPO:
        timed = found[f"{effect}_sync"] == _SECONDS
        found.silence(timed, f"{effect}_tempo")
        found.silence(~timed, f"{effect}_frequency")
    for part in _SWITCHED:
        found.silence_part(found[f"{part}_on"] == 0, f"{part}_", f"{part}_on")
    return found.mask
