"""Draft src/synthmatch/synths/tables/dexed.json: the DX7 voice, in the order of its 155-byte single-voice dump.

Ranges are those of the DX7's voice parameter table (Yamaha, "DX7 MIDI data format"), the same that dexed-py's
`Preset.SCALES` has; the initial voice is the DX7's INIT VOICE. Run: ``python tools/draft_dexed_table.py``.
"""

from pathlib import Path

from synthmatch.params import Parameter, ParamSpace

CURVES = ("-LIN", "-EXP", "+EXP", "+LIN")
WAVES = ("triangle", "saw down", "saw up", "square", "sine", "sample & hold")
RATIOS = ("0.5", *(str(i) for i in range(1, 32)))
OFF_ON = ("off", "on")


def number(name: str, label: str, group: str, high: int, default: int, low: int = 0, **shown: object) -> Parameter:
    """An integer-valued knob."""
    return Parameter(name, label, group, "continuous", low, high, default, step=1.0, **shown)  # type: ignore[arg-type]


def choice(name: str, label: str, group: str, choices: tuple[str, ...], default: int = 0) -> Parameter:
    """A switch."""
    return Parameter(name, label, group, "categorical", 0, len(choices) - 1, default, choices=choices)  # type: ignore[arg-type]


def operator(i: int) -> list[Parameter]:
    """The 21 bytes of operator `i` (1..6)."""
    p, t = f"op{i}_", f"OP{i} "
    envelope = [number(f"{p}rate_{k}", f"{t}EG rate {k}", "envelope", 99, 99) for k in range(1, 5)]
    envelope += [number(f"{p}level_{k}", f"{t}EG level {k}", "envelope", 99, 0 if k == 4 else 99) for k in range(1, 5)]
    return [
        *envelope,
        number(f"{p}breakpoint", f"{t}keyboard break point", "level", 99, 39),
        number(f"{p}left_depth", f"{t}left depth", "level", 99, 0),
        number(f"{p}right_depth", f"{t}right depth", "level", 99, 0),
        choice(f"{p}left_curve", f"{t}left curve", "level", CURVES),
        choice(f"{p}right_curve", f"{t}right curve", "level", CURVES),
        number(f"{p}rate_scaling", f"{t}rate scaling", "envelope", 7, 0),
        number(f"{p}am_sensitivity", f"{t}amplitude modulation sensitivity", "modulation", 3, 0),
        number(f"{p}velocity_sensitivity", f"{t}key velocity sensitivity", "level", 7, 0),
        number(f"{p}output_level", f"{t}output level", "level", 99, 99 if i == 1 else 0),
        choice(f"{p}mode", f"{t}frequency mode", "oscillator", ("ratio", "fixed")),
        choice(f"{p}coarse", f"{t}frequency coarse", "oscillator", RATIOS, 1),
        number(f"{p}fine", f"{t}frequency fine", "oscillator", 99, 0, unit="%"),
        number(f"{p}detune", f"{t}detune", "pitch", 14, 7, offset=-7.0),
    ]


PARAMETERS = [
    *(p for i in range(6, 0, -1) for p in operator(i)),
    *(number(f"pitch_rate_{k}", f"Pitch EG rate {k}", "pitch", 99, 99) for k in range(1, 5)),
    *(number(f"pitch_level_{k}", f"Pitch EG level {k}", "pitch", 99, 50) for k in range(1, 5)),
    choice("algorithm", "Algorithm", "oscillator", tuple(str(i) for i in range(1, 33))),
    number("feedback", "Feedback", "oscillator", 7, 0),
    choice("osc_key_sync", "Oscillator key sync", "oscillator", OFF_ON, 1),
    number("lfo_speed", "LFO speed", "lfo", 99, 35),
    number("lfo_delay", "LFO delay", "lfo", 99, 0),
    number("lfo_pitch_depth", "LFO pitch modulation depth", "lfo", 99, 0),
    number("lfo_amplitude_depth", "LFO amplitude modulation depth", "lfo", 99, 0),
    choice("lfo_sync", "LFO key sync", "lfo", OFF_ON, 1),
    choice("lfo_wave", "LFO wave", "lfo", WAVES),
    number("pitch_sensitivity", "Pitch modulation sensitivity", "modulation", 7, 3),
    number("transpose", "Transpose", "pitch", 48, 24, unit="semitones", offset=-24.0),
]

if __name__ == "__main__":
    target = Path(__file__).parents[1] / "src/synthmatch/synths/tables/dexed.json"
    target.write_text(ParamSpace("dexed", PARAMETERS).to_json(), encoding="utf-8")
    print(f"{target}: {len(PARAMETERS)} parameters, encoded width {ParamSpace('dexed', PARAMETERS).encoded_width}")
