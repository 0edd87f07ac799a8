"""A small whole file of every kind that is read, and what reads and uses it: for the tests of damaged files."""

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.audio import load
from synthmatch.benchmark.records import Conditions, Record, RecordFile
from synthmatch.dataset.folder import SPEC, DatasetFolder
from synthmatch.dataset.reader import Dataset
from synthmatch.dataset.rows import Candidate
from synthmatch.dataset.shard import EXTRA, HARMONIC, MANIFEST, MEL, NATIVE, ROWS, KeptRow
from synthmatch.dataset.spec import DatasetSpec, Origin
from synthmatch.features.bands import SEMITONE_BANDS
from synthmatch.features.mel import HOP, MELS
from synthmatch.features.sketch import MELS as SKETCH_MELS
from synthmatch.features.timbre import SEGMENTS
from synthmatch.library.index import TimbreIndex
from synthmatch.library.library import Library
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.presets.fxp import Program, write_fxp
from synthmatch.presets.juce import read_vst3_state
from synthmatch.presets.vstpreset import VstPreset, read_vstpreset, write_vstpreset
from synthmatch.surrogate.inputs import SEGMENTS as SKETCH_SEGMENTS
from synthmatch.surrogate.inputs import Inputs
from synthmatch.surrogate.surrogate import read_surrogates, write_surrogate
from synthmatch.synths.plugin.format import owner
from synthmatch.synths.preset_files import dump_presets, main_format, read_presets
from synthmatch.synths.registry import get_synth, synth_names

#: A preset of Vital with a little of everything, so that a damage meets each part.
_SMALL_VITAL = {
    "synth_version": "1.0.6",
    "preset_name": "x",
    "author": "y",
    "settings": {
        "osc_1_level": 0.5,
        "wavetables": [{"name": "w", "groups": [{"components": []}], "full_normalize": True, "remove_all_dc": True}],
        "lfos": [{"name": "l", "num_points": 2, "points": [0.0, 1.0, 1.0, 0.0], "powers": [0.0, 0.0], "smooth": False}],
        "modulations": [{"source": "lfo_1", "destination": "osc_1_level", "line_mapping": {"points": []}}],
        "sample": {"length": 2, "sample_rate": 44100, "samples": "AAAAAA==", "name": "s"},
    },
}


class Kind(NamedTuple):
    """A kind of file: where it is, the folder that is put in order before each reading, and what reads and uses it."""

    path: Path
    read: Callable[[Path], object]
    tries: int


def kinds(folder: Path) -> dict[str, Kind]:
    """A whole file of each kind, in its own folder."""
    found: dict[str, Kind] = {}

    def add(name: str, contents: bytes, read: Callable[[Path], object], tries: int = 90) -> None:
        path = folder / name.replace(" ", "-").replace(".", "-") / name.rpartition(" ")[2]
        path.parent.mkdir()
        path.write_bytes(contents)
        found[name] = Kind(path, read, tries)

    for id in synth_names():
        synth = get_synth(id)
        presets = [synth.preset(synth.space.default, "first"), synth.preset(synth.space.default, "second")]
        add(f"{id} x.json", dump_presets(presets, ".json"), _use_presets)
        for form in synth.formats:
            some = presets if form.capacity != 1 else presets[:1]
            add(f"{id} x{form.suffix}", dump_presets(some, form.suffix), _use_presets)
    vital = get_synth("vital")
    extra = {"settings": {"a": 1.0}, "lfos": {"1": {"name": "x"}}, "header": {"author": "somebody"}}
    extra["modulations"] = {"1": {"source": "lfo_9", "destination": "x", "line_mapping": {}}}
    add(
        "vital extra.json", dump_presets([Preset("vital", vital.space.default, "x", extra)], ".json"), _use_presets, 150
    )
    add("vital small.vital", json.dumps(_SMALL_VITAL).encode(), _use_presets, 200)
    program = Program(b"abcd", "x", None, (0.1, 0.2))
    bank = struct.pack(">4si4siIii", b"CcnK", 0, b"FxBk", 1, 1, 1, 2) + bytes(128) + write_fxp(program) * 2
    add("plugin x.fxb", bank, lambda path: owner(path.read_bytes(), "/x.so", "x"))
    states = write_vstpreset(VstPreset("0" * 32, b"component", b"controller"))
    add("plugin x.vstpreset", states, lambda path: read_vstpreset(path.read_bytes(), "x"))
    xml = b"<?xml?><VST3PluginState><IComponent>3.abcd</IComponent></VST3PluginState>"
    add("plugin x.state", b"VC2!" + struct.pack("<I", len(xml)) + xml, lambda path: read_vst3_state(path.read_bytes()))
    add("library x.npz", _library(folder), _use_library, 200)
    add("surrogate x.npz", _surrogate(folder), _use_surrogate, 100)
    record = Record("x", Conditions("random", "1", "1", 10, 0), "here", 1.0, {10: {"lsd": 1.0}})
    add("records x.jsonl", f"{record.line()}\n".encode() * 2, lambda path: RecordFile(path).records)
    add("sound x.wav", _sound(), load, 60)
    data = _dataset(folder)
    shard = data / "dexed" / "shard-00000"
    for path in (data / SPEC, *(shard / name for name in (MANIFEST, ROWS, EXTRA, NATIVE, HARMONIC, MEL))):
        found[f"data set {path.name}"] = Kind(path, _use_dataset, 80)
    return found


