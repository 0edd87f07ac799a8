"""Vital, Matt Tytel's wavetable synthesizer, through vita, its headless binding.

The space has the controls that shape the sound of one note, 16 modulation slots, a wavetable per oscillator and a shape
per LFO from our own bank (`vital_bank`). A render has vita load the very document that a file would hold
(`vital_document`), so the file says what was rendered.
"""

import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.arrays import F64, Audio, Bool, Bools, Float64
from synthmatch.errors import MissingSynthError, PresetError, RenderError
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params.preset import Preset
from synthmatch.params.space import ParamSpace
from synthmatch.parsing import need
from synthmatch.presets import vital as vital_file
from synthmatch.presets.foreign import ZIP_START
from synthmatch.presets.vital_bank_file import presets_of
from synthmatch.reading import read_file, warn
from synthmatch.synths.base import Engine, FileFormat, Synth
from synthmatch.synths.vital.active import vital_active_parameters
from synthmatch.synths.vital.bank import OWN, TABLES
from synthmatch.synths.vital.counts import ALL_LFOS, ALL_SLOTS, OSCILLATORS, SOURCES
from synthmatch.synths.vital.document import DocumentBuilder
from synthmatch.synths.vital.levels import with_levels_moved
from synthmatch.text import and_more

#: a ``.vitalbank`` of 200 presets has about 100 MB
MOST_BANK_BYTES = 1 << 28
#: of a single preset; one with a sample of a minute and three own wavetables has 25 MB
_MOST_BYTES = 64_000_000
#: numbers of a file have 32 bits
_SLACK = 1e-4
#: where Vital 1.5 starts settings that vita, which is 1.0, has not: there they change nothing
_TRIANGLE = {"name": "Triangle", "num_points": 3, "points": [0.0, 1.0, 0.5, 0.0, 1.0, 1.0], "powers": [0.0] * 3}
_LATER_STARTS: dict[str, Any] = {
    "custom_warps": [{**_TRIANGLE, "smooth": False}] * 3,
    **{f"osc_{i}_spectral_morph_phase": 0.5 for i in (1, 2, 3)},
}
#: numbers that its random sources begin with
_LATER_SEEDS = ("random_values",)
_NO_START = object()
#: what stands for a setting whose name is empty
_NAMELESS = "a setting without a name"
#: rendered past the end and cut off: vita fades its last 162 samples, and rounds seconds
_SPARE_SAMPLES = 512


class VitalEngine:
    """A vita synth on Vital's starting preset, which renders once: voices and effects remember."""

    leaks_state = True
    fresh_repeats = True

    def __init__(self, builder: DocumentBuilder) -> None:
        import vita  # noqa: PLC0415 - only a render worker loads the renderer

        self._builder = builder
        self._synth = vita.Synth()

    def render(self, preset: Preset, note: Note) -> Audio:
        """Play `note`. Shape: (2, note.samples) float32 at 44.1 kHz.

        Raises `RenderError` where vita refuses the preset.
        """
        if not self._synth.load_json(self._builder.lean(preset)):
            raise RenderError(f"vita refuses the preset {preset.name!r}: a wavetable, LFO shape or sample is damaged")
        samples = note.samples - note.start_samples
        seconds = (samples + _SPARE_SAMPLES) / SAMPLE_RATE_HZ
        played = self._synth.render(note.pitch, note.velocity / 127, note.hold_seconds, seconds)
        audio = np.zeros((2, note.samples), np.float32)
        audio[:, note.start_samples :] = played[:, :samples]
        return audio


