"""Our own wavetables and LFO shapes for Vital, as the JSON that its presets embed.

A bank table has 33 frames, cross-faded between five keyframes. Vital renders every frame when it loads a preset, so a
table of the full 257 frames would cost more than the notes it plays. The wave-frame knob still runs 0..256 over the
whole table: what a file stores for an oscillator with a bank table is the knob over `FRAME_SCALE`, a power of two, so
that the division loses nothing.

Made by ``tools/make_vital_wavetables.py``.
"""

import base64
import hashlib
import json
import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.arrays import I16, Int16

TABLES = Path(__file__).parents[1] / "tables"
#: choices of the table and LFO-shape parameters: class 0 is the preset's own, or what Vital starts with
OWN = "own"
FRAME_SCALE = 8.0
#: frames between two keyframes of a bank table
_KEYFRAME_GAP = 8
#: half a second of noise: Vital's start of a second, at half the cost of loading
_NOISE_SAMPLES = 22_050

Json = dict[str, Any]


class Bank:
    """The wavetables and LFO shapes, each as a JSON object and as its text, in the order of their classes.

    Class 0 of either is what Vital starts with.
    """

    def __init__(self) -> None:
        wave_file = TABLES / "vital_wavetables.npz"
        shape_file = TABLES / "vital_lfo_shapes.json"
        with np.load(wave_file) as data:
            names, frames, init = [str(n) for n in data["names"]], data["frames"], data["init"]
        digest = hashlib.sha256(frames.tobytes() + init.tobytes() + shape_file.read_bytes())
        #: names the bank: the parameter table carries it, so that another bank makes another hash
        self.digest = digest.hexdigest()[:12]
        shapes: dict[str, Json] = json.loads(shape_file.read_text(encoding="utf-8"))
        triangle = {"num_points": 3, "points": [0.0, 1.0, 0.5, 0.0, 1.0, 1.0], "powers": [0.0] * 3, "smooth": False}
        self.tables = [table("Init", init[None], [0], interpolation=1)]
        for name, waves in zip(names, frames, strict=True):
            gaps = range(0, _KEYFRAME_GAP * len(waves), _KEYFRAME_GAP)
            self.tables.append(table(name, waves.astype(np.float32) / 32767, gaps, interpolation=0))
        self.shapes = [{"name": "Triangle", **triangle}, *({"name": n, **s} for n, s in shapes.items())]
        self.table_names = (OWN, *names)
        self.shape_names = (OWN, *shapes)
        self.table_texts = [dumps(table) for table in self.tables]
        self.shape_texts = [dumps(shape) for shape in self.shapes]
        self._known_tables = {_fingerprint(table["groups"]): k for k, table in enumerate(self.tables)}
        self._known_shapes = {_fingerprint({**shape, "name": ""}): k for k, shape in enumerate(self.shapes)}

    def table_class(self, table: Json) -> int | None:
        """Class of a preset's wavetable, None where it is not of this bank."""
        plain = table.get("full_normalize", False) is True and table.get("remove_all_dc", False) is True
        return self._known_tables.get(_fingerprint(table.get("groups"))) if plain else None

    def shape_class(self, shape: Json) -> int | None:
        """Class of a preset's LFO shape, None where it is not of this bank."""
        return self._known_shapes.get(_fingerprint({**shape, "name": ""}))


@cache
def bank() -> Bank:
    """The bank, read once a process."""
    return Bank()


@cache
def noise() -> Json:
    """The sample of a preset without its own: white noise, the same everywhere (Vital's start differs each time)."""
    pcm = np.frombuffer(random.Random(1).randbytes(2 * _NOISE_SAMPLES), "<i2")
    return sample("White Noise", (pcm * 0.9).astype("<i2"))


@cache
def noise_text() -> str:
    """`noise` as text."""
    return dumps(noise())


@cache
def silence_text() -> str:
    """A sample for renders that do not hear it: Vital refuses a preset without one, and a long one costs time."""
    return dumps(sample("", np.zeros(16, np.int16)))


def dumps(value: Any) -> str:
    """Compact JSON with sorted keys, as Vital writes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def table(name: str, waves: Any, positions: Iterable[int], interpolation: int) -> Json:
    """A wavetable of keyframes at frames of the table. `waves`: (keyframes, 2048), peak 1 at most.

    `interpolation` as Vital has it: 0 cross-fades keyframes, 1 fades their spectra. The whole table is scaled by one number
    when it is loaded, so that keyframes keep their levels.
    """
    keyframes = [
        {"position": position, "wave_data": base64.b64encode(wave.astype("<f4").tobytes()).decode()}
        for position, wave in zip(positions, waves, strict=True)
    ]
    source = {
        "interpolation": interpolation,
        "interpolation_style": 1,
        "keyframes": keyframes,
        "type": "Wave Source",
    }
    return {
        "author": "",
        "full_normalize": True,
        "groups": [{"components": [source]}],
        "name": name,
        "remove_all_dc": True,
        "version": "1.0.6",
    }


def sample(name: str, pcm: Int16[I16, " samples"]) -> Json:
    """A mono recording of the sampler, 16 bits at 44.1 kHz."""
    data = base64.b64encode(pcm.astype("<i2").tobytes()).decode()
    return {"length": len(pcm), "name": name, "sample_rate": 44_100, "samples": data}


def _fingerprint(value: Any) -> str:
    return hashlib.sha256(dumps(value).encode()).hexdigest()
