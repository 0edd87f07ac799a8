"""Any plug-in instrument as a synthesizer: a VST2 or VST3 file by its path, an LV2 by its URI.

Its parameter space is what it tells the host: names, values in host units (0 to 1), named choices. It is asked once,
in a process of its own (`plugin_probe`), and the answer is stored in the user's cache folder. A native value is in host
units; of a categorical parameter it is the number of the choice.

A preset read from a file keeps the plug-in's whole state in ``extra["state"]`` (base64), since plug-ins keep more in
it than their parameters. A render restores it and then moves only those parameters that differ from it. Where a
plug-in rounds a value, its file holds the rounded one.
"""

import base64
import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError, MissingSynthError, OutputError, PresetError
from synthmatch.note import Note
from synthmatch.params import Parameter, ParamSpace, Preset
from synthmatch.params.parameter import Group
from synthmatch.parsing import member, need, parse_json
from synthmatch.reading import read_file
from synthmatch.synths.base import Engine, FileFormat, Synth
from synthmatch.synths.plugin.format import is_lv2, is_vst3, owner, preset_format
from synthmatch.synths.plugin.host import HostedPlugin, HostParameter, missing_host
from synthmatch.synths.plugin.level import moved_unit, output_level
from synthmatch.synths.plugin.probe import probe
from synthmatch.systems.folders import cache_folder, lv2_folders

#: Form of the stored description; another number invalidates the stored ones.
_DESCRIPTION = 3

#: Of files that are read: what is known of a plug-in, and a preset, which may hold samples. In memory it is there as
#: text too, twice.
_MOST_CACHE_BYTES, _MOST_PRESET_BYTES = 20_000_000, 32_000_000

#: More steps than this are a knob, not a choice.
_MOST_CHOICES = 32

#: Words in a parameter's name that tell its group; the first that fits wins. A space stands for the edge of a word.
_GROUP_WORDS: tuple[tuple[Group, tuple[str, ...]], ...] = (
    ("effect", ("reverb", "delay", "chorus", "phaser", "flanger", "distort", "drive", "echo", " eq ")),
    ("lfo", ("lfo", "vibrato", "tremolo")),
    ("envelope", ("attack", "decay", "sustain", "release", " env", " att ", " dec ", " sus ", " rel ", "adsr")),
    ("filter", ("filter", "cutoff", "reso", "vcf")),
    ("modulation", (" mod ", "modulation", "velocity", " vel ", "tracking", "aftertouch")),
    ("pitch", ("pitch", " tun", "octave", "semi", "tune", "glide", "gld", "portamento", "coarse", " fine", "bend")),
    ("level", ("volume", " vol ", "gain", "level", "output", " pan ", " width")),
)


class PluginEngine:
    """The plug-in, loaded."""

    leaks_state = True
    fresh_repeats = False  # mda JX10 does not: docs/decisions/0004-render-workers.md

    def __init__(self, plugin: HostedPlugin, space: ParamSpace, indices: Sequence[int]) -> None:
        self._plugin = plugin
        self._space = space
        self._indices = indices

    def render(self, preset: Preset, note: Note) -> Audio:
        """Shape: (channels, note.samples)."""
        if "state" in preset.extra:
            self._plugin.load_state(base64.b64decode(preset.extra["state"]))
        self._plugin.set_values(self._indices, self._space.to_unit(preset.native).tolist())
        return self._plugin.render(note)


