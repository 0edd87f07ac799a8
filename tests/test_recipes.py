"""The recipes of the docs, followed from top to bottom in a copy of the project, with fewer renders and steps.

A comment before a block says what it is: a whole file, or lines that go after some text of a file, or in its place. Text blocks
without a comment are commands. A block that is marked as not run would take hours.
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

#: A recipe is a dozen commands, each of which starts anew.
pytestmark = pytest.mark.timeout(900)

ROOT = Path(__file__).parents[1]
#: What a newcomer checks out, as far as recipes need it.
COPIED = ("src/synthmatch", "tools", "tests", "docs", "pyproject.toml")
RECIPES = sorted(path.name for path in (ROOT / "docs").glob("adding-*.md"))


#: The recording that recipes match.
BELL = "src/synthmatch/data/examples/bell.flac"

#: The synthesizer of the recipe as a class of another package, which is named by its module.
OWN_CLASS = """
from synthmatch.params import ParamSpace
from synthmatch.synths import sine

class Sine(sine.Sine):
    id = "mysine:Sine"

    @property
    def space(self):
        return ParamSpace(self.id, super().space.parameters)
"""


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
    """A copy of the project."""
    for name in COPIED:
        source, copy = ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    # golden values are written and held all the same, by searches that take a second
    change(tmp_path / "tests/search/golden_presets.py", '("bass.flac", 48)', '("bass.flac", 8)')
    change(tmp_path / "tests/search/golden_presets.py", '("bell.flac", 24)', '("bell.flac", 8)')
    change(tmp_path / "tests/search/golden_presets.py", '("tabla.flac", 16)', '("tabla.flac", 1)')
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def command(line: str, project: Path) -> str:
    """What a command prints that must succeed, with the code of the copy."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": beside, "PYTHONPATH": str(project / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
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
        if block.comment == "not run":
            continue
        whole = re.fullmatch(r"file: (\S+)", block.comment)
        part = re.fullmatch(r'(after|replace) "(.*)" in (\S+)', block.comment)
        if whole:
            (project / whole[1]).write_text(block.text, encoding="utf-8")
        elif part:
            old = f"{part[2]}\n" if part[1] == "after" else ""
            change(project / part[3], part[2], old + block.text.rstrip("\n"))
        elif block.language == "text" and not block.comment:
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
        f"match {BELL} --synth sine -o": f"match {BELL} --synth sine --renders 20 -n 1 -o",
        "--surrogate sine.npz": "--surrogate sine.npz --renders 20 -n 1",
        "measure_noise_floor.py --synth sine": "measure_noise_floor.py --synth sine --presets 2",
    }
    follow("adding-a-synthesizer.md", project, smaller)
    for folder in ("found", "guided"):
        told = json.loads((project / folder / "bell/match.json").read_text(encoding="utf-8"))
        assert [candidate["synth"] for candidate in told["candidates"]] == ["sine"]
        assert len((project / folder / "bell/1-sine.sine").read_text(encoding="ascii").splitlines()) == 1
    (project / "mysine.py").write_text(OWN_CLASS, encoding="utf-8")
    command(f"synthmatch match {BELL} --synth mysine:Sine --renders 20 -n 1 -o own", project)
    assert (project / "own/bell").is_dir()
    data = project / "src/synthmatch/data"
    assert json.loads((data / "noise_floor.json").read_text(encoding="utf-8"))["sine"]["lsd"] == 0
    assert json.loads((data / "reach.json").read_text(encoding="utf-8"))["sine"]["16"]["targets"] == 2
    with np.load(project / "sine.npz") as surrogate:
        assert "sine" in json.dumps(json.loads(surrogate["about"].tobytes()))


def test_a_model_trains_and_matches(project: Path) -> None:
    """Catches a template that no longer fits the contract, and a model of a package of its own that is not found."""
    smaller = {
        "--presets 2000 --notes C4,G4": "--presets 24 --notes C4",
        "train average --data data": "train average --data data --epochs 2 -q",
    }
    smaller["--set held-out --model runs/average -o page"] = (
        "--set held-out --search random --model runs/average --targets 1 --renders 16 -o page"
    )
    follow("adding-a-model.md", project, smaller)
    told = json.loads((project / "found/bell/match.json").read_text(encoding="utf-8"))
    assert told["candidates"][0]["synth"] == "dexed"
    source = (project / "src/synthmatch/models/average.py").read_text(encoding="utf-8")
    (project / "mymodels.py").write_text(
        source.replace('name = "average"', 'name = "mymodels:Average"'), encoding="utf-8"
    )
    command("synthmatch train mymodels:Average --data data -o runs/own --epochs 1 -q", project)
    command(f"synthmatch match {BELL} --synth dexed --model mymodels:Average=runs/own --renders 0 -o own", project)


def test_a_proposer_is_asked(project: Path) -> None:
    """Catches a list that the recipe leaves out: the search begins with what the new proposer gives."""
    smaller = {
        f"match {BELL} --synth amsynth -o found": f"match {BELL} --synth amsynth --renders 1 -n 1 -o found",
        "--set held-out -o page": "--set held-out --search random --targets 1 --renders 16 -o page",
    }
    follow("adding-a-proposer.md", project, smaller)
    told = json.loads((project / "found/bell/match.json").read_text(encoding="utf-8"))
    assert told["candidates"][0]["name"] == "pad"
    assert told["candidates"][0]["origin"] == "pad"


def test_a_search_operator_is_drawn(project: Path) -> None:
    """Catches an operator that the search does not find by its line."""
    smaller = {"--search population -o page": "--search population --targets 1 --renders 16 -o page"}
    follow("adding-a-search-operator.md", project, smaller)
    drawn = "from synthmatch.search.operators import operators; print([o.name for o in operators(['level'])])"
    assert "'reset'" in command(f'python -c "{drawn}"', project)


def test_a_metric_is_scored(project: Path) -> None:
    """Catches a metric that lacks a row, a golden value or a rule of silence."""
    follow("adding-a-metric.md", project, {})
    told = json.loads(command(f"synthmatch score {BELL} {BELL} --json", project))
    assert "magnitude_error" in json.dumps(told)


def test_every_recipe_is_followed() -> None:
    """Catches a recipe that no test follows."""
    tests = Path(__file__).read_text(encoding="utf-8")
    assert RECIPES
    assert [name for name in RECIPES if f'follow("{name}"' not in tests] == []
