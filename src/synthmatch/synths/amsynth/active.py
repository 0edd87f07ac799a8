"""Which parameters of an amsynth preset are active."""

import numpy as np

from synthmatch.arrays import F64, Bool, Bools, Float64
from synthmatch.params import ParamSpace
from synthmatch.synths.active import ActiveParameters
from synthmatch.synths.amsynth.waveforms import NOISE, SINE

_BYPASS = 4
_STAGES = ("attack", "decay", "sustain", "release")


def amsynth_active_parameters(
    space: ParamSpace, native: Float64[F64, "presets parameters"]
) -> Bool[Bools, "presets parameters"]:
    """Of presets, (N, P)."""
    found = ActiveParameters(space, native)
    synced = found["osc2_sync"] == 1
    # all that is random comes from one generator, so that a silent oscillator that hisses changes the others' hiss
    random = (found["osc1_waveform"] >= NOISE) | (found["osc2_waveform"] >= NOISE) | (found["lfo_waveform"] >= NOISE)
    silent = [~random & (found["osc_mix"] == 1) & ~synced, ~random & (found["osc_mix"] == -1)]
    silent = [rows & (found["osc_mix_mode"] == 0) for rows in silent]
    found.silence(silent[0], "osc1_pulsewidth")
    found.silence(silent[1], "osc2_pulsewidth", "osc2_detune", "osc2_range", "osc2_pitch", "osc2_sync")
    for which in (1, 2):
        waveform = found[f"osc{which}_waveform"]
        found.silence((waveform == SINE) | (waveform >= NOISE), f"osc{which}_pulsewidth")
    open_filter = found["filter_type"] == _BYPASS
    found.silence_part(open_filter, "filter_", "filter_type")
    found.silence(found["filter_env_amount"] == 0, *(f"filter_{stage}" for stage in _STAGES))
    found.silence(found["freq_mod_amount"] == 0, "freq_mod_osc")
    still = (found["freq_mod_amount"] == 0) & (found["amp_mod_amount"] == -1)
    still &= (found["filter_mod_amount"] == -1) | open_filter
    found.silence(still & ~random, "lfo_freq")
    found.silence(found["reverb_wet"] == 0, "reverb_roomsize", "reverb_damp", "reverb_width")
    plays_at_once = (found["keyboard_mode"] == 0) | (found["portamento_mode"] == 1)
    found.silence(plays_at_once, "portamento_time")
    found.silence(found["keyboard_mode"] == 0, "portamento_mode")
    return np.asarray(found.mask)
