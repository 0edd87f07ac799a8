"""A preset of our space as Vital's document, and back.

What the space leaves out travels in `Preset.extra`:

* ``settings``: other controls that are not where Vital starts;
* ``wavetables``, ``lfos``: own tables and shapes by number from "1";
* ``modulations``: by slot number from "1": connections that the space cannot name, those of slots past the 16th, and
  curves (``line_mapping``);
* ``sample``: the sampler's own recording;
* ``later``: what the settings of a later Vital hold besides numbers, such as ``custom_warps``;
* ``header``: author, comments, style, names of macros, version.

Oscillators and sampler always start at their own phase: random phases, which would make each render another one, are
rendered and written as 0.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.errors import PresetError
from synthmatch.params.preset import Preset
from synthmatch.params.space import ParamSpace
from synthmatch.presets.vital import HEADLESS_VERSION, LISTS, WRITTEN_VERSION, version
from synthmatch.synths.vital.bank import FRAME_SCALE, TABLES, Bank, Json, bank, dumps, noise, noise_text, silence_text
from synthmatch.synths.vital.counts import ALL_LFOS, ALL_SLOTS, LFOS, OSCILLATORS, SLOTS

NO_RANDOM_PHASE = {"osc_1_random_phase": 0.0, "osc_2_random_phase": 0.0, "osc_3_random_phase": 0.0}
NO_RANDOM_PHASE["sample_random_phase"] = 0.0
_WRITTEN = tuple(map(int, WRITTEN_VERSION.split(".")))
_OBJECTS = (*LISTS, "sample")
_HEADER = {"author": "", "comments": "", "preset_style": "", **{f"macro{i}": f"MACRO {i}" for i in range(1, 5)}}


class DocumentBuilder:
    """Converts between presets of the Vital space and documents."""

    def __init__(self, space: ParamSpace) -> None:
        self.space = space
        self.bank: Bank = bank()
        #: every control and where Vital starts it
        self.init: dict[str, float] = json.loads((TABLES / "vital_init.json").read_text(encoding="utf-8"))
        self._names = [p.name for p in space.parameters]
        self._controls = np.array([name in self.init for name in self._names])
        start = [self.init.get(name, 0.0) for name in self._names]
        self._start = np.array(start, np.float32)
        index = space.index
        self._tables = [index[f"osc_{i}_wavetable"] for i in range(1, OSCILLATORS + 1)]
        self._on = [index[f"osc_{i}_on"] for i in range(1, OSCILLATORS + 1)]
        self._shapes = [index[f"lfo_{i}_shape"] for i in range(1, LFOS + 1)]
        self._sources = np.array([index[f"modulation_{i}_source"] for i in range(1, SLOTS + 1)])
        self._destinations = np.array([index[f"modulation_{i}_destination"] for i in range(1, SLOTS + 1)])
        self._source_names = space["modulation_1_source"].choices
        self._destination_names = space["modulation_1_destination"].choices

    # preset -> document ---------------------------------------------------------------------------------------------

    def whole(self, preset: Preset) -> Json:
        """The document of a file: everything, so that it sounds the same in any Vital."""
        native, extra = preset.native, preset.extra
        connections = self._connections(native, extra.get("modulations", {}))
        settings: Json = {**extra.get("later", {}), **self.init}
        settings |= self._settings(native, extra, np.flatnonzero(self._controls))
        tables, shapes = extra.get("wavetables", {}), extra.get("lfos", {})
        settings["wavetables"] = [
            tables.get(str(i + 1), self.bank.tables[0]) if k == 0 else self.bank.tables[k]
            for i, k in enumerate(self._classes(native, self._tables))
        ]
        classes = self._classes(native, self._shapes) + [0] * (ALL_LFOS - LFOS)
        settings["lfos"] = [
            shapes.get(str(i + 1), self.bank.shapes[0]) if k == 0 else self.bank.shapes[k]
            for i, k in enumerate(classes)
        ]
        blank = [{"source": "", "destination": ""} for _ in range(ALL_SLOTS - len(connections))]
        settings["modulations"] = connections + blank
        settings["sample"] = extra.get("sample", noise())
        header = {**_HEADER, "synth_version": WRITTEN_VERSION, **extra.get("header", {})}
        return {**header, "preset_name": preset.name, "settings": settings}

    def lean(self, preset: Preset) -> str:
        """The same preset as text for a fresh engine, without what it has already or is inaudible.

        Loading costs more than reading: Vital renders each frame of each table, and a second of sample at 10 rates.
        """
        native, extra = preset.native, preset.extra
        changed = np.flatnonzero(self._controls & (native.astype(np.float32) != self._start))
        fields = dumps(self._settings(native, extra, changed))[1:-1]
        sounding = [(k if native[on] else -1) for k, on in zip(self._classes(native, self._tables), self._on)]  # noqa: B905
        tables, shapes = extra.get("wavetables", {}), extra.get("lfos", {})
        own_tables = {int(i) - 1: dumps(t) for i, t in tables.items() if sounding[int(i) - 1] == 0}
        own_shapes = {int(i) - 1: dumps(s) for i, s in shapes.items()}
        table_list = _texts(sounding, own_tables, self.bank.table_texts)
        shape_classes = self._classes(native, self._shapes) + [0] * (ALL_LFOS - LFOS)
        shape_list = _texts(shape_classes, own_shapes, self.bank.shape_texts)
        connections = dumps(self._connections(native, extra.get("modulations", {})))
        sampler_on = native[self.space.index["sample_on"]] == 1
        sample = (dumps(extra["sample"]) if "sample" in extra else noise_text()) if sampler_on else silence_text()
        written = extra.get("header", {}).get("synth_version", WRITTEN_VERSION)
        return (
            f'{{"settings":{{{fields},"lfos":[{shape_list}],"modulations":{connections},"sample":{sample},'
            f'"wavetables":[{table_list}]}},"synth_version":{dumps(str(written))}}}'
        )

    def _classes(self, native: Float64[F64, " parameters"], columns: list[int]) -> list[int]:
        return [int(k) for k in native[columns]]

    def _settings(
        self, native: Float64[F64, " parameters"], extra: Mapping[str, Any], columns: Any
    ) -> dict[str, float]:
        """Numbers by control name, as a file stores them."""
        settings: dict[str, float] = dict(extra.get("settings", {}))
        settings.update({self._names[k]: float(native[k]) for k in columns})
        for i, k in enumerate(self._classes(native, self._tables), 1):
            if k:
                for name in (f"osc_{i}_wave_frame", f"osc_{i}_frame_spread"):
                    if name in settings:
                        settings[name] /= FRAME_SCALE
        for slot in self._frame_slots(native):
            name = f"modulation_{slot}_amount"
            if name in settings:
                settings[name] /= FRAME_SCALE
        return {**settings, **NO_RANDOM_PHASE}

    def _frame_slots(self, native: Float64[F64, " parameters"]) -> list[int]:
        """Slots, from 1, that move the frame of a bank table."""
        scaled = [
            self._destination_names.index(f"osc_{i}_wave_frame")
            for i, k in enumerate(self._classes(native, self._tables), 1)
            if k
        ]
        return [int(s) + 1 for s in np.flatnonzero(np.isin(native[self._destinations], scaled))]

    def _connections(self, native: Float64[F64, " parameters"], own: Mapping[str, Any]) -> list[Json]:
        """Connections up to the last one in use."""
        last_own = max((int(slot) for slot in own), default=0)
        in_use = np.flatnonzero(native[self._sources] + native[self._destinations])
        connections = []
        for slot in range(1, max(last_own, int(in_use[-1]) + 1 if len(in_use) else 0) + 1):
            kept = own.get(str(slot), {})
            source, destination = kept.get("source", ""), kept.get("destination", "")
            if slot <= SLOTS:
                source = _name(self._source_names, native[self._sources[slot - 1]], source)
                destination = _name(self._destination_names, native[self._destinations[slot - 1]], destination)
            connections.append({**kept, "source": source, "destination": destination})
        return connections

    # document -> preset ---------------------------------------------------------------------------------------------

    def preset(self, document: Json, name: str) -> Preset:
        """The preset of a checked document; nothing that it holds is lost but its random phases.

        Raises `PresetError` for a control that is no number.
        """
        settings = document["settings"]
        plain = {k: v for k, v in settings.items() if k not in _OBJECTS}
        for key, value in plain.items():
            if key in self.init and not isinstance(value, bool | int | float):
                raise PresetError(f"{name} has {key} of type {type(value).__name__}, expected a number")
        numbers = {k: float(v) for k, v in plain.items() if isinstance(v, bool | int | float)}
        values = {n: numbers[n] for n in self._names if n in self.init and n in numbers}
        extra: Json = {}
        others = {k: v for k, v in numbers.items() if k not in self.space.index and k not in NO_RANDOM_PHASE}
        _keep(extra, "settings", {k: v for k, v in others.items() if v != self.init.get(k)})
        tables = {}
        for i, table in enumerate(settings.get("wavetables", []), 1):
            found = self.bank.table_class(table)
            values[f"osc_{i}_wavetable"] = found or 0
            if found is None:
                tables[str(i)] = table
            elif found:
                for scaled in (f"osc_{i}_wave_frame", f"osc_{i}_frame_spread"):
                    values[scaled] = values.get(scaled, 0.0) * FRAME_SCALE
        shapes = {}
        for i, shape in enumerate(settings.get("lfos", []), 1):
            found = self.bank.shape_class(shape)
            if found is not None and i <= LFOS:
                values[f"lfo_{i}_shape"] = found
            elif found != 0:
                shapes[str(i)] = shape
        _keep(extra, "wavetables", tables)
        _keep(extra, "lfos", shapes)
        _keep(extra, "modulations", self._read_modulations(settings.get("modulations", []), values))
        _keep(extra, "later", {k: v for k, v in plain.items() if k not in numbers})
        if "sample" in settings and settings["sample"] != noise():
            extra["sample"] = settings["sample"]
        header = {k: v for k, v in document.items() if k not in ("settings", "preset_name")}
        # a headless engine marks what it saves with a version that no Vital opens
        if not _WRITTEN <= version(document, name) < HEADLESS_VERSION:
            header["synth_version"] = WRITTEN_VERSION
        start = {**_HEADER, "synth_version": WRITTEN_VERSION}
        _keep(extra, "header", {k: v for k, v in header.items() if v != start.get(k)})
        native = self.space.from_named(values)
        for slot in self._frame_slots(native):
            values[f"modulation_{slot}_amount"] = values.get(f"modulation_{slot}_amount", 0.0) * FRAME_SCALE
        return Preset(self.space.synth, self.space.from_named(values), name, extra)

    def _read_modulations(self, connections: list[Json], values: dict[str, float]) -> Json:
        """Fill in the 16 slots of the space; returns what they cannot hold."""
        own = {}
        for slot, connection in enumerate(connections, 1):
            source, destination = connection["source"], connection["destination"]
            if not (source or destination):
                continue
            named = source in ("", *self._source_names) and destination in ("", *self._destination_names)
            if slot <= SLOTS:
                for kind, name, names in (
                    ("source", source or "none", self._source_names),
                    ("destination", destination or "none", self._destination_names),
                ):
                    values[f"modulation_{slot}_{kind}"] = names.index(name) if name in names else len(names) - 1
            if slot > SLOTS or not named or connection.keys() > {"source", "destination"}:
                own[str(slot)] = connection
        return own


def _name(names: tuple[str, ...], choice: float, own: str) -> str:
    """Name of a chosen source or destination: the first class is none, the last the preset's own.

    Where it has no own, the file names the class itself: Vital passes over a connection that it does not know.
    """
    k = int(choice)
    return "" if k == 0 else (own or names[k]) if k == len(names) - 1 else names[k]


def _texts(classes: list[int], own: dict[int, str], texts: list[str]) -> str:
    """The texts of a list's items, up to the last that is not what Vital starts with (class 0; -1: inactive)."""
    wanted = [own.get(i, texts[max(k, 0)]) for i, k in enumerate(classes)]
    changed = [i for i, k in enumerate(classes) if k > 0 or i in own]
    return ",".join(wanted[: changed[-1] + 1]) if changed else ""


def _keep(extra: Json, key: str, value: Json) -> None:
    if value:
        extra[key] = value
