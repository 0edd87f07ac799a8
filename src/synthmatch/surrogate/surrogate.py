"""A trained surrogate at work, in numpy: the sketch that a synthesizer would give for a preset and a note.

It is a residual network: a layer of each synthesizer's own, blocks that all share, and at the end what is to be added to
the levels that the synthesizer's formulas expect. Its weights are one ``.npz`` file in half precision, and nothing of what
trained it is needed here.
"""

import hashlib
import io
import json
import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from synthmatch.arrays import Array, Float, Floats
from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError
from synthmatch.features.sketch import MELS
from synthmatch.note import Note
from synthmatch.parsing import has_shape, member, need, parse_arrays, parse_json
from synthmatch.reading import read_file
from synthmatch.surrogate.inputs import SEGMENTS, Inputs
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_of_file

_FORMAT = "synthmatch surrogate 2"
#: Of a file, and of its arrays; the package's has 18 MB.
MOST_BYTES = 100_000_000
#: What an output of 1 is, in dB; not tuned.
SCALE_DB = 10.0
#: Of layer normalisation: torch's default.
_EPSILON = 1e-5
#: Presets at a time, which threads share; the numbers are the same on any machine. A matter of time, not tuned.
_TOGETHER = 128


class Predicted(NamedTuple):
    """Sketches in dBFS, shape (N, SEGMENTS, MELS), and the last layer's features, (N, width)."""

    sketch: Float[Floats, "presets segments mels"]
    features: Float[Floats, "presets width"]


class Surrogate:
    """Predicts sketches of one synthesizer's presets.

    `arrays`: the network's weights by name. `number`: which of its synthesizers this is. `fingerprint`: a short hash of
    the weights. `change_cosine`: mean cosine of predicted and real changes on what its training held out, 0 where none is told.
    """

    def __init__(
        self,
        synth: Synth,
        arrays: Mapping[str, Floats],
        number: int,
        blocks: int,
        fingerprint: str,
        change_cosine: float = 0.0,
    ) -> None:
        self.synth, self.space = synth, synth.space
        self._inputs = Inputs(synth)
        self._arrays, self._number, self._blocks = arrays, number, blocks
        self.fingerprint, self.change_cosine = fingerprint, change_cosine

    def __call__(self, unit: Float[Floats, "presets parameters"], note: Note) -> Predicted:
        """Predict the sounds of knob positions, (N, P), with a note."""
        parts = [unit[start : start + _TOGETHER] for start in range(0, len(unit), _TOGETHER)]
        if len(parts) == 1:
            return self._predicted(unit, note)
        with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as threads:
            each = list(threads.map(lambda part: self._predicted(part, note), parts))
        return Predicted(*(np.concatenate(arrays) for arrays in zip(*each, strict=True)))

    def _predicted(self, unit: Float[Floats, "presets parameters"], note: Note) -> Predicted:
        count = len(unit)
        seen = self._inputs(unit, [note.pitch] * count, [note.hold_seconds] * count)
        x = self._linear(f"inputs.{self._number}", seen.numbers)
        for block in range(self._blocks):
            y = self._linear(f"blocks.{block}.first", self._normalised(f"blocks.{block}.norm", x))
            # x * sigmoid(x); beyond 80 the exponential has nothing to add
            y /= 1.0 + np.exp(-np.maximum(y, -80.0))
            x += self._linear(f"blocks.{block}.second", y)
        features = self._normalised("norm", x)
        added = SCALE_DB * self._linear("sketch", features) + self._arrays["means"][self._number]
        expected = self._linear(f"levels.{self._number}", seen.levels)
        return Predicted(expected + added.reshape(-1, SEGMENTS, MELS), features)

    def _linear(self, name: str, x: Float[Floats, " presets *inputs"]) -> Float[Floats, "presets ..."]:
        y: Floats = x @ self._arrays[f"{name}.weight"].T
        bias = self._arrays.get(f"{name}.bias")
        return y if bias is None else y + bias

    def _normalised(self, name: str, x: Float[Floats, "presets width"]) -> Float[Floats, "presets width"]:
        centred = x - x.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + _EPSILON)
        return centred / spread * self._arrays[f"{name}.weight"] + self._arrays[f"{name}.bias"]


def write_surrogate(path: Path, arrays: Mapping[str, Floats], synths: Sequence[str], blocks: int, made: Any) -> None:
    """Write a network's weights in half precision. `made`: how it was trained, JSON. Raises `OutputError`."""
    tables = {synth: get_synth(synth).space.hash for synth in synths}
    about = {"format": _FORMAT, "tables": tables, "blocks": blocks, "made": made}
    buffer = io.BytesIO()
    half = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez(buffer, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **half)  # type: ignore[arg-type]
    write_whole(path, buffer.getvalue(), force=True)


