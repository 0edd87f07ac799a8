"""The page of results and the full tables beside the records are what code makes of the records."""

import csv
from pathlib import Path

import pytest

from synthmatch.benchmark.page import full_tables, page
from synthmatch.search.registry import SEARCHES
from synthmatch.synths.registry import synth_names

RESULTS = Path(__file__).parents[2] / "docs/results"
RECORDS = RESULTS / "data/quality"
HOW = "synthmatch benchmark -o docs/results --records docs/results/data/quality --page-only writes it"


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    """The full tables that the records make."""
    return full_tables(RECORDS, synth_names(), list(SEARCHES), 0)


def test_the_full_tables_are_those_of_the_records(tables: dict[str, str]) -> None:
    """Catches a number that was changed by hand, a table of older records, and one that no record makes any more."""
    files = {path.name: path.read_text(encoding="utf-8") for path in (RECORDS / "tables").iterdir()}
    assert files.keys() == tables.keys(), HOW
    for name, text in files.items():
        assert text == tables[name], f"{name}: {HOW}"


def test_the_page_shows_the_records(tables: dict[str, str]) -> None:
    """Catches a number of the page that the records do not give; versions of synthesizers are those of another day."""
    links = {name: f"data/quality/tables/{name}" for name in tables}
    made = page(RECORDS, synth_names(), list(SEARCHES), 0, links).splitlines()
    shown = (RESULTS / "quality.md").read_text(encoding="utf-8").splitlines()
    versions = [line for line in made if "a second play in a running synthesizer" in line]
    assert len(versions) == 3
    assert [line for line in made if line not in versions] == [
        line for line in shown if "a second play in a running synthesizer" not in line
    ], HOW


def test_a_number_of_the_page_is_in_the_full_tables(tables: dict[str, str]) -> None:
    """Catches a summary that averages over other targets than the tables do."""
    lines = (RESULTS / "quality.md").read_text(encoding="utf-8").splitlines()
    cells = [
        line.split(" | ")[2] for line in lines if line.startswith("| guided, 200 renders |") and line.count("|") == 5
    ]
    found = [
        f"{row['lsd mean [dB]']} / {row['mss mean [dB]']}"
        for row in csv.DictReader(tables["dexed-held-out.csv"].splitlines())
        if row["method"] == "guided, 200 renders"
    ]
    assert found
    assert set(found) & set(cells)


def test_no_full_table_has_two_columns_of_one_name(tables: dict[str, str]) -> None:
    """Catches a `median` beside another `median`."""
    for name, text in tables.items():
        heads = next(csv.reader([text.splitlines()[0]]))
        assert len(set(heads)) == len(heads), name
