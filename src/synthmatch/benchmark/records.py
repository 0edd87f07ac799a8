"""Benchmark records: one JSON line for each target and method, appended when it is done, so that a killed run resumes.

A record counts only under the conditions that it was made: `Conditions` are part of its key.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synthmatch.benchmark.json_lines import append_lines, read_lines
from synthmatch.errors import InputError
from synthmatch.parsing import member, need, parse_json

#: Scores by metric name.
Scores = dict[str, float]
#: What a search ranked by, in records of the searches before the present ones: in dB.
EARLIER_DISTANCE = "distance_db"
#: What users are shown (`calibration.closeness`), in per cent; earlier records have none.
CLOSENESS = "closeness"


def own_distance(scores: Scores) -> float:
    """What the search itself ranked by: the loudness distance, in earlier records a distance in dB."""
    return scores["distance"] if "distance" in scores else scores[EARLIER_DISTANCE]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a method's scores on a target depend on.

    `method` with its `version`; `library`: what it started from (`benchmark.library_name`); `renders`: the budget.
    """

    method: str
    version: str
    library: str
    renders: int
    seed: int


@dataclass(frozen=True, slots=True)
class Record:
    """Scores of one method on one target: of the best preset by search distance among the first so many renders."""

    target: str
    conditions: Conditions
    machine: str
    seconds: float
    scores: dict[int, Scores]

    @property
    def key(self) -> tuple[str, Conditions]:
        """What makes it the only one."""
        return self.target, self.conditions

    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Record":
        """Inverse of `line`, from its parsed JSON. Raises `ValueError`."""
        at = member(fields, "conditions", dict)
        method, version, library = (member(at, name, str) for name in ("method", "version", "library"))
        conditions = Conditions(method, version, library, member(at, "renders", int), member(at, "seed", int))
        scores = {}
        for renders, row in member(fields, "scores", dict).items():
            need(row, dict, "scores")
            scores[int(renders)] = {name: member(row, name, float) for name in row}
        target, machine = member(fields, "target", str), member(fields, "machine", str)
        return cls(target, conditions, machine, member(fields, "seconds", float), scores)


class RecordFile:
    """The records of one synthesizer and target set, in a file of lines (`json_lines`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: dict[tuple[str, Conditions], Record] = {}
        for number, line in enumerate(read_lines(path), 1):
            try:
                record = Record.from_json(need(parse_json(line.encode()), dict, "it"))
            except ValueError as error:
                raise InputError(f"{path}, line {number} is no benchmark record ({error}); remove it") from None
            self.records[record.key] = record

    def add(self, records: Iterable[Record]) -> None:
        """Append records."""
        new = list(records)
        append_lines(self.path, [record.line() for record in new])
        self.records |= {record.key: record for record in new}