def _library(folder: Path) -> bytes:
    synth = get_synth("dexed")
    levels = np.random.default_rng(0).normal(-60, 10, (2, 4, SEGMENTS, SEMITONE_BANDS))
    unit = np.tile(synth.space.to_unit(synth.space.default), (4, 1))
    Library("dexed", unit, ("a", "b", "c", "d"), TimbreIndex.fit((48, 60), levels, 4)).save(folder / "library.npz")
    return (folder / "library.npz").read_bytes()


def _surrogate(folder: Path) -> bytes:
    inputs, width, rng = Inputs(get_synth("dexed")), 4, np.random.default_rng(0)
    shapes = {
        "means": (1, SKETCH_SEGMENTS * SKETCH_MELS),
        "inputs.0.weight": (width, inputs.width),
        "inputs.0.bias": (width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "blocks.0.norm.weight": (width,),
        "blocks.0.norm.bias": (width,),
        "blocks.0.first.weight": (width, width),
        "blocks.0.second.weight": (width, width),
        "sketch.weight": (SKETCH_SEGMENTS * SKETCH_MELS, width),
        "levels.0.weight": (SKETCH_MELS, inputs.bands),
    }
    made = {"validation": {"dexed": {"direction": 0.5}}}
    write_surrogate(folder / "s.npz", {n: rng.normal(size=s) for n, s in shapes.items()}, ["dexed"], 1, made)
    return (folder / "s.npz").read_bytes()


def _sound() -> bytes:
    import soundfile

    buffer = io.BytesIO()
    sine = 0.5 * np.sin(2 * np.pi * 440 * np.arange(4_410) / 44_100)
    soundfile.write(buffer, sine, 44_100, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def _dataset(folder: Path) -> Path:
    """A data set of two rows of Dexed at one note; the sounds are noise."""
    synth, path = get_synth("dexed"), folder / "data"
    spec = DatasetSpec(("dexed",), 2, (60,))
    found = DatasetFolder(path, spec, {"dexed": Origin(synth.space.hash, "1", "", "1")})
    found.claim()
    frames = 1 + spec.notes()[0].samples // HOP
    mel = np.random.default_rng(0).integers(0, 255, (1, MELS, frames)).astype(np.uint8)
    rows = [
        KeptRow(n, 0, Candidate(synth.preset(synth.space.default, "x"), "train", "child"), mel, np.array([50.0]))
        for n in range(2)
    ]
    (place,) = found.shards()
    place.write(rows, {"silent": 1}, len(synth.space))
    return path


def _use_presets(path: Path) -> None:
    for preset in read_presets(path):
        synth = get_synth(preset.synth)
        synth.dump([preset], main_format(synth).suffix)
        preset.key()


def _use_library(path: Path) -> None:
    library = Library.load(path)
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 22_050)).astype(np.float32)
    found = library.nearest(noise, Note(render_seconds=0.5, hold_seconds=0.3), 2)
    assert found
    for neighbour in found:
        assert np.isfinite(neighbour.preset.native).all()


def _use_surrogate(path: Path) -> None:
    for surrogate in read_surrogates(path).values():
        surrogate(surrogate.space.to_unit(surrogate.space.default)[None], Note())


def _use_dataset(path: Path) -> None:
    """Of any of a data set's files. Sizes in the manifest are made right, or they alone would be looked at."""
    manifest = next(iter(path.parent.rglob(MANIFEST)))
    if path not in (manifest, manifest.parents[2] / SPEC):
        told = json.loads(manifest.read_bytes())
        for name, entry in told["files"].items():
            entry[0] = (manifest.parent / name).stat().st_size
        manifest.write_text(json.dumps(told))
    train = Dataset.open(manifest.parents[2]).split("train")
    items = np.arange(len(train))
    train.encoded(items), train.stored_mels(items), train.harmonic(items), train.names(items)
    for item in items.tolist():
        train.preset(item).key()
