"""Vita alone, in a process of its own: what the real synthesizer makes of ``.vital`` files, for comparison.

python vital_raw.py render OUT.npy FILE...   audio of C4, velocity 100, 0.3 of 0.5 s, random phases off
python vital_raw.py make FILE SEED           save a preset made with the binding only
"""

import base64
import json
import random
import sys
from pathlib import Path

import numpy as np
import vita

SILENT_PHASES = ("osc_1_random_phase", "osc_2_random_phase", "osc_3_random_phase", "sample_random_phase")
SAMPLES = 22_050


def render(out: str, files: list[str]) -> None:
    """One fresh synth a file."""
    renders = []
    for file in files:
        synth = vita.Synth()
        assert synth.load_json(Path(file).read_text())
        for name in SILENT_PHASES:
            synth.get_controls()[name].set(0.0)
        renders.append(synth.render(60, 100 / 127, 0.3, 0.55)[:, :SAMPLES])
    np.save(out, np.stack(renders))


def make(file: str, seed: int) -> None:
    """Settings in and outside our space, 20 modulations (some that our space cannot name), own table and LFO."""
    rng = random.Random(seed)
    synth = vita.Synth()
    controls = synth.get_controls()
    for name in ("osc_2_on", "filter_1_on", "filter_2_on", "chorus_on", "eq_on", "sample_on"):
        controls[name].set(1.0)
    for name in (
        *("osc_1_transpose_quantize", "effect_chain_order", "lfo_6_frequency", "env_5_decay", "osc_1_view_2d"),
        *("osc_1_pan", "filter_1_cutoff", "filter_1_resonance", "osc_2_tune", "env_1_attack", "eq_low_gain"),
    ):
        info = synth.get_control_details(name)
        x = rng.uniform(info.min, info.max if "effect_chain" not in name else 1000.0)
        controls[name].set(float(round(x)) if info.is_discrete else x)
    moved = [f"osc_{i}_{c}" for i in (1, 2) for c in ("level", "pan", "tune", "phase")]
    moved += [f"filter_{i}_{c}" for i in (1, 2) for c in ("cutoff", "resonance", "keytrack", "drive")]
    moved += ["chorus_feedback", "eq_low_gain", "lfo_6_frequency", "modulation_1_amount"]
    for slot, destination in enumerate(moved, 1):
        source = ("lfo_1", "lfo_6", "env_2", "macro_control_1", "env_5")[slot % 5]
        assert synth.connect_modulation(source, destination)
        controls[f"modulation_{slot}_amount"].set(rng.uniform(-0.3, 0.3))
    controls["macro_control_1"].set(0.6)
    document = json.loads(synth.to_json())
    settings = document["settings"]
    shape = settings["wavetables"][1]["groups"][0]["components"][0]["keyframes"][0]
    wave = np.sin(np.linspace(0, 2 * np.pi, 2048, endpoint=False) * 3) ** 3
    shape["wave_data"] = base64.b64encode(wave.astype("<f4").tobytes()).decode()
    settings["wavetables"][1]["name"] = "Mine"
    settings["lfos"][0] = {
        **{"name": "Mine", "num_points": 3, "points": [0.0, 1.0, 0.3, 0.0, 1.0, 1.0], "powers": [1.0, -2.0, 0.0]},
        "smooth": False,
    }
    settings["lfos"][5]["points"][2] = 0.25
    settings["modulations"][2]["line_mapping"] = {**settings["lfos"][0], "name": "Curve"}
    document.update(author="Ada", comments="made by hand", macro1="BITE", preset_style="Bass", preset_name="Mine")
    Path(file).write_text(json.dumps(document))


if __name__ == "__main__":
    if sys.argv[1] == "render":
        render(sys.argv[2], sys.argv[3:])
    else:
        make(sys.argv[2], int(sys.argv[3]))
