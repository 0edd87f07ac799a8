"""The one door to the terminal: what files say is text, and a stream that takes nothing ends no match."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from synthmatch.audio import wav_bytes
from synthmatch.cli import printing

SOURCE = Path(printing.__file__).parents[1]
#: Names by which something is printed.
PRINTERS = {"print", "echo", "secho", "Console", "Live", "rprint", "print_exc", "print_exception"}
#: Names that are text for no terminal, as they are.
NASTY = ["A[/b]", "[red]x[/red]", "\x1b[31mred\x1b[0m", "\u202egpj.exe", "a\nb", "caf\udce9", ":smile:"]


def prints(path: Path) -> Iterator[str]:
    """Each place of a file that prints, or writes to a stream."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            of = getattr(node.func, "value", None)
            stream = isinstance(of, ast.Attribute) and of.attr in ("stdout", "stderr") and name.startswith("write")
            if name in PRINTERS or stream:
                yield f"{path}:{node.lineno} prints by {name}"


def test_nothing_else_prints() -> None:
    """Catches a second door, where names of files reach the terminal as they are."""
    door = Path(printing.__file__)
    others = set(SOURCE.rglob("*.py")) - {door}
    assert [place for path in sorted(others) for place in prints(path)] == [], "use synthmatch.cli.printing"
    assert list(prints(door)), "the door itself is not seen to print"


def test_what_files_say_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches markup that ends a match in a traceback after the search, and escapes that rewrite the screen."""
    for name in NASTY:
        printing.say(name, heading=name)
        printing.say_aside(name)
        printing.say_problem(name)
    printing.say_table(("", "preset"), [("1", name) for name in NASTY], right=(0,))
    told = capsys.readouterr()
    for line in (told.out + told.err).splitlines():
        assert line.isprintable()
    for shown in ("A[/b]", "[red]x[/red]", r"\x1b[31mred\x1b[0m", r"\u202egpj.exe", r"a\x0ab", r"caf\xe9", ":smile:"):
        assert told.out.count(shown) == 3
        # a problem is one line of words: its own line ends become spaces
        assert told.err.count(shown) == 1 + (shown != r"a\x0ab")
    assert len(told.out.splitlines()) == 2 * len(NASTY) + 1


def test_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches NaN, which no other parser takes, and bytes of names that are not UTF-8."""
    printing.say_json({"names": NASTY, "caf\udce9": (float("nan"), float("inf"), 1.5)})
    text = capsys.readouterr().out
    assert text.isascii()
    told = json.loads(text, parse_constant=pytest.fail)
    assert told["caf\\xe9"] == [None, None, 1.5]
    assert told["names"][:5] == NASTY[:5]
    json.dumps(told, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A note under four names, and a path that is as long as a system takes."""
    folder = tmp_path_factory.mktemp("names")
    time = np.arange(44_100) / 44_100
    contents = wav_bytes((0.3 * np.sin(2 * np.pi * 220 * time) * np.exp(-3 * time))[None].astype(np.float32))
    for name in (b"\x1b[31m [b] $x$.wav", b"caf\xe9.wav", b"x" * 250 + b".wav", "日本".encode() * 41 + b".wav"):
        (folder / os.fsdecode(name)).write_bytes(contents)
    return folder


def command(shell: str, folder: Path) -> "subprocess.CompletedProcess[bytes]":
    """The command in a shell, in a folder; ``$S`` is synthmatch."""
    started = os.environ | {"S": str(Path(sys.executable).with_name("synthmatch"))}
    return subprocess.run(["bash", "-c", shell], cwd=folder, env=started, capture_output=True, check=False, timeout=300)


def test_a_match_whose_names_are_strange_is_written(folder: Path) -> None:
    """Catches a search that is lost because its target's name is 250 bytes long, not UTF-8, or an escape sequence."""
    ended = command("$S match *.wav --synth dexed --renders 0 -n 1 --json -o found", folder)
    assert ended.returncode == 0, ended.stderr
    assert b"\x1b" not in ended.stdout + ended.stderr
    told = json.loads(ended.stdout.decode("ascii"))
    assert sorted(target["target"][:4] for target in told["targets"]) == sorted([r"\x1b", "caf\\", "xxxx", "日本日本"])
    for target in told["targets"]:
        (row,) = target["candidates"]
        assert all(Path(folder, row[kind]).is_file() for kind in ("preset", "wav", "picture"))
        assert json.loads(Path(folder, target["folder"], "match.json").read_text())["target"] == target["target"]
    assert len(list(Path(folder, "found").glob("best-dexed*.syx"))) == 1


@pytest.mark.parametrize(
    ("shell", "code", "lines", "written"),
    [
        ("$S match caf*.wav {match} >/dev/full", 1, [b"No space left on device"], True),
        ("$S match caf*.wav {match} >&- 2>&-", 0, [], True),
        ("$S synths | head -c 0; exit ${{PIPESTATUS[0]}}", 0, [], False),
        ("$S render no.syx -o x.wav 2>/dev/full", 2, [], False),
    ],
)
def test_a_stream_that_takes_nothing_ends_no_match(
    shell: str, code: int, lines: list[bytes], written: bool, folder: Path, tmp_path: Path
) -> None:
    """Catches a search of hours that is thrown away because its answer could not be printed."""
    match = f"--synth dexed --renders 0 -n 1 -o {tmp_path}/found"
    ended = command(shell.format(match=match), folder)
    assert ended.returncode == code, ended.stderr
    assert ended.stderr.count(b"\n") == len(lines)
    assert all(line in ended.stderr for line in lines)
    assert (tmp_path / "found/caf_xe9/match.json").is_file() == written


#: Runs commands one after the other, each as it would be alone: what it prints, then a line with its exit code.
SEVERAL = """
import json, os, sys
from synthmatch.cli.app import main
for arguments in json.load(open("commands.json", encoding="ascii")):
    sys.argv = ["synthmatch", *map(os.fsdecode, (a.encode("utf-8", "surrogateescape") for a in arguments))]
    try:
        main()
    except SystemExit as ended:
        print(f"exit {ended.code}", file=sys.stderr, flush=True)
"""


def test_a_path_that_cannot_be_is_one_line(folder: Path) -> None:
    """Catches a traceback for a name or path that is too long, and an argument that is printed as it is."""
    long, name = "/".join(["x" * 200] * 25), "x" * 300
    deep = f"{folder}/{'/'.join(['y' * 200] * 18)}/{'z' * 250}"
    asked = [
        f"match {long}/x.wav",
        f"match {name}.wav",
        f"match caf\udce9.wav --synth dexed --renders 0 -o {name}",
        f"match caf\udce9.wav --synth dexed --renders 0 -o {deep}",
        f"render {name}.syx -o x.wav",
        f"render {name}.json -o x.wav",
        f"library info {name}.npz",
        f"match caf\udce9.wav --model {name}",
        f"match caf\udce9.wav --model {long}/x.npz",
        f"dataset info {long}",
        "match --\x1b[31m",
        "match \x1b[31m.wav",
        "\x1b[31m",
    ]
    (folder / "commands.json").write_text(json.dumps([line.split(" ") for line in asked]))
    ended = command(f"{sys.executable} -c '{SEVERAL}'", folder)
    lines = ended.stderr.decode("ascii").splitlines()
    assert lines[1::2] == ["exit 2"] * len(asked), ended.stderr
    for line in lines[::2]:
        assert line.startswith("synthmatch: ")
        assert len(line) <= 320
        assert line.isprintable()
