"""Vital, Matt Tytel's wavetable synthesizer, through vita, its headless binding.

The space has the controls that shape the sound of one note, 16 modulation slots, a wavetable per oscillator and a shape
per LFO from our own bank (`vital_bank`). A render has vita load the very document that a file would hold
(`vital_document`), so the file says what was heard.
"""

import importlib.metadata
import importlib.util
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synthmatch.audio import Audio
from synthmatch.errors import MissingSynthError, PresetError, RenderError
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params.preset import Preset
from synthmatch.params.space import Floats, ParamSpace
from synthmatch.presets import vital as vital_file
from synthmatch.synths.base import Engine, FileFormat, Synth
from synthmatch.synths.vital_audible import vital_audible
from synthmatch.synths.vital_bank import TABLES
from synthmatch.synths.vital_document import DocumentBuilder
from synthmatch.synths.vital_workings import vital_workings
from synthmatch.synths.workings import Workings

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
    runs_on = "Linux and Windows on x86-64, macOS on Apple silicon"
    title = "Vital"
    formats = (FileFormat(".vital", "Vital preset"),)

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

    def workings(self, native: Floats, pitch: npt.NDArray[np.int64], hold_seconds: Floats, seconds: Floats) -> Workings:
        """What envelopes, LFOs, oscillators and filters do, and the spectrum that follows."""
        return vital_workings(self.space, native, pitch, hold_seconds, seconds)

    def audible(self, native: Floats) -> npt.NDArray[np.bool_]:
        """By the synthesizer's switches."""
        return vital_audible(self.space, native)

    def read(self, path: Path) -> list[Preset]:
        """The preset of a ``.vital`` file.

        Raises `PresetError` where the file cannot be read, is no Vital preset, or is of a newer Vital.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise PresetError(f"cannot read {path}: {error.strerror}; expected a .vital preset") from error
        document = vital_file.parse(data, str(path))
        if vital_file.version(document, str(path)) < vital_file.OLDEST_VERSION:
            document = self._converted(data, path)
        return [self.builder.preset(document, str(document.get("preset_name") or path.stem))]

    def dump(self, presets: Sequence[Preset], suffix: str) -> bytes:
        """Contents of a ``.vital`` file. Raises `PresetError` for another suffix or not exactly one preset."""
        if suffix != ".vital":
            raise PresetError(f"suffix is {suffix!r}, Vital presets are written as .vital")
        if len(presets) != 1:
            raise PresetError(f"got {len(presets)} presets, a .vital file holds exactly one; write a file for each")
        return vital_file.dump(self.builder.whole(presets[0]))

    def _converted(self, data: bytes, path: Path) -> vital_file.Document:
        """The document of a file older than Vital 0.9, as vita itself converts it."""
        self._need_vita()
        import vita  # noqa: PLC0415 - only old files need it

        synth = vita.Synth()
        if not synth.load_json(data.decode("utf-8")):
            raise PresetError(f"vita refuses {path}: it is damaged, or older than Vital can convert")
        return vital_file.parse(synth.to_json().encode(), str(path))

    def _need_vita(self) -> None:
        missing = self.missing()
        if missing:
            raise MissingSynthError(missing)
