"""How much two plays of one preset differ in a synthesizer that has been played before, as in a DAW.

Our own renders repeat bit for bit. A running synthesizer's do not: its oscillators and noise go on between notes. No
match needs to come nearer to the target than this. The values are measured (`benchmark.floor`) and shipped as data.
"""

import json
from functools import cache
from importlib import resources


@cache
def _measured() -> dict[str, dict[str, float]]:
    text = (resources.files("synthmatch") / "data/noise_floor.json").read_text(encoding="utf-8")
    return {synth: dict(values) for synth, values in json.loads(text).items()}


def random_distance(synth: str) -> float:
    """Loudness distance of a random preset from a target; 1 for a synthesizer that was not measured."""
    return _measured().get(synth, {}).get("random_preset", 1.0)


def noise_floor(synth: str) -> dict[str, float]:
    """Mean `lsd`, `mss` and `loudness_distance` between two plays, by metric; empty for a synthesizer that was not measured."""
    found = _measured().get(synth, {})
    return {name: value for name, value in found.items() if name in ("lsd", "mss", "loudness_distance")}
