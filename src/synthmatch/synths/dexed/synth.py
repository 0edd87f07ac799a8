"""Dexed, the DX7: 6-operator FM, through the binding dexed-py.

A native value is the byte of the DX7's single-voice dump, in its order, so a preset is a voice without its name.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib import metadata, resources
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from synthmatch.arrays import F64, Audio, Bool, Bools, Float64, Voice
from synthmatch.errors import MissingSynthError, PresetError
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.presets import dx7_file, sysex
from synthmatch.presets.midi_file import is_midi_file
from synthmatch.reading import read_file
from synthmatch.synths.base import Engine, FileFormat, Synth
from synthmatch.synths.dexed.active import dexed_active_parameters
from synthmatch.synths.dexed.levels import with_carriers_moved

_NAME_LENGTH = 10
#: 62,500 voices; the largest collections in one file have about 30,000
_MOST_BYTES = 8_000_000


class DexedEngine:
    """The Dexed engine. A render depends on its arguments alone, so one instance serves them all."""

    leaks_state = False
    fresh_repeats = True

    def __init__(self) -> None:
        import dexed  # noqa: PLC0415 - loads the synthesizer

        self._patch = dexed.Patch
        self._synth = dexed.DexedSynth(SAMPLE_RATE_HZ)

    def render(self, preset: Preset, note: Note) -> Audio:
        """Shape: (1, note.samples)."""
        self._synth.load_patch(self._patch.from_sysex(voice_of(preset).tobytes()))
        played_seconds = note.render_seconds - note.start_seconds
        played = self._synth.render(note.pitch, note.velocity, note.hold_seconds, played_seconds)
        audio = np.zeros((1, note.samples), np.float32)
        start = note.start_samples
        length = min(played.size, note.samples - start)
        audio[0, start : start + length] = played[:length]
        return audio


class Dexed(Synth):
    """Six-operator FM after Yamaha's DX7."""

    id = "dexed"
    analytic = "synthmatch.analytic.dexed.model:DexedModel"
    runs_on = "Linux and Windows on x86-64, macOS on Apple silicon"
    title = "Dexed (DX7)"
    channels = 1
    name_length = _NAME_LENGTH
    formats = (
        FileFormat(".syx", "DX7 bank of 32 voices, the kind that Dexed opens", sysex.BANK_VOICES),
        FileFormat(".voice.syx", "DX7 single voice, for the hardware and MIDI"),
        FileFormat(".dx7", "raw packed voices, as hexter keeps them", 0),
    )
    also_read = (".mid", ".midi")

    @cached_property
    def space(self) -> ParamSpace:
        """145 parameters in the order of the DX7's voice."""
        with resources.as_file(resources.files("synthmatch.synths") / "tables/dexed.json") as path:
            return ParamSpace.from_file(path)

    def active_parameters(self, native: Float64[F64, "presets parameters"]) -> Bool[Bools, "presets parameters"]:
        """By the synthesizer's switches."""
        return dexed_active_parameters(self.space, native)

    def with_gain(self, preset: Preset, gain_db: float) -> Preset:
        """The carriers of its algorithm are moved together, in steps of 0.75 dB."""
        return preset.with_native(with_carriers_moved(self.space, preset.native, gain_db))

    def missing(self) -> str | None:
        """Whether dexed-py is there."""
        return None if find_spec("dexed") else "dexed-py is not installed: pip install 'synthmatch[dexed]'"

    def version(self) -> str:
        """Version of dexed-py."""
        return "" if self.missing() else f"dexed-py {metadata.version('dexed-py')}"

    def engine(self) -> Engine:
        """Load Dexed."""
        if missing := self.missing():
            raise MissingSynthError(missing)
        return DexedEngine()

    def read(self, path: Path) -> list[Preset]:
        """Voices of a `.syx`, `.dx7` or `.mid` file."""
        contents = read_file(path, _MOST_BYTES, "DX7 voices (.syx, .dx7 or .mid)", PresetError)
        voices = dx7_file.parse(contents, str(path))
        return [self.preset(voice[:145], voice_name(voice)) for voice in voices]

    def recognises(self, contents: bytes) -> bool:
        """Sysex, a MIDI file, or bytes that are voices by their values."""
        sysex_file = contents.startswith(b"\xf0") or sysex.BANK_HEAD in contents or is_midi_file(contents)
        whole = 0 < len(contents) <= _MOST_BYTES and len(contents) % sysex.PACKED_BYTES == 0
        return sysex_file or (whole and sysex.are_voices(contents))

    def dump(self, presets: Sequence[Preset], suffix: str) -> bytes:
        """A bank (``.syx``), a single voice (``.voice.syx``) or raw voices (``.dx7``)."""
        voices = [voice_of(preset) for preset in presets]
        if suffix == ".syx":
            return sysex.dump_bank(voices)
        if suffix == ".dx7":
            return sysex.dump_raw(voices)
        if len(voices) != 1:
            raise PresetError(f"got {len(voices)} presets, a DX7 single-voice file holds 1; write a bank (.syx)")
        return sysex.dump_single(voices[0])


def voice_of(preset: Preset) -> Voice:
    """The 155-byte voice of a preset, its name cut or padded to 10 characters."""
    name = preset.name.encode("ascii", "replace")[:_NAME_LENGTH].ljust(_NAME_LENGTH)
    return np.concatenate([np.rint(preset.native).astype(np.uint8), np.frombuffer(name, np.uint8)])


def voice_name(voice: Voice) -> str:
    """The name in a voice, without padding; what is not printable becomes a space."""
    text = bytes(voice[sysex.NAME]).decode("ascii", "replace")
    return "".join(c if " " <= c <= "~" else " " for c in text).rstrip()