class Weights(NamedTuple):
    """What a file holds: the hash of each synthesizer's parameter table by id, blocks, arrays, a short hash of it all.

    `change_cosines`: by synthesizer id, of those whose training told (`Surrogate.change_cosine`).
    """

    tables: dict[str, str]
    blocks: int
    arrays: dict[str, Floats]
    fingerprint: str
    change_cosines: dict[str, float]


def read_weights(path: Path) -> Weights:
    """The weights of a file. Raises `InputError` for a damaged file or parameter tables that are not this version's."""
    content = read_file(path, MOST_BYTES, "a surrogate, which synthmatch surrogate train makes")
    try:
        stored = parse_arrays(content, MOST_BYTES)
        if not has_shape(stored.get("about"), "u1", None):
            raise ValueError("it lacks what it is about")
        about = need(parse_json(stored.pop("about").tobytes()), dict, "about")
        found = member(about, "format", str)
        if found != _FORMAT:
            raise InputError(f"{path} has format {found!r}, expected {_FORMAT!r}; train it again")
        tables = member(about, "tables", dict)
        for id, table in tables.items():
            if (ours := synth_of_file(id, path).space.hash) != table:
                raise InputError(f"{path} was trained for {id} table {table}, this version has {ours}; train it again")
        made = need(about.get("made") or {}, dict, "made")
        told = need(made.get("validation", {}), dict, "validation")
        cosines = {id: float(member(need(row, dict, id), "direction", float)) for id, row in told.items()}
        blocks = member(about, "blocks", int)
        arrays = _checked(stored, tables, blocks)
    except ValueError as error:
        raise InputError(f"{path} is no surrogate or is damaged ({error}); train it again") from None
    fingerprint = hashlib.blake2b(content, digest_size=4).hexdigest()
    return Weights(tables, blocks, arrays, fingerprint, cosines)


def _checked(arrays: Mapping[str, Array], synths: Collection[str], blocks: int) -> dict[str, Floats]:
    """The weights of a network of `blocks`. Raises `ValueError` where one is missing or does not fit the others."""
    weight = arrays.get("inputs.0.weight")
    if not synths or weight is None or weight.ndim != 2 or not 0 <= blocks <= len(arrays):
        raise ValueError("it lacks weights")
    width = len(weight)
    wanted: dict[str, tuple[int, ...]] = {"norm.weight": (width,), "norm.bias": (width,)}
    wanted |= {"sketch.weight": (SEGMENTS * MELS, width), "means": (len(synths), SEGMENTS * MELS)}
    for number, id in enumerate(synths):
        inputs = Inputs(get_synth(id))
        wanted[f"inputs.{number}.weight"] = (width, inputs.width)
        wanted[f"levels.{number}.weight"] = (MELS, inputs.bands)
    for block in range(blocks):
        wanted |= {f"blocks.{block}.norm.{part}": (width,) for part in ("weight", "bias")}
        wanted |= {f"blocks.{block}.{layer}.weight": (width, width) for layer in ("first", "second")}
    biases = [name.removesuffix("weight") + "bias" for name, shape in wanted.items() if len(shape) == 2]
    wanted |= {name: (len(arrays[name.removesuffix("bias") + "weight"]),) for name in biases if name in arrays}
    for name, shape in wanted.items():
        if not has_shape(arrays.get(name), "f2", *shape):
            raise ValueError(f"{name} is missing or not of shape {shape}")
    return {name: arrays[name].astype(np.float32) for name in wanted}


def read_surrogates(path: Path) -> dict[str, Surrogate]:
    """The surrogates of a file by synthesizer id. Raises what `read_weights` raises."""
    tables, blocks, arrays, fingerprint, cosines = read_weights(path)
    # in double precision, so that how a machine rounds its sums does not decide which of two children is rendered
    doubles = {name: array.astype(np.float64) for name, array in arrays.items()}
    return {
        synth: Surrogate(get_synth(synth), doubles, number, blocks, fingerprint, cosines.get(synth, 0.0))
        for number, synth in enumerate(tables)
    }


@cache
def builtin_surrogates() -> dict[str, Surrogate]:
    """The surrogates in the package, by synthesizer id; none where the file is missing."""
    with resources.as_file(resources.files("synthmatch") / "data" / "surrogate.npz") as path:
        return read_surrogates(path) if path.is_file() else {}
