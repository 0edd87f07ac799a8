"""What is printed fits the width there is."""

import sys

import pytest

from synthmatch.cli.printing import say, say_table

HEADS = ("", "synth", "preset", "closeness", "", "file")
ROWS = [
    ["1", "dexed", "E.PIANO 1", "83 %", "close", "1-dexed.syx"],
    ["2", "vital", "日本語の長い名前", "46 %", "similar", "2-vital.vital"],
]


@pytest.mark.parametrize("columns", ["40", "50"])
def test_rows_that_do_not_fit_take_lines(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches cells cut to single letters, a cell that is lost, and a line that is too long."""
    monkeypatch.setenv("COLUMNS", columns)
    say_table(HEADS, ROWS, keys=3)
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= int(columns)
    assert printed.splitlines()[0] == "1 dexed E.PIANO 1"
    for row in ROWS:
        assert all(cell in printed for cell in row)
    assert "closeness 83 %, close" in printed


@pytest.mark.parametrize("columns", ["200", ""])
def test_rows_that_fit_are_a_table(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a row of a pipe that is wrapped, and columns that wide letters push apart."""
    monkeypatch.setenv("COLUMNS", columns)
    times = 1 if columns else 4
    say_table(HEADS * times, [row * times for row in ROWS])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].split()[-1] == "1-dexed.syx"
    # eight letters that are two columns wide each
    assert lines[1].index("83 %") == lines[2].index("46 %") + 8


def test_heads_take_two_lines_before_rows_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a table that falls apart for its heads alone."""
    monkeypatch.setenv("COLUMNS", "54")
    heads = ("synth", "installed", "parameters", "of these classes", "files", "table")
    say_table(
        heads, [["dexed", "1.0.1", "145", "24", ".syx", "9a0b1c"], ["vital", "no", "772", "113", ".vital", "0d2e"]]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["of", "these"]
    assert lines[1].split() == ["synth", "installed", "parameters", "classes", "files", "table"]
    assert [line.split()[-1] for line in lines[2:]] == ["9a0b1c", "0d2e"]


def test_a_word_is_never_cut(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a path that cannot be copied, and further lines that look like new ones."""
    monkeypatch.setenv("COLUMNS", "40")
    path = "/a/very/long/folder/with-hyphens-in-it/and/more.npz"
    say(f"source   children of presets in {path} and others", hang=9)
    assert capsys.readouterr().out.splitlines() == [
        "source   children of presets in",
        " " * 9 + path,
        " " * 9 + "and others",
    ]


def test_a_pipe_has_long_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches output for programs that is wrapped at 80 columns."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert not sys.stdout.isatty()
    say("word " * 100 + "end")
    assert capsys.readouterr().out.count("\n") == 1