class Plugin(Synth):
    """A plug-in by its path or LV2 URI. Raises nothing until it is asked for something."""

    runs_on = "the systems of DawDreamer that the plug-in is made for"

    def __init__(self, id: str) -> None:
        self.id = id
        self._source = id if is_lv2(id) else str(Path(id).absolute())
        self.title = id.rstrip("/").rpartition("/")[2] if is_lv2(id) else Path(id).stem

    @property
    def fingerprint(self) -> str:
        """Text that changes with any file of the plug-in, or, for an LV2, with any installed bundle."""
        return _fingerprint(self._source)

    @cached_property
    def formats(self) -> tuple[FileFormat, ...]:  # type: ignore[override]
        """The preset file of its format; none for a VST3 that gives the host no state, which must be loaded to know."""
        return () if is_vst3(self.id) and not self._description["owner"] else (preset_format(self.id),)

    @cached_property
    def space(self) -> ParamSpace:
        """What the plug-in tells the host. Raises `MissingSynthError` where it does not load."""
        return ParamSpace(self.id, _parameters(self._host_parameters))

    @cached_property
    def channels(self) -> int:  # type: ignore[override]
        """Output channels."""
        return int(self._description["channels"])

    @cached_property
    def _host_parameters(self) -> list[HostParameter]:
        rows = self._description["parameters"]
        return [HostParameter(**{**row, "choices": tuple(row["choices"])}) for row in rows]

    @cached_property
    def _description(self) -> dict[str, Any]:
        """The probe's answer, from the cache where the plug-in's file is the same."""
        if lacking := missing_host():
            raise MissingSynthError(lacking)
        if not is_lv2(self.id) and not Path(self._source).exists():
            raise MissingSynthError(
                f"there is no plug-in {self.id}; expected the path of a VST2 or VST3 file or the URI of an LV2"
            )
        cache = cache_folder() / "plugins" / f"{self.fingerprint}.json"
        # a damaged description, or one that cannot be read, is as good as none
        with suppress(InputError, ValueError, TypeError):
            kept = need(parse_json(read_file(cache, _MOST_CACHE_BYTES, "a plug-in's description")), dict, "it")
            member(kept, "channels", int), member(kept, "owner", str)
            [HostParameter(**{**row, "choices": tuple(row["choices"])}) for row in member(kept, "parameters", list)]
            return kept
        answer = probe(self._source)
        if not answer.takes_notes:
            raise MissingSynthError(
                f"{self.id} is an effect: it has audio inputs, and a note changes nothing in what it plays; expected an"
                " instrument"
            )
        if not answer.parameters:
            raise MissingSynthError(f"{self.id} has no parameters that a host can move; nothing can be matched with it")
        found = {
            "channels": answer.channels,
            "parameters": [dataclasses.asdict(p) for p in answer.parameters],
            "owner": owner(answer.state, self.id, "the saved state") if answer.state else "",
        }
        with suppress(OutputError):  # a folder that cannot be written costs the next start a second
            write_whole(cache, json.dumps(found).encode(), force=True)
        return found

    def missing(self) -> str | None:
        """Whether DawDreamer is there and the plug-in loads."""
        try:
            self._description  # noqa: B018 - loads it
        except MissingSynthError as error:
            return str(error)
        return None

    def version(self) -> str:
        """Version of DawDreamer; plug-ins do not tell theirs."""
        return "" if self.missing() else f"dawdreamer {metadata.version('dawdreamer')}"

    def engine(self) -> Engine:
        """Load the plug-in."""
        if lacking := self.missing():
            raise MissingSynthError(lacking)
        return PluginEngine(HostedPlugin(self._source), self.space, [p.index for p in self._host_parameters])

    def read(self, path: Path) -> list[Preset]:
        """The preset in a ``.fxp``, ``.fxb``, ``.vstpreset`` or ``.ttl`` of this plug-in, which is loaded for it."""
        contents = read_file(path, _MOST_PRESET_BYTES, f"a preset of {self.title}", PresetError)
        self._check(contents, path.name)
        answer = probe(self._source, contents)
        units = np.array([p.value for p in answer.parameters])
        native = self.space.to_native(units)
        return [Preset(self.id, native, path.stem, {"state": base64.b64encode(contents).decode()})]

    def with_gain(self, preset: Preset, gain_db: float) -> Preset:
        """The parameter that is named as the output's level; see `plugin.level`."""
        level = output_level(self.space.parameters)
        if level is None:
            return preset
        units = self.space.to_unit(preset.native)
        place = self.space.index[level.name]
        units[place] = moved_unit(float(units[place]), gain_db)
        return preset.with_native(self.space.to_native(units))

    def check_extra(self, extra: Mapping[str, Any]) -> None:
        """The plug-in's state alone, in base64."""
        try:
            base64.b64decode(need(extra.get("state", ""), str, "state"), validate=True)
        except ValueError as error:
            raise PresetError(f"preset has a damaged state ({error}); save it again") from None

    def dump(self, presets: Sequence[Preset], suffix: str) -> bytes:
        """The state that a host saves with this preset; the plug-in is loaded for it."""
        if suffix not in {f.suffix for f in self.formats}:
            own = ", ".join(f.suffix for f in self.formats) or "no native file; save the preset as JSON"
            raise PresetError(f"{self.title} writes {own}, not {suffix!r}")
        if len(presets) != 1:
            raise PresetError(f"got {len(presets)} presets, {suffix} holds 1; write several files")
        (preset,) = presets
        if preset.synth != self.id:
            raise PresetError(f"got a preset of {preset.synth}, expected one of {self.id}")
        state = base64.b64decode(preset.extra.get("state", ""))
        units = self.space.to_unit(preset.native).tolist()
        values = [(p.index, unit) for p, unit in zip(self._host_parameters, units, strict=True)]
        return probe(self._source, state, values).state

    def _check(self, contents: bytes, where: str) -> None:
        """Refuse the files of other plug-ins, which some hosts would load without a word."""
        theirs, own = owner(contents, self.id, where), self._description["owner"]
        if theirs != own:
            raise PresetError(
                f"{where} is a preset of plug-in {theirs}, expected {own}, which is {self.title}; "
                "give --synth the plug-in that it was made with"
            )


def _parameters(host: Sequence[HostParameter]) -> list[Parameter]:
    """The space's parameters for the host's, under distinct names."""
    parameters: list[Parameter] = []
    taken: set[str] = set()
    for row in host:
        name, number = row.name or f"parameter {row.index}", 2
        while name in taken:
            name, number = f"{row.name} {number}", number + 1
        taken.add(name)
        choices = row.choices if len(row.choices) > 1 else tuple(str(i) for i in range(row.steps))
        group = _group(name)
        if 2 <= len(choices) <= _MOST_CHOICES:
            last = len(choices) - 1
            chosen = round(row.value * last)
            parameters.append(Parameter(name, name, group, "categorical", 0, last, chosen, choices=choices))
        else:
            value = min(max(row.value, 0.0), 1.0)
            parameters.append(Parameter(name, name, group, "continuous", 0, 1, value))
    return parameters


def _group(name: str) -> Group:
    """A guess from the parameter's name."""
    lower = f" {name.lower().replace('_', ' ')} "
    return next((group for group, words in _GROUP_WORDS if any(word in lower for word in words)), "oscillator")


def _fingerprint(source: str) -> str:
    """Text that changes with any file of the plug-in, or, for an LV2, with any installed bundle."""
    if is_lv2(source):
        path = os.environ.get("LV2_PATH")
        folders = lv2_folders() if path is None else [Path(folder) for folder in path.split(os.pathsep)]
        files = [bundle for folder in folders if folder.is_dir() for bundle in folder.iterdir()]
    else:
        # the folder of a VST3 bundle does not show that a library in it was replaced
        files = [Path(source), *Path(source).rglob("*")]
    stamps = [(str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in sorted(files)]
    told = json.dumps([_DESCRIPTION, source, stamps, metadata.version("dawdreamer")])
    return hashlib.sha256(told.encode()).hexdigest()[:24]
