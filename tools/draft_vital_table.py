"""Draft Vital's parameter table and its starting settings from vita, the binding to the real synthesizer.

Which controls shape the sound of one note is decided here, by name; their ranges, defaults, scales and choices are
vita's. Run it from the repository's root after ``make_vital_wavetables.py``:

    python tools/draft_vital_table.py
"""

import json
import re
from typing import Any, get_args

import vita

from synthmatch.params.parameter import Group, Parameter, Scale
from synthmatch.params.space import ParamSpace
from synthmatch.synths.vital.bank import TABLES, bank, dumps

SLOTS = 16
SCALES: dict[str, Scale] = {scale: scale for scale in get_args(Scale)}

OSCILLATOR = (
    "on level pan transpose tune wavetable wave_frame unison_voices unison_detune unison_blend stereo_spread "
    "detune_range detune_power stack_style frame_spread phase spectral_morph_type spectral_morph_amount "
    "spectral_morph_spread distortion_type distortion_amount distortion_phase distortion_spread destination "
    "midi_track spectral_unison"
)
FILTER = (
    "on model style cutoff resonance drive blend blend_transpose mix keytrack formant_x formant_y "
    "formant_transpose formant_resonance formant_spread"
)
LFO = (
    "shape frequency sync sync_type tempo phase fade_time delay_time stereo smooth_mode smooth_time "
    "keytrack_transpose keytrack_tune"
)
ENVELOPE = "delay attack hold decay sustain release attack_power decay_power release_power"
SLOT = "source destination amount bipolar power"
MOVED_OSCILLATOR = (
    "level pan transpose tune wave_frame unison_detune spectral_morph_amount distortion_amount distortion_phase "
    "stereo_spread"
)
EQ_BAND = "mode cutoff gain resonance"
BAND = "gain lower_ratio lower_threshold upper_ratio upper_threshold"
EFFECTS = {
    "chorus": "on dry_wet cutoff delay_1 delay_2 feedback frequency mod_depth spread sync tempo voices",
    "compressor": "on attack release mix enabled_bands "
    + " ".join(f"{band}_{control}" for band in ("low", "band", "high") for control in BAND.split()),
    "delay": "on dry_wet feedback filter_cutoff filter_spread frequency sync tempo aux_frequency aux_sync aux_tempo "
    "style",
    "distortion": "on type drive mix filter_order filter_cutoff filter_resonance filter_blend",
    "eq": "on " + " ".join(f"{b}_{c}" for b in ("low", "band", "high") for c in EQ_BAND.split()),
    "flanger": "on dry_wet feedback center frequency mod_depth phase_offset sync tempo",
    "phaser": "on dry_wet feedback blend center frequency mod_depth phase_offset sync tempo",
    "reverb": "on dry_wet decay_time size delay pre_low_cutoff pre_high_cutoff low_shelf_cutoff low_shelf_gain "
    "high_shelf_cutoff high_shelf_gain chorus_amount chorus_frequency",
}

#: what may move what: the rest of Vital's sources and destinations stay a preset's own
SOURCES = [f"env_{i}" for i in (1, 2, 3)] + [f"lfo_{i}" for i in (1, 2, 3, 4)] + ["note", "stereo", "velocity"]
DESTINATIONS = [
    *(
        f"osc_{i}_{c}"
        for i in (1, 2, 3)
        for c in [
            "level",
            "pan",
            "transpose",
            "tune",
            "wave_frame",
            "unison_detune",
            "spectral_morph_amount",
            "distortion_amount",
            "distortion_phase",
            "stereo_spread",
        ]
    ),
    "sample_level",
    "sample_pan",
    "sample_transpose",
    *(
        f"filter_{i}_{c}"
        for i in ("1", "2", "fx")
        for c in ["cutoff", "resonance", "drive", "blend", "mix", "formant_x", "formant_y"]
    ),
    *(f"env_{i}_{c}" for i in (1, 2, 3) for c in ("attack", "decay")),
    *(f"lfo_{i}_frequency" for i in (1, 2, 3, 4)),
    *(f"{e}_dry_wet" for e in ("chorus", "delay", "flanger", "phaser", "reverb")),
    "chorus_mod_depth",
    "delay_feedback",
    "delay_frequency",
    "distortion_drive",
    "distortion_mix",
    "eq_band_cutoff",
    "eq_band_gain",
    "flanger_center",
    "phaser_center",
    "reverb_size",
    "voice_amplitude",
    "voice_tune",
    "volume",
]

