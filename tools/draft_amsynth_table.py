"""Draft synths/tables/amsynth.json by probing the plug-in: ``python tools/draft_amsynth_table.py``.

Each parameter is moved to 49 host positions and read back from the chunk that amsynth saves, which holds native
values (to six digits; the display text holds other numbers). That gives the range, the default and, where few whole
numbers come back, the steps. The host reports no choices, so names, groups and what the panel shows are written down
here, after amsynth's own display code: `parameter_get_display` and `parameter_get_value_strings` in src/Preset.cpp of
amsynth 1.13.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.params import Parameter, ParamSpace
from synthmatch.presets.fxp import read_programs
from synthmatch.synths.amsynth.synth import find_library
from synthmatch.synths.plugin.host import HostedPlugin

_OSC = ("sine", "square / pulse", "triangle / saw", "white noise", "noise + sample & hold")
_LFO = ("sine", "square", "triangle", "noise", "noise + sample & hold", "sawtooth (up)", "sawtooth (down)")

#: native value v of a time is v**3 + 0.0005 s
_TIME = {"scale": "cubic", "unit": "s", "offset": 0.0005}
_PERCENT = {"multiply": 100.0, "unit": "%"}

#: name -> group, label, and what the panel shows
ROWS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "amp_attack": ("envelope", "Amp attack", _TIME),
    "amp_decay": ("envelope", "Amp decay", _TIME),
    "amp_sustain": ("envelope", "Amp sustain", _PERCENT),
    "amp_release": ("envelope", "Amp release", _TIME),
    "osc1_waveform": ("oscillator", "Oscillator 1 waveform", {"choices": _OSC}),
    "filter_attack": ("envelope", "Filter attack", _TIME),
    "filter_decay": ("envelope", "Filter decay", _TIME),
    "filter_sustain": ("envelope", "Filter sustain", _PERCENT),
    "filter_release": ("envelope", "Filter release", _TIME),
    "filter_resonance": ("filter", "Filter resonance", {"multiply": 100 / 0.97, "unit": "%"}),
    "filter_env_amount": ("filter", "Filter envelope amount", {"multiply": 100 / 16, "unit": "%"}),
    "filter_cutoff": ("filter", "Filter cutoff", {"multiply": 50.0, "offset": 25.0, "unit": "%"}),
    # 1.25**v is the frequency ratio, so cents are linear in v
    "osc2_detune": ("pitch", "Oscillator 2 detune", {"multiply": 1200 * float(np.log2(1.25)), "unit": "cents"}),
    "osc2_waveform": ("oscillator", "Oscillator 2 waveform", {"choices": _OSC}),
    "master_vol": ("level", "Master volume", {"scale": "quadratic", **_PERCENT}),
    "lfo_freq": ("lfo", "LFO speed", {"scale": "quadratic", "unit": "Hz"}),
    "lfo_waveform": ("lfo", "LFO waveform", {"choices": _LFO}),
    "osc2_range": ("pitch", "Oscillator 2 octave", {"unit": "octaves"}),
    "osc_mix": ("oscillator", "Oscillator mix", _PERCENT),
    "freq_mod_amount": ("modulation", "LFO to oscillators", {"multiply": 100 / 1.25992105, "unit": "%"}),
    "filter_mod_amount": ("modulation", "LFO to filter", {"multiply": 50.0, "offset": 50.0, "unit": "%"}),
    "amp_mod_amount": ("modulation", "LFO to amp", {"multiply": 50.0, "offset": 50.0, "unit": "%"}),
    "osc_mix_mode": ("oscillator", "Ring modulation", _PERCENT),
    "osc1_pulsewidth": ("oscillator", "Oscillator 1 pulse width", _PERCENT),
    "osc2_pulsewidth": ("oscillator", "Oscillator 2 pulse width", _PERCENT),
    "reverb_roomsize": ("effect", "Reverb size", _PERCENT),
    "reverb_damp": ("effect", "Reverb damping", _PERCENT),
    "reverb_wet": ("effect", "Reverb amount", _PERCENT),
    "reverb_width": ("effect", "Reverb stereo width", _PERCENT),
    "distortion_crunch": ("effect", "Distortion", {"multiply": 100 / 0.9, "unit": "%"}),
    "osc2_sync": ("oscillator", "Oscillator 2 sync", {"choices": ("off", "on")}),
    "portamento_time": ("pitch", "Portamento time", {"unit": "s"}),
    "keyboard_mode": ("pitch", "Keyboard mode", {"choices": ("poly", "mono", "legato")}),
    "osc2_pitch": ("pitch", "Oscillator 2 semitones", {"unit": "semitones"}),
    "filter_type": (
        "filter",
        "Filter type",
        {"choices": ("low pass", "high pass", "band pass", "notch", "bypass")},
    ),
    "filter_slope": ("filter", "Filter slope", {"choices": ("12 dB / octave", "24 dB / octave")}),
    "freq_mod_osc": ("modulation", "LFO to which oscillator", {"choices": ("osc 1+2", "osc 1", "osc 2")}),
    "filter_kbd_track": ("filter", "Filter key tracking", _PERCENT),
    "filter_vel_sens": ("modulation", "Velocity to filter", _PERCENT),
    "amp_vel_sens": ("modulation", "Velocity to amp", _PERCENT),
    # the host may set it in between, but amsynth's own files and panel know two values
    "portamento_mode": ("pitch", "Portamento mode", {"choices": ("always", "legato")}),
}

#: limits that six digits cut: the cube root of 2
EXACT = {"freq_mod_amount": 1.25992105}


def main() -> None:
    """Probe the plug-in and write the table."""
    library = find_library()
    if library is None:
        raise SystemExit("amsynth is not installed: apt-get install amsynth")
    plugin = HostedPlugin(str(library))
    defaults = _chunk(plugin)
    parameters = []
    for host in plugin.parameters():
        name = host.name
        group, label, shown = ROWS[name]
        found = []
        for position in np.linspace(0, 1, 49):
            plugin.set_values([host.index], [position])
            found.append(_chunk(plugin)[name])
        plugin.set_values([host.index], [host.value])
        values = np.unique(found)
        stepped = len(values) < 49 and bool(np.all(values == np.rint(values)))
        low, high = float(values[0]), EXACT.get(name, float(values[-1]))
        print(f"{name:18} {low:8.6g} .. {high:<10.8g} default {defaults[name]:<8.6g} {len(values)} values")
        categorical = "choices" in shown
        parameters.append(
            Parameter(
                name=name,
                label=label,
                group=group,  # type: ignore[arg-type]
                kind="categorical" if categorical else "continuous",
                low=low,
                high=high,
                default=defaults[name],
                step=1.0 if stepped and not categorical else 0.0,
                **shown,
            )
        )
    space = ParamSpace("amsynth", parameters)
    table = Path(__file__).parents[1] / "src/synthmatch/synths/tables/amsynth.json"
    table.write_text(space.to_json(), encoding="utf-8")
    print(f"{len(space)} parameters, hash {space.hash}")


def _chunk(plugin: HostedPlugin) -> dict[str, float]:
    """Native values of the state that the plug-in saves now."""
    chunk = read_programs(plugin.state(), "the plug-in's state")[0].chunk or b""
    return {k: float(v) for k, v in re.findall(r"<parameter> (\S+) (\S+)", chunk.decode())}


if __name__ == "__main__":
    main()
