"""Results tables: their text, their numbers, and what they refuse."""

import json

import numpy as np
import pytest

from synthmatch.benchmark.statistics import bootstrap_interval
from synthmatch.benchmark.tables import Row, summarize, to_json, to_markdown
from synthmatch.errors import InputError

ROWS = [
    Row("noise floor", {"lsd": [0.0, 0.0, 0.0], "rms_cosine": [1.0, 1.0, 1.0]}),
    Row("search | 200", {"lsd": [1.0, 2.0, 6.0], "rms_cosine": [0.5, 0.5, 0.5]}),
]


def rng() -> np.random.Generator:
    """A generator in the same state every time."""
    return np.random.default_rng(7)


def test_markdown() -> None:
    """Catches a cell under the wrong metric, a lost unit or direction, and a name that breaks the table."""
    lines = to_markdown(summarize(ROWS, rng())).splitlines()
    assert lines[0] == "| method | targets | `lsd` [dB] ↓ | `rms_cosine` ↑ |"
    assert lines[1] == "| --- | ---: | ---: | ---: |"
    assert lines[2] == "| noise floor | 3 | 0 [0, 0] / 0 | 1 [1, 1] / 1 |"
    assert lines[3] == r"| search \| 200 | 3 | 3 [1, 6] / 2 | 0.5 [0.5, 0.5] / 0.5 |"


def test_summary_numbers() -> None:
    """Catches mean and median swapped, and an interval of other scores."""
    summary = summarize([ROWS[1]], rng())[0].metrics["lsd"]
    assert (summary.mean, summary.median) == (3, 2)
    assert (summary.low, summary.high) == bootstrap_interval([1.0, 2.0, 6.0], rng())


def test_a_later_row_changes_no_earlier_one() -> None:
    """Catches intervals that move when a method is added to the table."""
    assert summarize(ROWS, rng())[0] == summarize(ROWS[:1], rng())[0]


def test_json_holds_the_table() -> None:
    """Catches rounding in the file that programs read, and numbers that JSON cannot hold."""
    table = json.loads(to_json(summarize(ROWS, rng())))
    assert [row["name"] for row in table] == ["noise floor", "search | 200"]
    assert table[1]["targets"] == 3
    assert table[1]["metrics"]["lsd"]["mean"] == 3
    assert set(table[1]["metrics"]["lsd"]) == {"mean", "median", "low", "high"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows"),
        ([Row("a", {"loudness": [1.0]})], "unknown metrics"),
        ([Row("a", {})], "unknown metrics"),
        ([Row("a", {"lsd": [1.0], "mss": [1.0, 2.0]})], "several numbers of targets"),
        ([Row("a", {"lsd": [1.0]}), Row("b", {"lsd": [1.0, 2.0]})], "row 'b'.*same targets"),
        ([Row("a", {"lsd": [1.0]}), Row("b", {"mss": [1.0]})], "row 'b'.*same targets"),
        ([Row("a", {"lsd": [np.nan]})], "NaN"),
        ([Row("a", {"lsd": []})], "at least one"),
    ],
)
def test_unusable_tables_are_refused(rows: list[Row], message: str) -> None:
    """Catches methods compared on different targets, and misspelt metrics left out in silence."""
    with pytest.raises(InputError, match=message):
        summarize(rows, rng())
