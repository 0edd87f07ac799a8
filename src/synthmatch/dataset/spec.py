"""What a data set is made from: its spec, what the synthesizers were, and the fingerprint of both.

The spec lies in the folder of its data set, and in each shard lies the fingerprint, so that shards of another spec,
parameter table, synthesizer or bank are never mixed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from synthmatch.errors import InputError
from synthmatch.note import PROTOCOLS, Note
from synthmatch.parsing import member, need

#: Changes whenever the same spec would give other rows or files.
FORMAT = "synthmatch dataset 2"
#: C4 to B4, the twelve pitches of Faronbi, Roman, Bello (ICASSP 2023).
PITCHES = tuple(range(60, 72))
#: Rows of a synthesizer; more would be terabytes.
_MOST_PRESETS = 10_000_000
#: A seed is one 32-bit word of a row's randomness.
_SEEDS = 2**32


@dataclass(frozen=True)
class DatasetSpec:
    """So many rows of each synthesizer, each a preset rendered at `pitches` (MIDI numbers).

    `protocol` names the note's velocity and times (`PROTOCOLS`). Raises `InputError` where a field is of no use.
    """

    synths: tuple[str, ...]
    presets: int
    pitches: tuple[int, ...] = PITCHES
    protocol: str = "icassp2023"
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("synths", "pitches"):
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise InputError(f"{name} of a data set are {list(values)}, expected one or more, each once")
        if not 1 <= self.presets <= _MOST_PRESETS:
            raise InputError(f"presets is {self.presets}, expected 1 to {_MOST_PRESETS:,}")
        if self.protocol not in PROTOCOLS:
            raise InputError(f"protocol is {self.protocol!r}, expected {' or '.join(PROTOCOLS)}")
        if not 0 <= self.seed < _SEEDS:
            raise InputError(f"seed is {self.seed}, expected 0 to {_SEEDS - 1}")
        self.notes()

    def notes(self) -> tuple[Note, ...]:
        """The notes of each row, in the order of the pitches."""
        return tuple(replace(PROTOCOLS[self.protocol], pitch=pitch) for pitch in self.pitches)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON has them."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "DatasetSpec":
        """The spec again. Raises `InputError` for a key that is unknown or missing, `ValueError` for another type."""
        kinds = {"synths": list, "presets": int, "pitches": list, "protocol": str, "seed": int}
        assert kinds.keys() == {field.name for field in fields(cls)}
        if odd := sorted(kinds.keys() ^ stored.keys()):
            raise InputError(f"spec of a data set: {', '.join(odd)} unknown or missing, expected {', '.join(kinds)}")
        for name, kind in kinds.items():
            need(stored[name], kind, name)
        for name, part in (("synths", str), ("pitches", int)):
            for value in stored[name]:
                need(value, part, f"one of {name}")
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()}
        return cls(**values)


@dataclass(frozen=True)
class Origin:
    """What a synthesizer's rows were made with.

    Hash of its parameter table, its version, digest of its bank (``""`` without one), and digest of presets that its
    rows try, which changes with the code that makes them.
    """

    table: str
    version: str
    bank: str
    rows: str

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Origin":
        """The origin of an object of JSON. Raises `ValueError`."""
        return cls(*(member(stored, field.name, str) for field in fields(cls)))


def fingerprint(spec: DatasetSpec, origins: Mapping[str, Origin]) -> str:
    """Sixteen characters that change with the format, the spec and each origin."""
    made = {synth: asdict(origin) for synth, origin in origins.items()}
    text = json.dumps([FORMAT, spec.to_json(), made], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
