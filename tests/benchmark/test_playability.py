"""The set playability: presets that are played otherwise than they were matched."""

from pathlib import Path

import numpy as np

from synthmatch.benchmark import run as benchmark
from synthmatch.benchmark.comparisons import otherwise_table
from synthmatch.benchmark.methods import MEDOID, RETRIEVAL
from synthmatch.benchmark.playability import AXES, playability, played_otherwise, score_name
from synthmatch.benchmark.records import Record, RecordFile
from synthmatch.benchmark.run import Setting
from synthmatch.benchmark.summary import Column
from synthmatch.benchmark.targets import BenchTarget, Otherwise
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

NAMES = [score_name(axis) for axis in AXES]


def test_an_instrument_is_played_as_it_was_and_otherwise() -> None:
    """Catches references of another key, a note that is cut to the target's length, and a score of an axis left out."""
    (target,) = playability(1).targets
    assert {other.axis for other in target.otherwise} == set(AXES)
    assert target.note.pitch == 60
    assert [other.note.pitch for other in target.otherwise if other.axis == "keys"] == [48, 55, 67, 72]
    holds = [other for other in target.otherwise if other.axis == "holds"]
    assert [other.note.hold_seconds for other in holds] == [0.3, 1.0, 6.0]
    assert all(other.audio.shape[1] == other.note.samples > other.note.hold_seconds * 44_100 for other in holds)
    assert [other.note.velocity for other in target.otherwise if other.axis == "velocities"] == [40, 127]


def test_the_last_answers_are_scored_at_other_notes(tmp_path: Path) -> None:
    """Catches a preset that is played as matched instead, and scores that the page does not show."""
    dexed, library = get_synth("dexed"), builtin_library("dexed")
    assert library
    note, higher = Note(60, 100, 0.2, 0.3), Note(67, 100, 0.2, 0.3)
    with RenderPool(dexed, workers=1) as pool:
        preset = library.preset(0)
        (audio,), (other,) = pool.run([preset], note), pool.run([preset], higher)
        assert isinstance(audio, np.ndarray)
        assert isinstance(other, np.ndarray)
        itself = BenchTarget("itself", audio, note, otherwise=[Otherwise(axis, higher, other) for axis in AXES])
        assert played_otherwise(pool, preset, itself) == dict.fromkeys(NAMES, 0.0)
        file = RecordFile(tmp_path / "records.jsonl")

        def tell(done: int, total: int, record: Record) -> None:
            """Nobody listens."""

        benchmark.run(Setting(pool, library, ["random"], 16, 0), [itself], file, tell)
    records = list(file.records.values())
    by_method = {record.conditions.method: record.scores for record in records}
    assert set(NAMES) <= by_method[RETRIEVAL][16].keys()
    assert not set(NAMES) & by_method[RETRIEVAL][1].keys()
    assert set(NAMES) <= by_method[MEDOID][1].keys()
    row = otherwise_table([Column("Dexed", {16: records}, ["random"])]).splitlines()[-1]
    # the nearest of the library is the preset itself
    assert row == "| Dexed | nearest 16, ranked again | 1 | 0.00 | 0.00 | 0.00 | 0.00 |"