class Vital(Synth):
    """Vital: 396 parameters, ``.vital`` files."""

    id = "vital"
    analytic = "synthmatch.analytic.vital.model:VitalModel"
    runs_on = "Linux and Windows on x86-64, macOS on Apple silicon"
    title = "Vital"
    formats = (FileFormat(".vital", "Vital preset"),)
    also_read = (".vitalbank",)

    @cached_property
    def space(self) -> ParamSpace:
        """Its parameters, from the table that ``tools/draft_vital_table.py`` wrote."""
        return ParamSpace.from_file(TABLES / "vital.json")

    @cached_property
    def builder(self) -> DocumentBuilder:
        """Converts between presets and Vital's documents; loads no renderer."""
        return DocumentBuilder(self.space)

    def missing(self) -> str | None:
        """None where vita is installed."""
        if importlib.util.find_spec("vita") is None:
            return "vita is not installed: pip install 'synthmatch[vital]'"
        return None

    def version(self) -> str:
        """Version of vita, which carries its own Vital."""
        return "" if self.missing() else f"vita {importlib.metadata.version('vita')}"

    def engine(self) -> Engine:
        """A fresh vita synth. Raises `MissingSynthError` without vita."""
        self._need_vita()
        return VitalEngine(self.builder)

    def active_parameters(self, native: Float64[F64, "presets parameters"]) -> Bool[Bools, "presets parameters"]:
        """By the synthesizer's switches."""
        return vital_active_parameters(self.space, native)

    def with_gain(self, preset: Preset, gain_db: float) -> Preset:
        """``volume``, which comes after all effects; for more, the levels of oscillators and sampler that are on, together."""
        return preset.with_native(with_levels_moved(self.space, preset.native, gain_db))

    def read(self, path: Path) -> list[Preset]:
        """The preset of a ``.vital`` file, or those of a ``.vitalbank``.

        Raises `PresetError` where the file cannot be read, is no Vital preset, or is of a newer Vital.
        """
        contents = read_file(path, MOST_BANK_BYTES, "a .vital preset or a .vitalbank", PresetError)
        if not contents.startswith(ZIP_START):
            if len(contents) > _MOST_BYTES:
                raise PresetError(f"{path} is larger than {_MOST_BYTES / 1e6:g} MB, expected a .vital preset")
            return [self._preset(contents, str(path), path.stem)]
        presets, unreadable = [], []
        for name, data in presets_of(contents, str(path)):
            try:
                presets.append(self._preset(data, f"{path}, {name}", name))
            except PresetError as error:
                unreadable.append(str(error))
        if not presets:
            raise PresetError(
                f"{path} holds no preset that can be read: {unreadable[0] if unreadable else 'all damaged'}"
            )
        if unreadable:
            warn(f"{path}: passed over {len(unreadable)} presets, the first because {unreadable[0]}")
        return presets

    def recognises(self, contents: bytes) -> bool:
        """A JSON text with Vital's version in it, or an archive with presets in it."""
        text = contents.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and b'"synth_version"' in contents
        return text or (contents.startswith(ZIP_START) and b".vital" in contents)

    def check_extra(self, extra: Mapping[str, Any]) -> None:
        """What a document may hold, by the check of documents; lists are stored by number."""
        try:
            parts = {name: need(extra.get(name, {}), dict, name) for name in ("settings", "later", "header")}
            settings: dict[str, Any] = {**parts["later"], **parts["settings"]}
            for name, most in (("wavetables", OSCILLATORS), ("lfos", ALL_LFOS), ("modulations", ALL_SLOTS)):
                numbered = need(extra.get(name, {}), dict, name)
                if not numbered.keys() <= {str(number) for number in range(1, most + 1)}:
                    raise ValueError(f"{name} have other numbers than 1 to {most}")
                settings[name] = list(numbered.values())
        except ValueError as error:
            raise PresetError(f"preset has damaged extra ({error}); save it again") from None
        if "sample" in extra:
            settings["sample"] = extra["sample"]
        document = {"synth_version": vital_file.WRITTEN_VERSION, **parts["header"], "settings": settings}
        vital_file.parse(json.dumps(document).encode(), "the preset's extra", self.builder.init)

    def dump(self, presets: Sequence[Preset], suffix: str) -> bytes:
        """Contents of a ``.vital`` file. Raises `PresetError` for another suffix or not exactly one preset."""
        if suffix != ".vital":
            raise PresetError(f"suffix is {suffix!r}, Vital presets are written as .vital")
        if len(presets) != 1:
            raise PresetError(f"got {len(presets)} presets, a .vital file holds exactly one; write a file for each")
        return vital_file.dump(self.builder.whole(presets[0]))

    def _preset(self, data: bytes, where: str, name: str) -> Preset:
        """The preset of a ``.vital`` file's contents; `name` is for one without a name."""
        document = vital_file.parse(data, where, self.builder.init)
        if vital_file.version(document, where) < vital_file.OLDEST_VERSION:
            document = self._converted(document, where)
        self._say_losses(document["settings"], where)
        return self.builder.preset(document, str(document.get("preset_name") or name))

    def _say_losses(self, settings: Mapping[str, Any], where: str) -> None:
        """One warning for values out of range and for settings of a later Vital, which vita does not play."""
        known = {p.name: p for p in self.space.parameters if p.name in self.builder.init}
        outside = [
            f"{name} is {settings[name]:g}, expected {p.low:g} to {p.high:g}"
            for name, p in known.items()
            if not p.low - _SLACK <= settings.get(name, p.low) <= p.high + _SLACK
        ]
        unknown = [key for key in settings if key not in self.builder.init and key not in vital_file.LISTS]
        later = [key for key in unknown if key != "sample" and _LATER_STARTS.get(key, _NO_START) != settings[key]]
        later = [key for key in later if key not in _LATER_SEEDS]
        remarks = [f"{outside[0]}{and_more(outside)}, and takes the nearest"] if outside else []
        remarks += (
            [f"{later[0] or _NAMELESS}{and_more(later)} of a later Vital kept, but not played here"] if later else []
        )
        strange = [
            name
            for connection in settings.get("modulations", [])
            for name, known_names in ((connection["source"], SOURCES), (connection["destination"], self.builder.init))
            # a preset that was searched may have our class for a preset's own, without one
            if name not in ("", OWN) and name not in known_names
        ]
        if strange:
            remarks.append(
                f"modulation by or of {strange[0]}{and_more(strange)}, which Vital does not know, is not played"
            )
        if remarks:
            warn(f"{where}: {'; '.join(remarks)}")

    def _converted(self, document: vital_file.Document, where: str) -> vital_file.Document:
        """The document of a file older than Vital 0.9, as vita itself converts it."""
        self._need_vita()
        import vita  # noqa: PLC0415 - only old files need it

        synth = vita.Synth()
        if not synth.load_json(json.dumps(document)):
            raise PresetError(f"vita refuses {where}: it is damaged, or older than Vital can convert")
        return vital_file.parse(synth.to_json().encode(), where, self.builder.init)

    def _need_vita(self) -> None:
        missing = self.missing()
        if missing:
            raise MissingSynthError(missing)