NAMES = [
    *(f"osc_{i}_{c}" for i in (1, 2, 3) for c in OSCILLATOR.split()),
    *(f"sample_{c}" for c in ["on", "level", "pan", "transpose", "tune", "keytrack", "destination", "loop", "bounce"]),
    *(f"filter_{i}_{c}" for i in (1, 2) for c in (*FILTER.split(), "filter_input")),
    *(
        f"env_{i}_{c}"
        for i in (1, 2, 3)
        for c in [
            "delay",
            "attack",
            "hold",
            "decay",
            "sustain",
            "release",
            "attack_power",
            "decay_power",
            "release_power",
        ]
    ),
    *(f"lfo_{i}_{c}" for i in (1, 2, 3, 4) for c in LFO.split()),
    *(f"{effect}_{c}" for effect, controls in EFFECTS.items() for c in controls.split()),
    *(f"filter_fx_{c}" for c in FILTER.split()),
    *["voice_transpose", "voice_tune", "voice_amplitude", "velocity_track", "stereo_routing", "volume"],
    *(f"modulation_{i}_{c}" for i in range(1, SLOTS + 1) for c in SLOT.split()),
]

#: choices that vita repeats, and so leaves two classes with one name
RENAMED = {
    "distortion_type": {7: "FM <- Osc A", 8: "FM <- Osc B", 10: "RM <- Osc A", 11: "RM <- Osc B"},
}


def group(name: str) -> Group:
    """Group of a control, by its name."""
    if name.startswith("modulation_"):
        return "modulation"
    if name in ("volume", "voice_amplitude", "velocity_track", "stereo_routing"):
        return "level"
    if re.fullmatch(r"(osc_\d|sample)_(level|pan)", name):
        return "level"
    if re.fullmatch(r"(osc_\d|sample|voice)_(transpose|tune)", name):
        return "pitch"
    first = name.split("_", maxsplit=1)[0]
    if name.startswith("filter_fx"):
        return "effect"
    by_first: dict[str, Group] = {"osc": "oscillator", "sample": "oscillator", "filter": "filter", "env": "envelope"}
    return by_first.get(first, "lfo" if first == "lfo" else "effect")


def own_parameter(name: str) -> Parameter | None:
    """The parameters that Vital stores elsewhere than among its controls."""
    chosen: dict[str, tuple[str, ...]] = {
        "wavetable": bank().table_names,
        "shape": bank().shape_names,
        "source": ("none", *SOURCES, "own"),
        "destination": ("none", *DESTINATIONS, "own"),
    }
    kind = name.rsplit("_", 1)[-1]
    if kind not in chosen or (kind == "destination" and not name.startswith("modulation_")):
        return None
    choices = chosen[kind]
    label = name.replace("_", " ").replace("osc", "Oscillator").replace("lfo", "LFO")
    return Parameter(
        name=name,
        label=label[0].upper() + label[1:],
        group=group(name),
        kind="categorical",
        low=0,
        high=len(choices) - 1,
        default=0,
        unit=f"bank {bank().digest}" if kind in ("wavetable", "shape") else "",
        choices=choices,
    )


def control_parameter(synth: Any, name: str) -> Parameter:
    """A parameter from vita's description of a control."""
    info = synth.get_control_details(name)
    scale = re.sub(r"(?<!^)(?=[A-Z])", "_", str(info.scale).split(".")[-1]).lower()
    # vita names only the first tempos of a control that starts late in the list
    choices = list(synth.get_control_details("lfo_1_tempo").options if name.endswith("_tempo") else info.options)
    for k, text in RENAMED.get(name.split("_", 2)[-1], {}).items():
        choices[k] = text
    classes = round(info.max - info.min) + 1
    ordered = name.endswith(("_tempo", "_voices")) or not choices
    if scale == "indexed" and not ordered:
        # styles of a filter go on after the named ones: formant, comb and phaser models read them otherwise
        choices += [f"Style {k + 1}" for k in range(len(choices), classes)]
        kind = "categorical"
    else:
        kind = "continuous"
        choices = choices[round(info.min) : round(info.max) + 1] if scale == "indexed" else []
    return Parameter(
        name=name,
        label=info.display_name,
        group=group(name),
        kind="categorical" if kind == "categorical" else "continuous",
        low=info.min,
        high=info.max,
        default=info.default_value,
        step=1.0 if kind == "continuous" and scale == "indexed" else 0.0,
        unit=info.display_units.strip(),
        choices=tuple(choices),
        scale="linear" if scale == "indexed" else SCALES[scale],
        multiply=1.0 if kind == "categorical" else info.display_multiply,
        offset=info.post_offset,
    )


def main() -> None:
    """Write the table, and the settings that Vital starts with."""
    synth = vita.Synth()
    init = json.loads(synth.to_json())["settings"]
    numbers = {k: v for k, v in init.items() if isinstance(v, int | float)}
    rows = [own_parameter(name) or control_parameter(synth, name) for name in NAMES]
    space = ParamSpace("vital", rows)
    (TABLES / "vital.json").write_text(space.to_json(), encoding="utf-8")
    (TABLES / "vital_init.json").write_text(dumps(numbers).replace(',"', ',\n"') + "\n", encoding="utf-8")
    print(f"{len(space)} parameters, {space.encoded_width} encoded columns, hash {space.hash}")


if __name__ == "__main__":
    main()
