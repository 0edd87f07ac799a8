"""amsynth: two oscillators, a filter, an LFO; Debian's VST2 in DawDreamer.

A native value is the number in amsynth's own files. A render has the plug-in load the very text that `Amsynth.dump`
writes, so the render is what the file says. Presets of older versions lack the parameters added since; as in
amsynth, those take their defaults.

`Preset.extra` keeps what the parameter space does not: ``properties`` (tuning files), and ``decimals``, the numbers of
the file where the space's grid is coarser. The difference is 1e-7 of a knob, but sample-and-hold noise and oscillator
sync can jump by a sample over it.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.arrays import F64, Audio, Bool, Bools, Float64
from synthmatch.errors import MissingSynthError, PresetError
from synthmatch.note import Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.parsing import member, need
from synthmatch.presets import amsynth as text
from synthmatch.presets.fxp import Program, read_programs, write_fxp
from synthmatch.reading import read_file, warn
from synthmatch.synths.amsynth.active import amsynth_active_parameters
from synthmatch.synths.base import Engine, FileFormat, Synth
from synthmatch.synths.plugin.host import HostedPlugin, missing_host
from synthmatch.systems.folders import vst2_folders, vst2_suffix

PLUGIN_ID = b"amsy"

#: Of a file that is read: a bank of 128 presets has 170 kB.
_MOST_BYTES = 4_000_000
#: Debian's name; amsynth's own installer for Windows calls it ``amsynth.dll``.
_FILE = {".so": "amsynth_vst.so"}.get(vst2_suffix(), f"amsynth{vst2_suffix()}")

#: Parameters before amsynth 1.4 (2013), in the order of its files: a preset that lacks one of these is damaged.
_FIRST_PARAMETERS = 30

#: What a preset's text may hold beyond the parameters and changes its sound: Scala tuning files. The other properties
#: (MIDI channel, polyphony, pitch-bend range) belong to the player, not to the preset.
_TUNING = ("tuning_scl_file", "tuning_kbm_file")

_DECIMAL = re.compile(r"-?[0-9.]+(e-?[0-9]+)?")


def find_library() -> Path | None:
    """The VST2 file: in the folders of VST_PATH, then where distributions and users put it."""
    folders = [Path(f) for f in os.environ.get("VST_PATH", "").split(os.pathsep) if f] + vst2_folders()
    return next((f / _FILE for f in folders if (f / _FILE).exists()), None)


class AmsynthEngine:
    """The plug-in, loaded from a copy of its own and without the user's settings.

    The copy makes a fresh engine fresh: the noise generator is a static variable of the library, which two instances
    of one file would share. The user's settings (tuning, MIDI channel, bank) would change the sound.
    """

    leaks_state = True
    fresh_repeats = True

    def __init__(self, synth: "Amsynth", library: Path) -> None:
        self._synth = synth
        with tempfile.TemporaryDirectory(prefix="synthmatch-amsynth-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / library.name
            (shutil.copytree if library.is_dir() else shutil.copy)(library, copy)  # a bundle on macOS
            with _home(copy.parent / "home"):
                self._plugin = HostedPlugin(str(copy))

    def render(self, preset: Preset, note: Note) -> Audio:
        """Shape: (2, note.samples)."""
        self._plugin.load_fxp(self._synth.dump([preset], ".fxp"))
        return self._plugin.render(note)


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    """Environment in which amsynth finds no files of the user, and so neither reads, moves nor makes any."""
    names = {
        "HOME": str(folder),
        "APPDATA": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
    }
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Amsynth(Synth):
    """Virtual analogue."""

    id = "amsynth"
    analytic = "synthmatch.analytic.amsynth.model:AmsynthModel"
    runs_on = "Linux by its package; Windows and macOS by amsynth's own installers"
    title = "amsynth"
    channels = 2
    formats = (
        FileFormat(".bank", "amsynth bank of 128 presets", text.BANK_PRESETS),
        FileFormat(".fxp", "VST2 preset for amsynth in a host"),
        FileFormat(".amSynthPreset", "single preset that amsynth imports"),
    )

    also_read = (".fxb",)

    @cached_property
    def space(self) -> ParamSpace:
        """All 41 parameters in the order of amsynth's files."""
        with resources.as_file(resources.files("synthmatch.synths") / "tables/amsynth.json") as path:
            return ParamSpace.from_file(path)

    def active_parameters(self, native: Float64[F64, "presets parameters"]) -> Bool[Bools, "presets parameters"]:
        """By the synthesizer's switches."""
        return amsynth_active_parameters(self.space, native)

    def with_gain(self, preset: Preset, gain_db: float) -> Preset:
        """``master_vol``, the root of an amplitude, which the distortion takes to the power of 1 - ``distortion_crunch``."""
        volume, crunch = (preset.native[self.space.index[name]] for name in ("master_vol", "distortion_crunch"))
        moved = min(volume * 10.0 ** (gain_db / 40.0 / (1.0 - crunch)), self.space["master_vol"].high)
        return preset.with_native(self.space.from_named({"master_vol": moved}, preset.native))

    def missing(self) -> str | None:
        """Whether DawDreamer and the plug-in are there."""
        if find_library() is None:
            return f"{_FILE} is not installed: {_where_from()} (or name its folder in VST_PATH)"
        return missing_host()

    def version(self) -> str:
        """Version of amsynth's package and of DawDreamer."""
        return "" if self.missing() else f"{_package_version()}, dawdreamer {metadata.version('dawdreamer')}"

    def engine(self) -> Engine:
        """Load the plug-in."""
        lacking, library = self.missing(), find_library()
        if lacking or library is None:
            raise MissingSynthError(lacking or f"{_FILE} is not installed")
        return AmsynthEngine(self, library)

    def read(self, path: Path) -> list[Preset]:
        """Presets of a bank, a single preset, a ``.fxp`` or ``.fxb``: told apart by their contents."""
        contents = read_file(path, _MOST_BYTES, "an amsynth bank or preset", PresetError)
        texts: list[text.TextPreset] = []
        if contents[:4] == b"CcnK":
            for program in read_programs(contents, path.name):
                if program.plugin_id != PLUGIN_ID:
                    raise PresetError(
                        f"{path.name} is a preset of plug-in {program.plugin_id!r}, expected {PLUGIN_ID!r}, which is "
                        "amsynth; give --synth PATH, the plug-in that it was made with"
                    )
                if program.chunk is None:
                    raise PresetError(
                        f"{path.name} is a preset of plug-in {PLUGIN_ID!r} with a host's values, expected amsynth's own text"
                    )
                texts += text.parse(program.chunk, path.name)
        else:
            texts = text.parse(contents, path.name)
        remarks: list[str] = []
        presets = [self._preset(source, remarks) for source in texts]
        if remarks:
            warn(f"{path.name}: {text.few(remarks)}")
        return presets

    def recognises(self, contents: bytes) -> bool:
        """Its first line, or its id in a VST2 preset."""
        return contents.startswith(text.BANK_HEADER.encode()) or (
            contents[:4] == b"CcnK" and contents[16:20] == PLUGIN_ID
        )

    def check_extra(self, extra: Mapping[str, Any]) -> None:
        """Decimals by parameter, and the names of tuning files."""
        try:
            for value in need(extra.get("decimals", {}), dict, "decimals").values():
                float(need(value, str, "a decimal"))
            properties = need(extra.get("properties", {}), dict, "properties")
            for key in properties:
                if key not in _TUNING or not member(properties, key, str).isprintable():
                    raise ValueError(f"{key[:40]!r} is no property that a preset keeps")
        except ValueError as error:
            raise PresetError(f"preset has damaged extra ({error}); save it again") from None

    def dump(self, presets: Sequence[Preset], suffix: str) -> bytes:
        """A bank (``.bank``), a single preset, or a ``.fxp``."""
        texts = [self._text(preset) for preset in presets]
        if suffix == ".bank":
            tuned = next((t.name for t in texts if t.properties), None)
            if tuned is not None:
                raise PresetError(f"{tuned!r} has a tuning file, which a bank cannot hold; write it as .fxp")
            return text.bank_text(texts)
        if suffix not in (".fxp", ".amSynthPreset"):
            raise PresetError(f"amsynth writes .bank, .fxp and .amSynthPreset, not {suffix!r}")
        if len(texts) != 1:
            raise PresetError(f"got {len(texts)} presets, {suffix} holds 1; write a .bank")
        chunk = text.preset_text(texts[0])
        if suffix == ".amSynthPreset":
            return chunk
        return write_fxp(Program(PLUGIN_ID, text.plain_name(texts[0].name), chunk, parameters=len(self.space)))

    def _preset(self, source: text.TextPreset, remarks: list[str]) -> Preset:
        """The preset of a text, as amsynth takes it; adds to `remarks` what of it is not as it stands there."""
        space, who = self.space, f"preset {source.name!r}"
        native, values = space.default.copy(), dict(source.values)
        for key, value in source.values.items():
            if key not in space.index:
                remarks.append(f"{who} sets {key[:40]!r}, which amsynth does not have; it is passed over")
                del values[key]
                continue
            known = space[key]
            # files round to six digits, so a limit may be passed by half of the last one
            slack = 1e-5 * (known.high - known.low)
            if not known.low - slack <= float(value) <= known.high + slack:
                values[key] = f"{min(max(float(value), known.low), known.high):.6g}"
                remarks.append(f"{who} sets {key} to {value[:20]}, which becomes {values[key]}")
            native[space.index[key]] = float(values[key])
        lost = [p.name for p in space.parameters[:_FIRST_PARAMETERS] if p.name not in values]
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            remarks.append(f"{who} lacks {lost[0]}{more}, which start as amsynth starts them")
        native = space.snap(native)
        written = zip(space.parameters, self._decimals(native), strict=True)
        decimals = {p.name: values[p.name] for p, d in written if values.get(p.name, d) != d}
        tuning = {k: v for k, v in source.properties.items() if k in _TUNING and v}
        kept = {"decimals": decimals, "properties": tuning}
        return Preset(self.id, native, source.name, {key: value for key, value in kept.items() if value})

    def _text(self, preset: Preset) -> text.TextPreset:
        if preset.synth != self.id:
            raise PresetError(f"got a preset of {preset.synth}, expected one of {self.id}")
        values = {p.name: d for p, d in zip(self.space.parameters, self._decimals(preset.native), strict=True)}
        read = {k: v for k, v in preset.extra.get("decimals", {}).items() if k in values and _DECIMAL.fullmatch(v)}
        # a number as it was read stands as long as nobody has moved its parameter
        exact = self.space.from_named({k: float(v) for k, v in read.items()}, preset.native)
        still = exact == self.space.snap(preset.native)
        values |= {k: v for k, v in read.items() if still[self.space.index[k]]}
        return text.TextPreset(preset.name, values, dict(preset.extra.get("properties", {})))

    def _decimals(self, native: Float64[F64, " parameters"]) -> list[str]:
        """Decimals of six digits, as amsynth writes them, or as many as read back as the same native values."""
        native = self.space.snap(native)
        decimals = [f"{value:.6g}" for value in native]
        for digits in range(7, 18):
            wrong = np.flatnonzero(self.space.snap(np.array(decimals, np.float64)) != native)
            if not wrong.size:
                break
            for i in wrong:
                decimals[i] = f"{native[i]:.{digits}g}"
        return decimals


def _where_from() -> str:
    """How to get the plug-in: a package of Linux distributions; elsewhere amsynth has installers of its own."""
    if vst2_suffix() == ".so":
        return "apt-get install amsynth"
    return f"amsynth's own installer puts it into {vst2_folders()[0]}"


def _package_version() -> str:
    """Version of Debian's package, read from its database; amsynth itself does not tell."""
    status = Path("/var/lib/dpkg/status")
    if status.is_file():
        for entry in status.read_text(encoding="utf-8", errors="replace").split("\n\n"):
            if entry.startswith("Package: amsynth\n"):
                return "amsynth " + entry.split("\nVersion: ")[1].split("\n")[0]
    return "amsynth"
