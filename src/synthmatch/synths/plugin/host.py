"""DawDreamer behind one door: a loaded VST2 or VST3 file, or an LV2 plug-in by its URI.

DawDreamer answers False, opens windows and keeps state; here that becomes exceptions and bytes. It must be imported
before numba and everything else that uses LLVM, and a plug-in can crash its process: use this in render workers and
short-lived processes only. See docs/decisions/0003-plugin-host.md.

Parameters are in host units, 0 to 1, in the plug-in's order.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.errors import MissingSynthError, PresetError
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params.space import UNIT_GRID
from synthmatch.presets.juce import read_vst3_state
from synthmatch.presets.vstpreset import VstPreset, write_vstpreset
from synthmatch.synths.plugin.format import is_vst3
from synthmatch.synths.plugin.vst3_class import class_id
from synthmatch.systems import no_display

#: Block size in samples: when parameters and notes take effect.
BLOCK_SAMPLES = 512

#: A note that tells an instrument from an effect, and a level that is none.
_NOTE_TEST = Note(hold_seconds=0.5, render_seconds=0.6)
_SILENT = 1e-4

#: What VST3 wrappers put in front of a plug-in's own parameters, 130 for each MIDI channel.
_MIDI_PARAMETER = re.compile(r"MIDI Ch\. \d+ CC \d+")

#: A parameter with more steps than this has no names for them, so they are not asked for.
_MOST_TEXTS = 128


@dataclass(frozen=True, slots=True)
class HostParameter:
    """One parameter as the host sees it: its index in the plug-in, value in host units, and named values if any."""

    index: int
    name: str
    unit: str
    value: float
    #: number of distinct values, 0 where it is continuous
    steps: int
    choices: tuple[str, ...]


def missing_host() -> str | None:
    """None where DawDreamer is installed, else how to get it. Imports nothing."""
    if find_spec("dawdreamer") is None:
        return "DawDreamer, the plug-in host, is not installed: pip install 'synthmatch[plugins]'"
    return None


class HostedPlugin:
    """A plug-in loaded and ready to play.

    `source` is the path of a VST2 or VST3 file, or an LV2 URI. Raises `MissingSynthError` where the host or the
    plug-in is missing or will not load. A plug-in may also end the whole process.
    """

    def __init__(self, source: str) -> None:
        lacking = missing_host()
        if lacking:
            raise MissingSynthError(lacking)
        for name, value in no_display().items():
            os.environ.setdefault(name, value)
        import dawdreamer  # noqa: PLC0415 - loads LLVM and every plug-in format

        self.source = source
        self._engine: Any = dawdreamer.RenderEngine(SAMPLE_RATE_HZ, BLOCK_SAMPLES)
        try:
            self._plugin: Any = self._engine.make_plugin_processor("plugin", source)
        except RuntimeError as error:
            first = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            raise MissingSynthError(
                f"{source} does not load ({first}); expected the path of a VST2 or VST3 file or the URI of an LV2"
            ) from None
        self._engine.load_graph([(self._plugin, [])])

    @property
    def channels(self) -> int:
        """Number of output channels."""
        return int(self._plugin.get_num_output_channels())

    def takes_notes(self) -> bool:
        """Whether a note changes what it plays; taken for granted where it has no audio inputs. Renders.

        Hosts do not tell of every format whether a plug-in is an instrument, and some instruments have inputs.
        """
        if self._plugin.get_num_input_channels() == 0:
            return True
        self._plugin.clear_midi()
        self._engine.render(_NOTE_TEST.render_seconds)
        idle = float(np.abs(self._engine.get_audio()).max())
        return float(np.abs(self.render(_NOTE_TEST)).max()) > 2 * idle + _SILENT

    def parameters(self) -> list[HostParameter]:
        """The plug-in's own parameters that a host can move.

        Without the MIDI controllers that VST3 wrappers add, and without meters, which a VST3 lists too.
        """
        return [
            HostParameter(
                index=row["index"],
                name=row["name"],
                unit=row["label"],
                value=float(self._plugin.get_parameter(row["index"])),
                steps=row["numSteps"] if row["isDiscrete"] or row["isBoolean"] else 0,
                choices=self._choices(row),
            )
            for row in self._plugin.get_parameters_description()
            # a VST2 may call all of its parameters fixed, and be wrong
            if not _MIDI_PARAMETER.fullmatch(row["name"]) and (row["isAutomatable"] or not is_vst3(self.source))
        ]

    def _choices(self, row: dict[str, Any]) -> tuple[str, ...]:
        """Texts of a parameter's steps; none where it is continuous or two neighbours have the same text."""
        if row["valueStrings"] or not row["isDiscrete"] or not 2 <= row["numSteps"] <= _MOST_TEXTS:
            return tuple(row["valueStrings"])
        texts = tuple(self._plugin.get_parameter_range(row["index"], row["numSteps"] - 1, False).values())
        return texts if len(set(texts)) == row["numSteps"] else ()

    def set_values(self, indices: Sequence[int], values: Sequence[float]) -> None:
        """Set parameters by the plug-in's indices, in host units, except those that are there already.

        A value read from a plug-in comes back rounded to the grid of a parameter space, and must not count as moved.
        """
        for index, value in zip(indices, values, strict=True):
            told = self._plugin.get_parameter(int(index))
            # a VST3 may tell 0 of a parameter that is not: see dpf.py
            if abs(told - value) > UNIT_GRID or (told == 0 and is_vst3(self.source)):
                self._plugin.set_parameter(int(index), float(value))

    def load_fxp(self, contents: bytes) -> None:
        """Have a VST2 plug-in load a ``.fxp`` or ``.fxb``. Raises `PresetError` where it refuses."""
        with _file(contents, "preset.fxp") as path:
            if not self._plugin.load_preset(str(path)):
                raise PresetError(f"{self.source} refuses this preset: it belongs to another plug-in or is damaged")

    def load_vstpreset(self, contents: bytes) -> None:
        """Have a VST3 plug-in load a ``.vstpreset``. Raises `PresetError` where it refuses."""
        with _file(contents, "preset.vstpreset") as path:
            try:
                self._plugin.load_vst3_preset(str(path))
            except RuntimeError:
                raise PresetError(
                    f"{self.source} refuses this preset: it belongs to another plug-in or is damaged"
                ) from None

    def state(self) -> bytes:
        """The plug-in's save file: ``.fxb`` for VST2, ``.vstpreset`` for VST3, Turtle for LV2.

        VST3 and LV2 show only what was set before the last block rendered: call `settle` first. Raises `PresetError`
        where a VST3 gives none.
        """
        with _file(b"", "state") as path:
            self._plugin.save_state(str(path))
            saved = path.read_bytes()
        if is_vst3(self.source):
            return write_vstpreset(VstPreset(class_id(self.source), *read_vst3_state(saved)))
        return saved

    def load_state(self, contents: bytes) -> None:
        """Restore what `state` gave. Raises `PresetError` where the plug-in refuses.

        A VST2 and a VST3 take it as a preset: DawDreamer's own way opens the editor afterwards, and without a display
        some editors end the process.
        """
        if contents[:4] == b"CcnK":
            self.load_fxp(contents)
            return
        if contents[:4] == b"VST3":
            self.load_vstpreset(contents)
            return
        with _file(contents, "state") as path:
            try:
                self._plugin.load_state(str(path))
            except RuntimeError as error:
                # raised after the state is already in place
                if "no available editor UI" not in str(error):
                    raise PresetError(f"{self.source} refuses this state: {error}") from None

    def settle(self) -> None:
        """Render one block, so that an LV2 takes over what was set. Changes its state like any render."""
        self._engine.render(BLOCK_SAMPLES / SAMPLE_RATE_HZ)

    def render(self, note: Note) -> Audio:
        """Play a note. Shape: (channels, note.samples) float32; mono plug-ins give one channel."""
        self._plugin.clear_midi()
        self._plugin.add_midi_note(note.pitch, note.velocity, note.start_seconds, note.hold_seconds)
        # one block more than asked, then cut: the host's own rounding of seconds to samples is not ours
        self._engine.render(note.render_seconds + BLOCK_SAMPLES / SAMPLE_RATE_HZ)
        audio = np.asarray(self._engine.get_audio(), np.float32)
        return np.ascontiguousarray(audio[:, : note.samples])


@contextlib.contextmanager
def _file(contents: bytes, name: str) -> Iterator[Path]:
    """DawDreamer takes paths only."""
    with tempfile.TemporaryDirectory(prefix="synthmatch-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / name
        path.write_bytes(contents)
        yield path
