"""The recipes of the docs, followed from top to bottom in a copy of the project, with fewer renders and steps.

A page's Python blocks say in a comment before them what they are: a whole file, or lines that go after some text of a file. The
commands are those of its text blocks.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
#: What a newcomer checks out, as far as recipes need it.
COPIED = ("src/synthmatch", "tools", "tests", "docs", "pyproject.toml")
RECIPES = sorted(path.name for path in (ROOT / "docs").glob("adding-*.md"))


class Block(NamedTuple):
    """A code block of a page, and the comment before it."""

    comment: str
    language: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """All code blocks of a page's text."""
    for found in re.finditer(r"(?:^<!-- ([^\n]*) -->\n)?^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        yield Block(found[1] or "", found[2], found[3])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, with a recording to match."""
    for name in COPIED:
        source, copy = ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    shutil.copy(ROOT / "src/synthmatch/data/examples/bell.flac", tmp_path)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def command(line: str, project: Path) -> str:
    """What a command prints that must succeed, with the code of the copy."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    code = os.pathsep.join(map(str, (project / "src", project)))
    environment = os.environ | {"PATH": beside, "PYTHONPATH": code, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(line, shell=True, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{line}\n{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}"
    return ended.stdout


def follow(name: str, project: Path, smaller: Mapping[str, str]) -> None:
    """Do what a page says, block by block. `smaller`: what stands on the page, and what is run in its place."""
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for asked, done in smaller.items():
        assert page.count(asked) == 1, f"{name} has {page.count(asked)} times {asked!r}"
        page = page.replace(asked, done)
    for block in blocks(page):
        whole = re.fullmatch(r"file: (\S+)", block.comment)
        part = re.fullmatch(r'after "(.*)" in (\S+)', block.comment)
        if whole:
            (project / whole[1]).write_text(block.text, encoding="utf-8")
        elif part:
            change(project / part[2], part[1], f"{part[1]}\n{block.text}")
        elif block.language == "text":
            for line in block.text.splitlines():
                command(line, project)
        else:
            raise ValueError(f"{name}: a block of {block.language} does not say what it is: {block.text[:80]}")


def test_a_synthesizer_reaches_what_the_others_have(project: Path) -> None:
    """Catches a recipe that lacks a step, files that no longer fit the contract, and a tool that knows three synthesizers."""
    change(project / "src/synthmatch/benchmark/in_domain.py", "LEAST_TARGETS = 50", "LEAST_TARGETS = 2")
    smaller = {
        '"sine": 10_500,': '"sine": 60,',
        "--neighbourhoods 2944": "--neighbourhoods 8",
        "--steps 9000": "--steps 2 --width 32 --blocks 1",
        "--search population": "--search population --targets 2 --renders 16",
        "match bell.flac --synth sine -o": "match bell.flac --synth sine --renders 20 -n 1 -o",
        "--surrogate sine.npz": "--surrogate sine.npz --renders 20 -n 1",
        "measure_noise_floor.py --synth sine": "measure_noise_floor.py --synth sine --presets 2",
    }
    follow("adding-a-synthesizer.md", project, smaller)
    for folder in ("found", "guided"):
        told = json.loads((project / folder / "bell/match.json").read_text(encoding="utf-8"))
        assert [candidate["synth"] for candidate in told["candidates"]] == ["sine"]
        assert len((project / folder / "bell/1-sine.sine").read_text(encoding="ascii").splitlines()) == 1
    data = project / "src/synthmatch/data"
    assert json.loads((data / "noise_floor.json").read_text(encoding="utf-8"))["sine"]["lsd"] == 0
    assert json.loads((data / "reach.json").read_text(encoding="utf-8"))["sine"]["16"]["targets"] == 2
    with np.load(project / "sine.npz") as surrogate:
        assert "sine" in json.dumps(json.loads(surrogate["about"].tobytes()))


def test_every_recipe_is_followed() -> None:
    """Catches a recipe that no test follows."""
    tests = Path(__file__).read_text(encoding="utf-8")
    assert RECIPES
    assert [name for name in RECIPES if f'follow("{name}"' not in tests] == []
