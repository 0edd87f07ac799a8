"""Which parameters of a DX7 voice are active."""

import numpy as np

from synthmatch.arrays import F64, Bool, Bools, Float64
from synthmatch.params import ParamSpace
from synthmatch.synths.active import ActiveParameters

_OPERATORS = tuple(f"op{number}" for number in range(1, 7))
#: Curves of the keyboard's level scaling that only take away.
_FALLING = 2
#: What a level of the pitch envelope is that moves nothing.
_LEVEL_PITCH = 50


def dexed_active_parameters(
    space: ParamSpace, native: Float64[F64, "presets parameters"]
) -> Bool[Bools, "presets parameters"]:
    """Of voices, (N, P)."""
    found = ActiveParameters(space, native)
    # Dexed's tremolo takes something away where its depth is 0, too
    tremolo = np.zeros(len(native), np.bool_)
    for operator in _OPERATORS:
        depths = [found[f"{operator}_{side}_depth"] for side in ("left", "right")]
        rises = [
            (depth > 0) & (found[f"{operator}_{side}_curve"] >= _FALLING)
            for side, depth in zip(("left", "right"), depths, strict=True)
        ]
        silent = (found[f"{operator}_output_level"] == 0) & ~rises[0] & ~rises[1]
        scaling = tuple(f"{operator}_{side}_{knob}" for side in ("left", "right") for knob in ("depth", "curve"))
        found.silence_part(silent, f"{operator}_", f"{operator}_output_level", *scaling)
        found.silence(depths[0] == 0, f"{operator}_left_curve")
        found.silence(depths[1] == 0, f"{operator}_right_curve")
        found.silence((depths[0] == 0) & (depths[1] == 0), f"{operator}_breakpoint")
        tremolo |= ~silent & (found[f"{operator}_am_sensitivity"] > 0)
    found.silence(found["lfo_pitch_depth"] == 0, "pitch_sensitivity")
    vibrato = (found["lfo_pitch_depth"] > 0) & (found["pitch_sensitivity"] > 0)
    found.silence(~vibrato & ~tremolo, "lfo_speed", "lfo_delay", "lfo_sync", "lfo_wave")
    level = np.all([found[f"pitch_level_{stage}"] == _LEVEL_PITCH for stage in range(1, 5)], axis=0)
    found.silence(level, *(f"pitch_rate_{stage}" for stage in range(1, 5)))
    return found.mask
